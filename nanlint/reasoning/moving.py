"""What may be moved to another place, taken out, or read there by a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Site
from nanlint.reasoning.nodes import children, walk
from nanlint.reasoning.texts import code


def movable(node: cst.CSTNode, origin: Site, target: Site) -> bool:
    """Evaluating the expression at `target` gives what it gave at `origin`.

    Only names, attributes, constants, subscripts and arithmetic move: a call may cost or do something twice.
    Every name must hold the same value at both places of the same activation; attributes must not be assigned between.
    """
    if origin.frame is not target.frame:
        return False
    parts = list(_parts(node))
    attributes = {part.attr.value for part in parts if isinstance(part, cst.Attribute)}
    moved = attributes and attributes & _assigned_after(origin)
    return not moved and all(_same_part(part, origin, target) for part in parts)


_MOVABLE = (
    cst.Name, cst.Attribute, cst.Integer, cst.Float, cst.SimpleString, cst.Subscript, cst.SubscriptElement, cst.Index,
    cst.Slice, cst.UnaryOperation, cst.Minus, cst.Plus, cst.BinaryOperation, cst.Add, cst.Subtract, cst.Multiply,
    cst.Divide, cst.Power, cst.Tuple, cst.Element, cst.LeftParen, cst.RightParen, cst.LeftSquareBracket,
    cst.RightSquareBracket, cst.Comma, cst.Dot, cst.Colon, cst.SimpleWhitespace, cst.ParenthesizedWhitespace,
    cst.TrailingWhitespace, cst.EmptyLine, cst.Newline, cst.Comparison, cst.ComparisonTarget, cst.LessThan,
    cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual, cst.Equal, cst.NotEqual, cst.BitAnd, cst.BitOr,
    cst.BitInvert,
)  # fmt: skip


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    if isinstance(node, cst.Attribute):
        yield from _parts(node.value)
        return
    for child in node.children:
        yield from _parts(child)


def _same_part(part: cst.CSTNode, origin: Site, target: Site) -> bool:
    if not isinstance(part, _MOVABLE):
        return False
    if not isinstance(part, cst.Name):
        return True
    before, after = origin.names.get(part.value), target.names.get(part.value)
    if before is None or after is None:
        return before is after
    return before is after or (before.same(after) and before.payload is after.payload)


def _assigned_after(origin: Site) -> set[str]:
    """The attributes that the function assigns below the statement of `origin`."""
    pending: list[cst.CSTNode] = [origin.frame.node] if origin.frame.node is not None else []
    assigned: set[str] = set()
    below = False
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)) and below:
            assigned |= {part.attr.value for part in _parts(node.target) if isinstance(part, cst.Attribute)}
        below = below or node is origin.statement
        pending.extend(reversed(children(node)))
    return assigned


def contains(outer: cst.CSTNode, inner: cst.CSTNode) -> bool:
    """`inner` is `outer` or a node in it."""
    return any(node is inner for node in walk(outer))


def reachable_source(node: cst.CSTNode | None, origin: Event, target: Event) -> str | None:
    """The text of an operand of `origin` for use at `target`: nested in it, or movable there; None otherwise."""
    if node is None:
        return None
    if contains(target.node, node) or movable(node, origin.site, target.site):
        return code(node)
    return None


def held_by(value: Value, site: Site) -> str | None:
    """The shortest name that holds the value at `site`; None if none does."""
    if value.op is Op.CONSTANT:
        return None
    names = [
        name
        for name, held in site.names.items()
        if held.same(value) and held.gradient == value.gradient and held.payload is value.payload
    ]
    return min(names, key=lambda name: (len(name), name), default=None)


def removable(made: Event, replaced: Sequence[cst.CSTNode]) -> cst.SimpleStatementLine | None:
    """The line that does nothing but name what `made` made, if nothing outside `replaced` reads the local name.

    What has a name in a graph as well may be looked up by it.
    """
    line, function = made.site.statement, made.site.frame.node
    if not isinstance(function, cst.FunctionDef) or not isinstance(line, cst.SimpleStatementLine):
        return None
    match line.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)] if value is made.node:
            mentions = sum(_mentions(node, name) for node in replaced if contains(function, node))
        case _:
            return None
    commented = line.trailing_whitespace.comment is not None or "#" in code(line.body[0])
    lonely = not any(len(block.body) > 1 for block in _blocks(function) if line in block.body)
    return None if commented or lonely or _labelled(made) or _mentions(function, name) != mentions + 1 else line


def _labelled(made: Event) -> bool:
    arguments = made.node.args if isinstance(made.node, cst.Call) else ()
    return any(argument.keyword is not None and argument.keyword.value == "name" for argument in arguments)


def hoistable(made: Event, target: Event) -> bool:
    """What `made` computes can be computed at `target`, calls and all, and its line be removed.

    Only `target` needs it, in the very next statement, always, and before anything else is called there.
    """
    statement, function = target.site.statement, made.site.frame.node
    line = removable(made, [target.node])
    if line is None or function is None or made.site.frame is not target.site.frame:
        return False
    neighbours = (pair for block in _blocks(function) for pair in pairwise(block.body))
    if not any(before is line and after is statement for before, after in neighbours):
        return False
    return isinstance(statement, cst.SimpleStatementLine) and _comes_first(statement, target.node) is True


_SOMETIMES = (cst.IfExp, cst.BooleanOperation, cst.Lambda, cst.BaseComp)
"""What evaluates a part of itself never, later or more than once."""


def _comes_first(node: cst.CSTNode, wanted: cst.CSTNode) -> bool | None:
    """No call is made in `node` before `wanted` is evaluated, which it always is; None: `wanted` is not in it."""
    if node is wanted:
        return True
    if isinstance(node, _SOMETIMES):
        return False
    for child in node.children:
        found = _comes_first(child, wanted)
        if found is not None:
            return found
    return False if isinstance(node, cst.Call) else None


def _mentions(node: cst.CSTNode, name: str) -> int:
    """How often the name stands in the code, but for attributes and keywords of that name."""
    count, pending = 0, [node]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Name):
            count += current.value == name
        elif isinstance(current, (cst.Attribute, cst.Arg)):
            pending.append(current.value)
        else:
            pending += children(current)
    return count


def _blocks(node: cst.CSTNode) -> list[cst.IndentedBlock]:
    return [block for block in walk(node) if isinstance(block, cst.IndentedBlock)]
