"""How grave a mask of minus infinity is, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.conditions import compares_tokens, named_mask
from nanlint.reasoning.context import in_training, quiet
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import quoted
from nanlint.reasoning.masks import Hidden, Way, ways
from nanlint.reasoning.origins import sources
from nanlint.reasoning.visibility import Cover, cover, culprit, made_of
from nanlint.rule import Clue

HOW = {
    Cover.ALWAYS: "hides some row altogether, by its shape",
    Cover.CROSSED: "hides whole rows: those of padded queries, or those it leaves nothing of",
    Cover.SHORT: "hides the whole row where a length is 0",
    Cover.EMPTY: "hides the whole row of an empty sequence",
    Cover.UNKNOWN: "may hide a whole row",
}


def graded(event: Event, found: Way, trace: Trace) -> tuple[Cover, Level]:
    """How a row comes to be hidden from the event, and how likely that is where the event stands."""
    hidden, how = culprit(found), cover(found)
    if how is Cover.UNKNOWN and compares_tokens(hidden.condition, trace):
        how = Cover.EMPTY
    if how in (Cover.UNKNOWN, Cover.SHORT, Cover.EMPTY) and _hides_queries(event, hidden, trace):
        how = Cover.CROSSED
    if how is Cover.ALWAYS:
        joins = [source for source in sources(event.operands[0]) if source.op is Op.JOIN]
        if _shown_again(joins, hidden, trace):
            return how, Level.NOTE
        return how, Level.WARNING if joins else Level.ERROR
    if quiet(event.site):
        return how, Level.NOTE if how > Cover.UNKNOWN else Level.STRICT
    if how is Cover.UNKNOWN:
        return how, Level.NOTE if named_mask(condition_node(hidden, trace)) else Level.STRICT
    return how, Level.WARNING if how > Cover.EMPTY and in_training(event.site) else Level.NOTE


def _shown_again(joins: list[Value], hidden: Hidden, trace: Trace) -> bool:
    """On one way through the branches the masked scores are given a column that is always visible, say."""
    return any(made_of(way, hidden.by) and not ways(way, trace) for join in joins for way in join.made_by.operands)


def _hides_queries(event: Event, hidden: Hidden, trace: Trace) -> bool:
    """`mask.unsqueeze(-1)`, `mask[:, :, None]` under a softmax along the last axis: what it hides are whole rows."""
    axis, value = event.options.get("axis"), hidden.condition
    if axis is None or axis.constant != -1:
        return False
    while value.op in (Op.LOGICAL_NOT, Op.EQUAL, Op.NOT_EQUAL, Op.CAST, Op.COPY) and value.made_by.operands:
        value = value.made_by.x
    if value.op is Op.RESHAPE:
        new = value.made_by.options.get("axis")
        return new is not None and new.constant == -1
    made = trace.origin(value)
    node = None if made is None or value.op is not Op.SELECT else made.node
    if not isinstance(node, cst.Subscript) or not isinstance(node.slice[-1].slice, cst.Index) or len(node.slice) == 1:
        return False  # `mask[None]` has its new axis in front
    last = node.slice[-1].slice.value
    return isinstance(last, cst.Name) and last.value == "None"


def condition_node(hidden: Hidden, trace: Trace) -> cst.CSTNode | None:
    """The expression of the mask."""
    event = trace.origin(hidden.by)
    if event is None:
        return None
    if hidden.by.op is Op.STORE:
        return _in_brackets(event.node)
    index = 1 if hidden.by.op is Op.MASKED_FILL else 0
    return event.site.operands[index] if index < len(event.site.operands) else None


def _in_brackets(node: cst.CSTNode) -> cst.CSTNode:
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        return node.slice[0].slice.value
    return node


def mask_text(hidden: Hidden, trace: Trace) -> str:
    node = condition_node(hidden, trace)
    return "the mask" if node is None else quoted(node)


def clues(found: Way, trace: Trace) -> Iterator[Clue]:
    """Where the masks are made and applied."""
    for hidden in found:
        made = trace.origin(hidden.condition)
        if made is not None:
            yield Clue(made.node, f"the mask: {describe(made)}", made.result)
        by = trace.origin(hidden.by)
        if by is not None:
            yield Clue(by.node, f"{describe(by)} puts -inf where it hides", by.result)
