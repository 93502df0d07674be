"""Fixes that keep an operand away from a pole: clamps, epsilons, and their words."""

from __future__ import annotations

import re
from collections.abc import Mapping

import libcst as cst

from nanlint.domain.dtypes import Dtype, round_to
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability
from nanlint.interp.trace import Event
from nanlint.ops.poles import dtype_of
from nanlint.rules.model import Limits, Replace, Rewrite
from nanlint.rules.rewriting import code, spell, wrapped

HALF_EPSILON = 1e-4  # 1e-8 is 0 in float16, whose smallest normal number is 6.1e-5
BELOW_ONE = {Dtype.FLOAT16: 1e-3, Dtype.BFLOAT16: 1e-2}
"""What 1 minus it is not 1; 1e-7 is the smallest power of ten in float32, 1e-6 leaves room."""
MAX_QUOTED = 40  # characters of source quoted in a message

_ARITHMETIC = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide, cst.Power, cst.MatrixMultiply, cst.Modulo)
_LOOSER_THAN_PLUS = (
    cst.BinaryOperation, cst.Comparison, cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.NamedExpr, cst.GeneratorExp,
    cst.Yield,
)  # fmt: skip


def literal(x: float) -> str:
    """A number as source: `1e-8`, `20.0`."""
    return re.sub(r"e([+-])0+(\d)", r"e\1\2", repr(float(x))).replace("e+", "e")


def epsilon(event: Event, limits: Limits) -> float:
    """An addend that the operation's dtype does not round to 0."""
    return limits.epsilon if round_to(limits.epsilon, dtype_of(event.operation)) != 0.0 else HALF_EPSILON


def below_one(event: Event) -> float:
    """A step from 1 that the operation's dtype does not round away."""
    return BELOW_ONE.get(dtype_of(event.operation), 1e-6)


def quoted(node: cst.CSTNode | None) -> str:
    """The source in one line, for a message."""
    if node is None:
        return "its operand"
    text = " ".join(bare(node).split())
    return f"`{text}`" if len(text) <= MAX_QUOTED else f"`{text[: MAX_QUOTED - 3]}...`"


def operand_node(event: Event, index: int) -> cst.BaseExpression | None:
    return event.site.operands[index] if index < len(event.site.operands) else None


def bare(node: cst.CSTNode) -> str:
    """The source without the parentheses around it."""
    return code(node.with_changes(lpar=(), rpar=())) if getattr(node, "lpar", ()) else code(node)


def is_method(event: Event) -> bool:
    return event.site.spelling.startswith(".")


def is_operator(event: Event) -> bool:
    return event.site.spelling[:1] not in (".", "") and not event.site.spelling[:1].isalpha()


def tight(event: Event, index: int) -> bool:
    """The operand stands before a dot or beside an operator: a looser expression in its place needs parentheses."""
    if is_method(event):
        return index == 0
    return is_operator(event) and not (event.site.spelling.endswith("=") and index == 1)


def with_epsilon(event: Event, index: int, addend: str) -> str | None:
    """The text of the operand plus an epsilon, for its place."""
    node = operand_node(event, index)
    if node is None:
        return None
    loose = isinstance(node, _LOOSER_THAN_PLUS) and not (
        isinstance(node, cst.BinaryOperation) and isinstance(node.operator, _ARITHMETIC)
    )
    text = f"({bare(node)}) + {addend}" if loose else f"{bare(node)} + {addend}"
    return f"({text})" if tight(event, index) and not getattr(node, "lpar", ()) else text


def clamped(event: Event, index: int, bounds: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """The text of the operand clamped to `bounds` (min, max or both), as the file writes, and the imports it takes."""
    node = operand_node(event, index)
    if node is None:
        return None
    if event.framework == "torch" and (is_method(event) or is_operator(event)):
        arguments = ", ".join(f"{name}={bound}" for name, bound in bounds.items())
        return f"{wrapped(node)}.clamp({arguments})", ()
    op, parts = Op.CLAMP, {"x": bare(node), **bounds}
    if event.framework == "numpy" and len(bounds) == 1:
        op, parts = (Op.MAXIMUM if "min" in bounds else Op.MINIMUM), {"x": bare(node), "y": next(iter(bounds.values()))}
    spelled = spell(event, op, parts)
    return None if spelled is None else (spelled.text, spelled.imports)


def clamping(event: Event, index: int, bounds: Mapping[str, str]) -> Rewrite | None:
    """A fix that clamps the operand."""
    node, text = operand_node(event, index), clamped(event, index, bounds)
    if node is None or text is None:
        return None
    words = " and ".join(f"{'at least' if name == 'min' else 'at most'} {bound}" for name, bound in bounds.items())
    return Rewrite(f"Clamp {quoted(node)} to {words}", Applicability.UNSAFE, (Replace(node, text[0]),), text[1])


def adding(event: Event, index: int, addend: str) -> Rewrite | None:
    """A fix that adds an epsilon to the operand."""
    node, text = operand_node(event, index), with_epsilon(event, index, addend)
    if node is None or text is None:
        return None
    return Rewrite(f"Add {addend} to {quoted(node)}", Applicability.UNSAFE, (Replace(node, text),))
