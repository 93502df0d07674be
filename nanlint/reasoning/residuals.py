"""Losses that are 0 at a perfect prediction: mean squared and absolute errors, by name or written out."""

from __future__ import annotations

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Site, Trace
from nanlint.ops.relations import reduces, squared
from nanlint.reasoning.context import in_loss
from nanlint.reasoning.origins import SAME_ELEMENTS, strip

ERRORS = frozenset({Op.SQUARED_ERROR, Op.ABSOLUTE_ERROR, Op.OTHER_LOSS})
"""Losses that compare a prediction with its target and are 0 where they agree."""
SCALED = frozenset({Op.MULTIPLY, Op.DIVIDE, Op.ABSOLUTE, Op.NEGATIVE, Op.RESHAPE, Op.MASKED_FILL}) | SAME_ELEMENTS
"""What keeps a difference of 0 at 0."""
STEPS = 6  # operations followed back from a root


def is_root_of_error(event: Event, trace: Trace) -> bool:
    """The event is the root of a mean error, and not the scale that something is divided by."""
    half = event.op is Op.POWER and len(event.operands) > 1 and event.y.range.point == 0.5
    if event.op is not Op.SQRT and not half:
        return False
    divides = (user.op is Op.DIVIDE and user.operands[-1].same(event.result) for user in trace.uses(event.result))
    return is_mean_error(event.x, event.site) and not any(divides)


def is_mean_error(value: Value, site: Site, steps: int = STEPS) -> bool:
    """A mean of squared errors, a scale-invariant one too, a loss that is 0 at a perfect prediction, or a sum of such.

    Squares of whatever a loss function is given count as squares of errors.
    """
    value = strip(value)
    operands = value.made_by.operands
    if steps == 0 or not operands:
        return False
    if value.op in ERRORS:
        return True
    if value.op is Op.JOIN:
        return any(is_mean_error(operand, site, steps - 1) for operand in operands)
    if value.op in (Op.SUM, Op.MEAN):
        averaged = _is_mean(value) and _of_squares(operands[0], site, steps - 1)
        return averaged or is_mean_error(operands[0], site, steps - 1)
    if value.op is Op.VAR:
        return _is_difference(operands[0], steps - 1)
    if value.op is Op.DIVIDE:
        averaged = _is_mean(value) and _of_squares(strip(operands[0]).made_by.x, site, steps - 1)
        return averaged or is_mean_error(operands[0], site, steps - 1)
    if value.op is Op.MULTIPLY:
        scale = [operand.kind.scalar for operand in operands]
        return any(scale) and any(is_mean_error(operand, site, steps - 1) for operand in operands)
    if value.op is Op.SUBTRACT and len(operands) > 1 and squared(operands[1]) is None:  # else of two moments
        return _has_squared_mean(operands[1]) and is_mean_error(operands[0], site, steps - 1)
    if value.op is Op.ADD:
        errors = [is_mean_error(operand, site, steps - 1) for operand in operands]
        return any(errors) and all(e or _has_squared_mean(x) for e, x in zip(errors, operands, strict=True))
    return False


def _of_squares(value: Value, site: Site, steps: int) -> bool:
    """Squares of a difference, weighted or masked."""
    value = strip(value)
    root = squared(value)
    if root is not None:
        return in_loss(site) or _is_difference(root, steps)
    weighted = value.op in (Op.MULTIPLY, Op.DIVIDE, Op.MASKED_FILL, Op.WHERE) and steps > 0
    return weighted and any(_of_squares(operand, site, steps - 1) for operand in value.made_by.operands)


def _is_difference(value: Value, steps: int) -> bool:
    value = strip(value)
    if value.op is Op.SUBTRACT and len(value.made_by.operands) > 1:
        return not reduces(value.made_by.y, value.made_by.x, Op.MEAN)  # else its mean square is a variance
    if value.op not in SCALED | {Op.JOIN} or steps == 0:
        return False
    return any(_is_difference(operand, steps - 1) for operand in value.made_by.operands)


def _has_squared_mean(value: Value, steps: int = 3) -> bool:
    """A squared mean, or some of it: c * mean(d)**2, mean(d)**2 / 2, sum(d)**2 / n**2."""
    value = strip(value)
    root = squared(value)
    if root is not None:
        return _is_mean(strip(root))
    scaled = value.op in (Op.MULTIPLY, Op.DIVIDE) and steps > 0
    return scaled and any(_has_squared_mean(operand, steps - 1) for operand in value.made_by.operands)


def _is_mean(value: Value) -> bool:
    """A mean, also as a sum over something."""
    if value.op is Op.DIVIDE:
        value = strip(value.made_by.x)
        return value.op is Op.SUM and bool(value.made_by.operands)
    return value.op is Op.MEAN
