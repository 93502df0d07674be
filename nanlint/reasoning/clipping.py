"""What counts as a clip of gradients, and where a file has one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Frame, Trace
from nanlint.reasoning.context import words
from nanlint.reasoning.rewriting import code

BY_HAND = frozenset({Op.CLAMP, Op.MINIMUM, Op.MULTIPLY, Op.DIVIDE, Op.WHERE, Op.NORMALIZE, Op.NAN_TO_NUM})
"""Operations with which scripts limit `p.grad` themselves."""
_GRADIENT = re.compile(r"\.grad\b")
_COMMENT = re.compile(r"#.*")
_CLIP_CALL = re.compile(r"\w*(?:clip\w*grad|grad\w*clip|max_\w*grad_norm)\w*\s*[(=]", re.IGNORECASE)


def clips_gradients(event: Event, within: Frame) -> bool:
    """Limits gradients: the framework's function, any call whose name says clip, or arithmetic on `p.grad`."""
    if event.op is Op.CLIP_GRADIENT:
        return True
    if event.op is Op.OPAQUE and any(word.startswith("clip") for word in words(event.site.spelling)):
        return True
    if event.op in BY_HAND and _GRADIENT.search(code(event.node)):
        return True
    return any(any(word.startswith("clip") for word in words(frame.name)) for frame in _inner(event.site.frame, within))


def _inner(frame: Frame, outer: Frame) -> Iterator[Frame]:
    """The activations from `frame` up to `outer`, that one left out."""
    current: Frame | None = frame
    while current is not None and current is not outer:
        yield current
        current = current.parent


def mentions_clip(node: cst.CSTNode) -> bool:
    """The code calls, or passes as an argument, something whose name says that gradients are clipped.

    Covers what leaves no event: a branch that defaults rule out, a helper that was interpreted before.
    """
    return _CLIP_CALL.search(_COMMENT.sub("", code(node))) is not None


def clips_somewhere(trace: Trace) -> bool:
    """The file clips gradients in some place."""
    return next(trace.of(Op.CLIP_GRADIENT), None) is not None or mentions_clip(trace.module)
