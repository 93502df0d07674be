"""What keeps an operand away from a pole, and what takes its gradient: the places to point at where all is well."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.guards import implied, under
from nanlint.interp.trace import Event, Trace
from nanlint.ops.promotion import range_in
from nanlint.reasoning.context import in_update
from nanlint.reasoning.origins import SAME_ELEMENTS, sources

PRESERVING = SAME_ELEMENTS | {
    Op.SQRT, Op.SQUARE, Op.ABSOLUTE, Op.MEAN, Op.SUM, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.POWER, Op.NEGATIVE, Op.DROPOUT,
}  # fmt: skip
"""What is away from 0 stays so in these: whoever looks for the guard looks behind them."""
TESTS = frozenset(
    {Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.EQUAL, Op.NOT_EQUAL, Op.ALL, Op.ANY, Op.LOGICAL_AND,
     Op.LOGICAL_OR}
)  # fmt: skip
WITHOUT_GRADIENTS = frozenset(table.name for table in FRAMEWORKS if not table.gradients)
MAX_STEPS = 30


class How(enum.Enum):
    """What kind of guard it is."""

    OPERATION = "an operation gives values that are away from it"
    TEST = "a test has ruled the pole out"
    NUMBER = "it is a number"
    GIVEN = "it is what the code hands in"


@dataclass(frozen=True, slots=True)
class Keeper:
    """The guard: the event of the operation or of the test, if there is one, and the value that is away."""

    how: How
    value: Value
    event: Event | None = None


def keeper(event: Event, index: int, zones: tuple[Interval, ...], dtype: Dtype, trace: Trace) -> Keeper:
    """What first kept operand number `index` off the zones, seen from the operation backwards."""
    value = event.operands[index]
    if value.range.point is not None and value.kind.scalar:
        return Keeper(How.NUMBER, value)
    for _ in range(MAX_STEPS):
        origin = trace.origin(value)
        if origin is not None and not _away(origin.result, zones, dtype):
            return Keeper(How.TEST, value, _test(event, origin.result, zones, dtype, trace))
        following = value.made_by.operands[0] if value.op in PRESERVING and value.made_by.operands else None
        if following is None or not _away(following, zones, dtype):
            break
        value = following
    origin = trace.origin(value)
    if origin is not None and origin is not event:
        return Keeper(How.OPERATION, value, origin)
    test = _test(event, replace(value, range=EVERYTHING), zones, dtype, trace)
    return Keeper(How.GIVEN if test is None else How.TEST, value, test)


def _away(value: Value, zones: tuple[Interval, ...], dtype: Dtype) -> bool:
    bounds = range_in(value, dtype)
    return not any(bounds.overlaps(zone.lo, zone.hi) for zone in zones)


def _test(event: Event, untested: Value, zones: tuple[Interval, ...], dtype: Dtype, trace: Trace) -> Event | None:
    """The last comparison before the event whose outcome, one or the other, rules the zones out."""
    found: Event | None = None
    for test in trace.events:
        if test is event:
            break
        if test.op in TESTS and any(
            _away(under(untested, implied(test.result, truth)), zones, dtype) for truth in (True, False)
        ):
            found = test
    return found


def severed(event: Event, index: int, trace: Trace) -> tuple[str, Event | None]:
    """Why no gradient flows back through operand number `index`, and the event that sees to it, if it is one."""
    operand = event.operands[index]
    if event.site.no_gradient:
        return "it runs where gradients are switched off", None
    if in_update(event.site):
        return "an optimizer takes gradients there, and nothing differentiates what it does", None
    if event.framework in WITHOUT_GRADIENTS:
        return f"{event.framework} computes no gradients", None
    cut = next(_cuts(operand, trace), None) if not operand.gradient else None
    if cut is not None:
        return "the gradient is cut off", cut
    if not operand.gradient:
        return "the operand is made of data and constants, which need none", None
    return "the operation hands no gradient back", None


def _cuts(value: Value, trace: Trace) -> Iterator[Event]:
    for source in sources(value):
        origin = trace.origin(source)
        if origin is not None and (source.op is Op.DETACH or origin.site.no_gradient):
            yield origin
