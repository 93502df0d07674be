"""Arrays that give way where dtypes meet: in PyTorch those without dimensions, in JAX those of Python's numbers."""

from __future__ import annotations

from collections.abc import Callable

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Promotion
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.objects import Elements

HOSTS = frozenset(table.name for table in FRAMEWORKS if table.promotion is Promotion.WIDE)
"""Whose numbers and arrays the other frameworks take."""
PYTHON_NUMBERS = frozenset({Op.ITEM, Op.UNIFORM, Op.NORMAL})
"""Operations that give a Python number, whoever spells them."""
ELEMENTWISE = frozenset(
    {
        Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P, Op.EXP, Op.EXP2, Op.EXPM1, Op.SQRT, Op.RSQRT, Op.SQUARE, Op.RECIPROCAL,
        Op.ABSOLUTE, Op.NEGATIVE, Op.SIN, Op.COS, Op.TAN, Op.TANH, Op.SINH, Op.COSH, Op.ERF, Op.FLOOR, Op.CEIL,
        Op.ROUND, Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.POWER, Op.CLAMP, Op.MAXIMUM, Op.MINIMUM, Op.SIGMOID,
        Op.LOG_SIGMOID, Op.SOFTPLUS, Op.RELU, Op.COPY, Op.DETACH, Op.WHERE,
    }
)  # fmt: skip
"""Operations whose result has the dimensions, and in JAX the weak dtype, of their operands."""
REDUCTIONS = frozenset(
    {Op.SUM, Op.MEAN, Op.PRODUCT, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.STD, Op.VAR, Op.NORM, Op.MEDIAN, Op.LOGSUMEXP}
)
WIDE_SOURCES = frozenset({Op.ARANGE, Op.LENGTH, Op.TENSOR, Op.RANDOM_INTEGER, Op.ARGMAX})
"""Operations that give integers of 32 bits or more unless they are told otherwise."""
OF_INTEGERS = frozenset(
    {Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.FLOOR_DIVIDE, Op.REMAINDER, Op.ABSOLUTE, Op.NEGATIVE, Op.SUM, Op.REDUCE_MAX,
     Op.REDUCE_MIN, Op.SELECT, Op.RESHAPE, Op.COPY}
)  # fmt: skip
MAX_LINKS = 8  # from a value back to what tells


def is_hosted_number(value: Value) -> bool:
    """A number of NumPy, which counts as an array wherever Python's do not."""
    return value.kind is Kind.NUMBER and value.made_by.framework in HOSTS and value.op not in PYTHON_NUMBERS


def _without_dimensions(value: Value, links: int = MAX_LINKS) -> bool:
    """`torch.tensor(2.5)`, `x.sum()`, `torch.ones([])`, and what is computed of such alone."""
    if value.kind.scalar:
        return True
    made_by, options = value.made_by, value.made_by.options
    size = options.get("size")
    if size is not None:
        return isinstance(size.payload, Elements) and size.payload.exact and not size.payload.items
    if made_by.op in REDUCTIONS:
        axis = options.get("axis")
        return len(made_by.operands) == 1 and (axis is None or axis.is_none)
    if made_by.op is Op.TENSOR:
        return bool(made_by.operands) and made_by.x.kind.scalar
    through = made_by.op in ELEMENTWISE or made_by.op is Op.WEIGHT
    return links > 0 and through and _all(value, lambda operand: _without_dimensions(operand, links - 1))


def _weak(value: Value, links: int = MAX_LINKS) -> bool:
    """`jnp.array(2.5)`, `jnp.sqrt(2.0)`, `jnp.full((), 2.0)`: no dtype was named, and no array took part.

    Python's numbers that a compiled function is given are arrays of that kind.
    """
    if value.kind.scalar or value.op is Op.CONSTANT:
        return not is_hosted_number(value)
    made_by, options = value.made_by, value.made_by.options
    if "dtype" in options or made_by.framework in HOSTS:
        return False
    if made_by.op is Op.FULL:
        filled = options.get("value")
        return filled is not None and filled.kind is Kind.NUMBER and not is_hosted_number(filled)
    if made_by.op is Op.TENSOR:
        return bool(made_by.operands) and made_by.x.kind is Kind.NUMBER and not is_hosted_number(made_by.x)
    return links > 0 and made_by.op in ELEMENTWISE and _all(value, lambda operand: _weak(operand, links - 1))


def _all(value: Value, test: Callable[[Value], bool]) -> bool:
    """The test holds of every operand, the condition of a choice left out."""
    operands = value.made_by.operands
    chosen = operands[1:] if value.op is Op.WHERE else operands
    return bool(chosen) and all(test(operand) for operand in chosen)


YIELDING: dict[Promotion, Callable[[Value], bool]] = {Promotion.RANKED: _without_dimensions, Promotion.CUT: _weak}


def of_wide_integers(value: Value, links: int = MAX_LINKS) -> bool:
    """Surely whole numbers of 32 bits or more; a Python number becomes what it meets."""
    if value.kind in (Kind.INTEGER, Kind.BOOLEAN):
        return True
    if value.dtype is not Dtype.INTEGER or "dtype" in value.made_by.options:
        return False
    if value.op in WIDE_SOURCES:
        return True
    return links > 0 and value.op in OF_INTEGERS and of_wide_integers(value.made_by.x, links - 1)
