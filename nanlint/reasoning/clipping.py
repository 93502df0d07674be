"""What counts as a clip of gradients, and where a file has one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Frame, Trace
from nanlint.reasoning.context import words
from nanlint.reasoning.nodes import Noted
from nanlint.reasoning.texts import code

BY_HAND = frozenset({Op.CLAMP, Op.MINIMUM, Op.MULTIPLY, Op.DIVIDE, Op.WHERE, Op.NORMALIZE, Op.NAN_TO_NUM})
"""Operations with which scripts limit `p.grad` themselves."""
LIMITING = frozenset({Op.CLAMP, Op.MINIMUM, Op.MULTIPLY})
"""Operations with which they limit gradients that a function returned."""
PARTS = frozenset({Op.ITERATE, Op.SELECT, Op.ATTRIBUTE, Op.JOIN, Op.COPY, Op.RESHAPE})
"""Operations that take single gradients out of those of all parameters."""
MAX_STEPS = 8
_GRADIENT = re.compile(r"\.grad\b")
_COMMENT = re.compile(r"#.*")
_CLIP_CALL = re.compile(r"\w*(?:clip\w*grad|grad\w*clip|max_\w*grad_norm)\w*\s*[(=]", re.IGNORECASE)


def clips_gradients(event: Event, within: Frame) -> bool:
    """Limits gradients: the framework's function, any call whose name says clip, arithmetic on `p.grad` or its like."""
    if event.op is Op.CLIP_GRADIENT:
        return True
    if event.op is Op.OPAQUE and any(word.startswith("clip") for word in words(event.site.spelling)):
        return True
    if event.op in LIMITING and _limits(event):
        return True
    if event.op in BY_HAND and _GRADIENT.search(code(event.node)):
        return True
    return any(any(word.startswith("clip") for word in words(frame.name)) for frame in _inner(event.site.frame, within))


def _limits(event: Event) -> bool:
    """What a backward pass gave is clamped, or multiplied by what is itself the smaller of two."""
    gradient = any(_is_gradient(operand) for operand in event.operands)
    return gradient and (
        event.op is not Op.MULTIPLY or any(operand.op in (Op.MINIMUM, Op.CLAMP) for operand in event.operands)
    )


def _is_gradient(value: Value) -> bool:
    """Something out of what a backward pass gave: `for g, v in optimizer.compute_gradients(loss)`."""
    for _ in range(MAX_STEPS):
        if value.op is Op.BACKWARD:
            return True
        if value.op not in PARTS or not value.made_by.operands:
            return False
        value = value.made_by.x
    return False


def _inner(frame: Frame, outer: Frame) -> Iterator[Frame]:
    """The activations from `frame` up to `outer`, that one left out."""
    current: Frame | None = frame
    while current is not None and current is not outer:
        yield current
        current = current.parent


def mentions_clip(node: cst.CSTNode, trace: Trace) -> bool:
    """The code calls, or passes as an argument, something whose name says that gradients are clipped.

    Covers what leaves no event: a branch that defaults rule out, a helper that was interpreted before.
    """
    return any(_CLIPPING.each(node, trace)) if isinstance(node, cst.Module) else _CLIPPING.of(node, trace)


def _mentions_clip(node: cst.CSTNode) -> bool:
    return _CLIP_CALL.search(_COMMENT.sub("", code(node))) is not None


_CLIPPING = Noted(_mentions_clip)


def clips_somewhere(trace: Trace) -> bool:
    """The file clips gradients in some place, or one of those whose code it runs."""
    trees = [trace.module, *trace.trees.values()]
    return next(trace.of(Op.CLIP_GRADIENT), None) is not None or any(mentions_clip(tree, trace) for tree in trees)
