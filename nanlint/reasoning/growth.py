"""What drives an exponent past the largest argument of exp: half precision, squares, sums, large factors."""

from __future__ import annotations

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.ops.poles import limits_of
from nanlint.reasoning.origins import RANDOM, strip
from nanlint.reasoning.terms import Term

EXPONENTIALS = (Op.EXP, Op.EXP2, Op.EXPM1, Op.COSH, Op.SINH)
MODERATE = 20.0  # ordinary scores pass the 11.1 at which exp overflows in float16, not the 88.7 of float32
STEEP = 10.0  # ordinary scores of up to 10, times this, pass 88.7
STEPS = 10  # operations followed back


def driven(x: Term) -> bool:
    """Something carries x past the largest argument of its exponential, which a trained score does not do by itself."""
    exp = x.event
    if exp is not None and exp.op in EXPONENTIALS and limits_of(exp.operation).log_max < MODERATE:
        return True
    return bool(driver(x))


def driver(x: Term) -> str:
    """What makes x large, in words; "" where nothing is seen to."""
    return _driver(x.value, True, STEPS)


def sunk(x: Term) -> bool:
    """Something carries x far below 0, where its exponential underflows."""
    return bool(_driver(x.value, False, STEPS))


def past_limit(x: Term) -> str:
    """The same as part of a message that has told the largest argument."""
    carrier = driver(x)
    return f", past which {carrier} takes it" if carrier else ""


def _driver(value: Value, up: bool, steps: int) -> str:
    """What is squared, summed or scaled by much on its way up, or down."""
    value = strip(value)
    operands = value.made_by.operands
    if steps == 0 or not operands or _stays(value, up):
        return ""
    if value.op in (Op.SUM, Op.CUMSUM):
        return "" if _is_weight(operands[0]) else "a sum"
    if value.op is Op.SQUARE or (value.op is Op.POWER and operands[1].range.lo >= 2.0):
        return "a square" if up and not _is_weight(operands[0]) else ""
    if value.op in (Op.MULTIPLY, Op.DIVIDE):
        return _scaled(value, up, steps - 1)
    if value.op is Op.NEGATIVE:
        return _driver(operands[0], not up, steps - 1)
    if value.op is Op.SUBTRACT:
        return _driver(operands[0], up, steps - 1) or _driver(operands[1], not up, steps - 1)
    if value.op in (Op.ADD, Op.JOIN, Op.WHERE, Op.MAXIMUM):
        return next((found for operand in operands if (found := _driver(operand, up, steps - 1))), "")
    return _driver(operands[0], up, steps - 1) if value.op in (Op.MEAN, Op.RELU) else ""


def _stays(value: Value, up: bool) -> bool:
    """It is bounded on that side."""
    end = value.range.hi if up else -value.range.lo
    return end <= MODERATE


def _scaled(value: Value, up: bool, steps: int) -> str:
    """A product with a number, or a quotient: large by the number, or by what is multiplied; x * x is a square."""
    x, y = value.made_by.operands
    if value.op is Op.MULTIPLY and strip(x).same(strip(y)):
        return "a square" if up and not _is_weight(x) else ""
    for base, factor in ((x, y), (y, x)) if value.op is Op.MULTIPLY else ((x, y),):
        number = factor.range.point
        if number is None or number == 0.0:
            continue
        number = number if value.op is Op.MULTIPLY else 1.0 / number
        return f"a factor of {abs(number):g}" if abs(number) >= STEEP else _driver(base, up is (number > 0.0), steps)
    return ""


def _is_weight(value: Value) -> bool:
    """Weights, or a product of such: they move by a learning rate at a time."""
    value = strip(value)
    operands = value.made_by.operands
    if value.op in (Op.WEIGHT, Op.EMBEDDING):
        return True
    if value.op in RANDOM:
        return bool(operands) and _is_weight(operands[0])
    return value.op in (Op.MULTIPLY, Op.JOIN, Op.SQUARE, Op.POWER) and all(
        _is_weight(operand) or operand.range.point is not None for operand in operands
    )
