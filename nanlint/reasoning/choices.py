"""Whether anything but a choice is made of a result: the index of the largest, a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.nodes import children, walk
from nanlint.reasoning.origins import MAX_SOURCES

FILLING = frozenset({"add", "append", "extend", "insert", "put", "update"})
Branches = dict[cst.If, bool]
"""The side that is taken at each `if` outside loops."""


def only_ranks(event: Event, trace: Trace) -> bool:
    """All that its function makes of the result are indices and comparisons, where a score of -inf comes last.

    False where nothing is made of it, and where a `return` that the run can reach mentions what is.
    """
    answers = _answers(trace)
    if id(event) not in answers:
        answers[id(event)] = _only_ranks(event, trace)
    return answers[id(event)]


@lru_cache(maxsize=1)
def _answers(trace: Trace) -> dict[int, bool]:
    """Those of `only_ranks`, which several rules ask of one event."""
    return {}


def _only_ranks(event: Event, trace: Trace) -> bool:
    takers, known = _takers(trace), _known(trace)
    pending, seen, ranked = [event], {id(event.operation)}, False
    while pending:
        current = pending.pop()
        users = takers.get(id(current.operation), [])
        unused = not users and not any(True for _ in _targets(current.site.statement))
        if unused or len(seen) > MAX_SOURCES:
            return False
        if not _taken_at_once(current, users) and _handed_on(current, known):
            return False
        for user, index in users:
            if index or user.result.dtype in (Dtype.INTEGER, Dtype.BOOLEAN):
                ranked = True
            elif user.op in (Op.OPAQUE, Op.BACKWARD):
                return False
            elif id(user.operation) not in seen:
                seen.add(id(user.operation))
                pending.append(user)
    return ranked


def _taken_at_once(event: Event, users: Iterable[tuple[Event, bool]]) -> bool:
    """It stands inside another operation, or what returns it does, in the function that called its own."""
    frame = event.site.frame
    returned = frame.call_node if _is_return(event.site.statement) and frame.parent is not None else None
    standing = {id(event.node), id(returned)}
    return any(id(operand) in standing for user, _ in users for operand in user.site.operands if operand is not None)


@lru_cache(maxsize=1)
def _known(trace: Trace) -> frozenset[int]:
    """The nodes of operations."""
    return frozenset(id(event.node) for event in trace.events if event.op is not Op.OPAQUE)


@lru_cache(maxsize=1)
def _takers(trace: Trace) -> dict[int, list[tuple[Event, bool]]]:
    """By operation, the events that take its result, also as part of a list, and whether only its indices."""
    found: dict[int, list[tuple[Event, bool]]] = {}
    for user in trace.events:
        for operand in user.operands:
            for part, index in _parts(operand, trace):
                found.setdefault(id(part.made_by), []).append((user, index))
    return found


def _parts(value: Value, trace: Trace) -> Iterator[tuple[Value, bool]]:
    """The value, or what is joined in it; of the indices beside the largest elements, those elements."""
    if value.op is Op.JOIN:
        for part in value.made_by.operands:
            yield from ((part, False),) if part.op is Op.JOIN else _parts(part, trace)
    elif value.op is Op.ARGMAX and trace.origin(value) is None:
        yield from ((part, True) for part in value.made_by.operands)
    else:
        yield value, False


def _handed_on(event: Event, known: frozenset[int]) -> bool:
    """The statement returns the result, or binds it to an attribute, or to a name that the function hands out then.

    known: the nodes of operations, whose own results tell what becomes of a name in them.
    """
    line, function = event.site.statement, event.site.frame.node
    if not isinstance(function, cst.FunctionDef):
        return True
    targets = list(_targets(line))
    if any(isinstance(target, cst.Attribute) for target in targets) or _is_return(line):
        return True
    names = _names(target.value if isinstance(target, cst.Subscript) else target for target in targets)
    filled = any(isinstance(target, cst.Subscript) for target in targets)
    return bool(names & _handed_out(function, line, known)) or (filled and bool(names & _names([function.params])))


def _targets(line: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What the statement assigns to."""
    for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
        if isinstance(part, cst.Assign):
            yield from (target.target for target in part.targets)
        elif isinstance(part, (cst.AnnAssign, cst.AugAssign)):
            yield part.target


def _is_return(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and any(isinstance(part, cst.Return) for part in line.body)


def _names(nodes: Iterable[cst.CSTNode], known: frozenset[int] = frozenset()) -> set[str]:
    """The names in the nodes, but for what stands in a known operation."""
    found, pending = set[str](), list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Name):
            found.add(node.value)
        elif id(node) not in known:
            pending.extend(children(node))
    return found


def _handed_out(function: cst.FunctionDef, line: cst.CSTNode, known: frozenset[int]) -> set[str]:
    """The names in the returns that can follow the line, and in what is put into something of these names.

    Without those that are bound again right after the line, in its block.
    """
    here: Branches | None = None
    later: list[cst.CSTNode] = []
    returns: list[tuple[cst.CSTNode, Branches]] = []
    pending: list[tuple[cst.CSTNode, Branches, bool]] = [(function.body, {}, False)]
    while pending:
        node, sides, repeated = pending.pop()
        if isinstance(node, cst.IndentedBlock) and line in node.body:
            here, later = sides, list(node.body[node.body.index(line) + 1 :])
        if isinstance(node, (cst.Return, cst.Yield)) and (repeated or here is not None):
            returns.append((node, sides))
        repeated = repeated or isinstance(node, (cst.For, cst.While))
        for child in reversed(children(node)):
            below = {**sides, node: child is node.body} if isinstance(node, cst.If) and not repeated else sides
            pending.append((child, below, repeated))
    reached = [node for node, sides in returns if _compatible(here or {}, sides)]
    names = _names(reached, known)
    bound = {target.value for after in later for target in _targets(after) if isinstance(target, cst.Name)}
    return (names | _put_into(function, names, known)) - bound


def _compatible(here: Branches, there: Branches) -> bool:
    """No `if` has taken the one side here and the other there."""
    return all(here.get(test, side) is side for test, side in there.items())


def _put_into(function: cst.FunctionDef, names: set[str], known: frozenset[int]) -> set[str]:
    """The names of what is appended to the lists of these names, or stored in them."""
    found = set[str]()
    for node in walk(function.body):
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in FILLING:
            receiver, content = node.func.value, list[cst.CSTNode](node.args)
        elif isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Subscript):
            receiver, content = node.targets[0].target.value, [node.value]
        else:
            continue
        if _names([receiver]) & names:
            found |= _names(content, known)
    return found
