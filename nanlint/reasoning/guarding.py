"""Fixes that keep an operand away from a pole: clamps, epsilons, and their words."""

from __future__ import annotations

import re
from collections.abc import Mapping

import libcst as cst

from nanlint.domain.dtypes import Dtype, round_to
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import dtype_of
from nanlint.reasoning.spelling import spell, spell_method
from nanlint.reasoning.texts import code, parsed, wrapped
from nanlint.rule import Limits, Replace, Rewrite

HALF_EPSILON = 1e-4  # 1e-8 is 0 in float16, whose smallest normal number is 6.1e-5
BELOW_ONE = {Dtype.FLOAT16: 1e-3, Dtype.BFLOAT16: 1e-2}
"""What 1 minus it is not 1; 1e-7 is the smallest power of ten in float32, 1e-6 leaves room."""
MAX_QUOTED = 40  # characters of source quoted in a message

_LOOSER_THAN_PLUS = (cst.Comparison, cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.NamedExpr, cst.GeneratorExp)
_LOOSE_OPERATORS = (cst.BitAnd, cst.BitOr, cst.BitXor, cst.LeftShift, cst.RightShift)


def literal(x: float) -> str:
    """A number as source: `1e-8`, `20.0`."""
    short = f"{x:.0e}"
    text = short if 0.0 < abs(x) <= 1e-2 and float(short) == x else repr(float(x))
    return re.sub(r"e([+-])0+(\d)", r"e\1\2", text).replace("e+", "e")


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
    """The source without the parentheses around it, unless it is a tuple."""
    if isinstance(node, cst.Tuple) or not getattr(node, "lpar", ()):
        return code(node)
    return code(node.with_changes(lpar=(), rpar=()))


def is_method(event: Event) -> bool:
    return event.site.spelling.startswith(".")


def is_operator(event: Event) -> bool:
    return event.site.spelling[:1] not in (".", "") and not event.site.spelling[:1].isalpha()


def with_epsilon(event: Event, index: int, addend: str) -> str | None:
    """The text of the operand plus an epsilon."""
    node = operand_node(event, index)
    if node is None:
        return None
    if index == 0 and is_method(event) and event.site.spelling.endswith("_"):
        return f"{wrapped(node)}.add_({addend})"  # in place: the root, too, is to be of the tensor itself
    loose = isinstance(node, _LOOSER_THAN_PLUS) or (
        isinstance(node, cst.BinaryOperation) and isinstance(node.operator, _LOOSE_OPERATORS)
    )
    return f"({bare(node)}) + {addend}" if loose else f"{bare(node)} + {addend}"


def clamped(event: Event, index: int, bounds: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """The text of the operand clamped to `bounds` (min, max or both), as the file writes, and the imports it takes."""
    node = operand_node(event, index)
    if node is None:
        return None
    if is_method(event) or is_operator(event):
        in_place = index == 0 and event.site.spelling.endswith("_")
        written = spell_method(event, Op.CLAMP, wrapped(node), bounds, in_place)
        if written is not None:
            return written, ()
    framework, text = registry.arrays(event.framework), bare(node)
    spelled = spell(event, Op.CLAMP, {"x": text, **bounds}, framework)
    if spelled is None and len(bounds) == 1:
        ((name, bound),) = bounds.items()
        spelled = spell(event, Op.MAXIMUM if name == "min" else Op.MINIMUM, {"x": text, "y": bound}, framework)
    return None if spelled is None else (spelled.text, spelled.imports)


def clamping(event: Event, index: int, bounds: Mapping[str, str]) -> Rewrite | None:
    """A fix that clamps the operand."""
    node, text = operand_node(event, index), clamped(event, index, bounds)
    if node is None or text is None or ("min" in bounds and event.operands[index].range.lo > 0.0):
        return None
    words = " and ".join(f"{'at least' if name == 'min' else 'at most'} {bound}" for name, bound in bounds.items())
    # in parentheses of its own the operand would keep them around an atom: `((a - b).clamp(max=20.0)).exp()`
    atom = replaced(event.node, node, text[0]) if getattr(node, "lpar", ()) else None
    edit = Replace(node, text[0]) if atom is None else Replace(event.node, atom)
    return Rewrite(f"Clamp {quoted(node)} to {words}", Applicability.UNSAFE, (edit,), text[1])


def called(event: Event, text: str, trace: Trace) -> Replace:
    """Puts the call `text` where the event's expression stands, without the parentheses that this may have needed."""
    if getattr(event.node, "lpar", ()):
        for user in trace.uses(event.result):
            operand = any(node is event.node for node in user.site.operands)
            whole = replaced(user.node, event.node, text) if operand and is_method(user) else None
            if whole is not None:
                return Replace(user.node, whole)
    return Replace(event.node, text)


def replaced(outer: cst.CSTNode, inner: cst.CSTNode, text: str) -> str | None:
    """The source of the expression `outer` with `text` in the place of the expression `inner`."""
    if not isinstance(outer, cst.BaseExpression):
        return None
    changed = outer.deep_replace(inner, parsed(text))
    return bare(changed) if isinstance(changed, cst.CSTNode) else None


def adding(event: Event, index: int, addend: str) -> Rewrite | None:
    """A fix that adds an epsilon to the operand."""
    node, text = operand_node(event, index), with_epsilon(event, index, addend)
    if node is None or text is None:
        return None
    return Rewrite(f"Add {addend} to {quoted(node)}", Applicability.UNSAFE, (Replace(node, text),))
