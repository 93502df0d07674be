"""A square root of something negative, or of 0 where a gradient flows."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.relations import squared
from nanlint.rules.guarding import adding, clamping, epsilon, literal, operand_node, quoted
from nanlint.rules.model import Bad, Draft, Good, Limits, Miss, Rewrite, Rule
from nanlint.rules.poles import Danger, danger, differentiated, is_array, trained
from nanlint.rules.reasoning import quiet, strip, trail

ROOTS = (0.5, -0.5)
SQUARES = frozenset({Op.SUM, Op.MEAN, Op.SQUARED_ERROR, Op.VAR})


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.SQRT, Op.RSQRT, Op.POWER):
        if event.op is Op.POWER and event.y.range.point not in ROOTS:
            continue
        found = danger(event, trace)
        if found is None:
            continue
        level, because = _likelier(event, found)
        inverse = event.op is Op.RSQRT or event.y_is(-0.5)
        yield Draft(event, level, "", "")


RULE = None
