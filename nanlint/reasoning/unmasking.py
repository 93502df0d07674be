"""Fixes for masks of minus infinity: the lowest finite number of the scores' dtype in its place."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.findings import Applicability
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.masks import Hidden, Way
from nanlint.reasoning.spelling import spell_name
from nanlint.reasoning.visibility import Cover, cover
from nanlint.rule import Replace, Rewrite


def finite_fill(user: Event, found: Way, trace: Trace, every: bool = False) -> Rewrite | None:
    """The lowest finite number for every -inf of a mask that may hide a row of what `user` takes, or for every one."""
    risky = [hidden for hidden in found if every or cover((hidden,)) is not Cover.NEVER]
    if len(risky) > 1 and any(hidden.added for hidden in risky):
        return None  # two of the lowest number add up to -inf again
    edits, imports = list[Replace](), list[str]()
    for hidden in risky:
        spelled = _lowest(user, hidden, trace)
        if spelled is None or hidden.node is None:
            return None
        edits.append(Replace(hidden.node, spelled[0]))
        imports += spelled[1]
    title = "Fill with the lowest finite number instead of -inf"
    return Rewrite(title, Applicability.UNSAFE, tuple(edits), tuple(imports)) if edits else None


def _lowest(user: Event, hidden: Hidden, trace: Trace) -> tuple[str, tuple[str, ...]] | None:
    """`torch.finfo(scores.dtype).min`."""
    event = trace.origin(hidden.by)
    if event is None:
        return None
    name = array_name(hidden.of, event)
    if name is None and event.site.frame is user.site.frame and user.site.operands:
        name = array_name(user.site.operands[0], event)  # what the mask is added to
    limit = None if name is None else limit_of(name, event, event.framework)
    lowest = "" if user.result.dtype.half else registry.table(event.framework).lowest
    return limit or ((lowest, ()) if lowest else None)


def limit_of(name: str, event: Event, framework: str, end: str = "min") -> tuple[str, tuple[str, ...]] | None:
    """`torch.finfo(name.dtype).min` as the file writes it, and the imports it takes."""
    table = registry.table(framework)
    if table.dtype_limits:
        return f"{name}.dtype.{end}", ()
    if not table.float_info:
        return None
    info, imports = spell_name(event.site, min(table.float_info))
    return f"{info}({name}.dtype).{end}", imports


def array_name(node: cst.CSTNode | None, event: Event) -> str | None:
    """The first name in the expression that holds an array: its dtype is that of the scores."""
    if isinstance(node, cst.Name):
        value = event.site.names.get(node.value)
        return node.value if value is not None and _floating(value) else None
    if isinstance(node, cst.Subscript):
        return array_name(node.value, event)
    for child in () if node is None else node.children:
        if (found := array_name(child, event)) is not None:
            return found
    return None


def _floating(value: Value) -> bool:
    array = value.kind is Kind.TENSOR or (value.kind is Kind.UNKNOWN and value.payload is None)
    return array and not value.dtype.integer
