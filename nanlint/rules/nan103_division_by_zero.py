"""A tensor divided by something that can be 0."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import ZERO
from nanlint.ops.relations import reduction
from nanlint.rules.guarding import adding, clamping, epsilon, literal, operand_node, quoted
from nanlint.rules.model import Bad, Draft, Good, Limits, Miss, Rewrite, Rule
from nanlint.rules.nan102_sqrt_of_zero import is_sum_of_squares
from nanlint.rules.poles import Danger, danger, from_network, is_array, leaves, reached, singularity, trained
from nanlint.rules.reasoning import alternatives, quiet, strip, trail, words

INTEGER_DIVISIONS = (Op.FLOOR_DIVIDE, Op.REMAINDER)
NOT_A_TENSOR = frozenset(
    {"num", "size", "sizes", "steps", "step", "width", "height", "dim", "dims", "length", "len", "count", "fan", "args",
     "arg", "opt", "opts", "cfg", "config", "conf", "hparams", "params", "temperature", "temp", "tau", "sigma", "beta",
     "alpha", "gamma", "momentum", "decay", "prob", "rate", "lr", "eps", "epsilon", "factor", "ratio", "path", "dir",
     "root", "folder", "file", "name", "stride", "patch", "heads", "head", "channels", "groups", "batch", "epochs",
     "epoch", "iters", "interval", "freq", "total", "max", "min", "time", "elapsed", "duration", "n", "k", "world"}
)  # fmt: skip
"""Words in the name of a divisor of unknown kind that say it is an integer, a hyper-parameter or a path."""


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.DIVIDE, Op.RECIPROCAL, Op.POWER, *INTEGER_DIVISIONS):
        index = _divisor(event)
        if index is None or not _can_be_an_array(event, index):
            continue
        found = danger(event, trace)
        if found is None:
            continue
        level, because = _evidence(event, index, found)
        divisor = event.operands[index]
        yield Draft(
            event,
            level,
            f"division by {quoted(operand_node(event, index))}, {because}: "
            f"{divisor.range} holds 0, where the value is infinite or NaN",
            "Keep the divisor away from 0 with a clamp or an epsilon.",
            evidence=trail(event, trace, divisor),
            rewrite=_rewrite(event, index, limits),
        )


def _divisor(event: Event) -> int | None:
    """The number of the operand that is divided by; a negative whole power divides, too."""
    if event.op is Op.RECIPROCAL:
        return 0
    if event.op is Op.POWER:
        exponent = event.y.range.point
        return 0 if exponent is not None and exponent < 0.0 and exponent == int(exponent) else None
    return 1


def _can_be_an_array(event: Event, index: int) -> bool:
    divisor = event.operands[index]
    if divisor.kind not in (Kind.TENSOR, Kind.UNKNOWN):
        return False
    if event.op in INTEGER_DIVISIONS:
        return divisor.dtype.floating and is_array(divisor)
    return is_array(divisor) or not _named_like_a_scalar(operand_node(event, index))


def _named_like_a_scalar(node: cst.BaseExpression | None) -> bool:
    """`self.num_heads`, `args.temperature`, `n`."""
    names: set[str] = set()
    while isinstance(node, cst.Attribute):
        names |= words(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        names |= words(node.value)
    return bool(names & NOT_A_TENSOR)


def _evidence(event: Event, index: int, found: Danger) -> tuple[Level, str]:
    """The level by what the divisor is; its range alone cannot tell a count from a standard deviation."""
    divisor = event.operands[index]
    if not is_array(divisor):
        return found.level, found.because
    hushed = quiet(event.site)
    likely = trained(event, index) or (trained(event) and event.framework == "torch")
    counted = is_count(divisor)
    if counted or is_masked_mean(event, divisor):
        level = Level.WARNING if likely else Level.STRICT if hushed else Level.NOTE
        return level, "a count that is 0 where nothing is selected" if counted else "the sum of a mask that can be empty"
    if is_spread(divisor):
        return (Level.STRICT if hushed else Level.WARNING), "a standard deviation, 0 for constant data"
    if is_norm_of(divisor, event):
        level = Level.WARNING if likely else Level.STRICT if hushed else Level.NOTE
        return level, "the norm of the dividend, 0 where it is 0"
    if found.level is Level.ERROR and divisor.range.lo < 0.0 < divisor.range.hi:
        return Level.NOTE, "which passes through 0"
    if found.level is Level.WARNING and divisor.range.lo >= 0.0 and not from_network(divisor):
        return found.level, found.because
    return found.level, found.because


def is_count(value: Value) -> bool:
    """The number of elements for which something holds."""
    value = strip(value)
    if value.op is Op.COUNT_NONZERO:
        return True
    return value.op in (Op.SUM, Op.MEAN) and value.made_by.x.range.inside(0.0, 1.0) and _is_mask(value.made_by.x)


def _is_mask(value: Value) -> bool:
    return any(source.dtype.integer and source.range.inside(0.0, 1.0) for source in (value, strip(value)))


def is_masked_mean(event: Event, divisor: Value) -> bool:
    """sum(x * m) / sum(m), also with a mask that only looks like any tensor."""
    mask = reduction(divisor, Op.SUM)
    if mask is None or event.op is not Op.DIVIDE:
        return False
    dividend = reduction(event.x, Op.SUM)
    for value in (event.x, dividend):
        for way in alternatives(value) if value is not None else ():
            if way.op is Op.MULTIPLY and any(strip(factor).same(strip(mask)) for factor in way.made_by.operands):
                return True
    return False


def is_spread(value: Value) -> bool:
    """A standard deviation or variance with nothing added."""
    value = strip(value)
    if value.op is Op.SQRT:
        value = strip(value.made_by.x)
    return value.op in (Op.STD, Op.VAR)


def is_norm_of(value: Value, event: Event) -> bool:
    """The divisor is the norm (or the root of the sum of the squares) of what is divided."""
    value = strip(value)
    if event.op is not Op.DIVIDE:
        return False
    if value.op is Op.NORM:
        return strip(value.made_by.x).same(strip(event.x))
    if value.op is Op.SQRT and is_sum_of_squares(value.made_by.x):
        return any(leaf.same(strip(event.x)) for leaf in leaves(value)) or True
    return False


def _rewrite(event: Event, index: int, limits: Limits) -> Rewrite | None:
    divisor = event.operands[index]
    if divisor.range.lo < 0.0:
        return None  # an epsilon only moves the 0 of a divisor with both signs
    if is_count(divisor):
        return clamping(event, index, {"min": "1"})
    return adding(event, index, literal(epsilon(event, limits)))


RULE = None
