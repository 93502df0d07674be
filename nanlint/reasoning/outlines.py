"""What functions bind and return, looked up by expression: walked once, however many operations ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from nanlint.interp.trace import Trace
from nanlint.reasoning.nodes import Noted, children, walk

_BY_TEXT = frozenset({"locals", "vars", "eval", "exec"})
"""Functions that read names which nobody writes down."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The assignments and returns in a function, of expressions as they are or as parts of a tuple, list or dict.

    bound: by right side (its `id`), what a statement binds it to; returned: what some `return` gives back as it is;
    mentioned: the names in all returns, but for the receivers of methods: what `p.detach()` gives is another thing;
    read: the names that stand anywhere but alone on the left of an assignment, or as that of what is defined.
    """

    bound: Mapping[int, Sequence[cst.CSTNode]]
    returned: frozenset[int]
    mentioned: frozenset[str]
    read: frozenset[str]


def targets(function: cst.CSTNode, value: cst.CSTNode, trace: Trace) -> Sequence[cst.CSTNode]:
    """What a statement in the function (or module) binds the expression to, if it is a right side or held in one."""
    return _outline(function, trace).bound.get(id(value), ())


def returns(function: cst.CSTNode, value: cst.CSTNode, trace: Trace) -> bool:
    """Some `return` in there gives back the expression as it is."""
    return id(value) in _outline(function, trace).returned


def mentions_in_return(function: cst.CSTNode, names: set[str], trace: Trace) -> bool:
    """Some `return` in there mentions one of the names."""
    return not names.isdisjoint(_outline(function, trace).mentioned)


def reads(function: cst.CSTNode, name: str, trace: Trace) -> bool:
    """Something in there takes what the name holds, or may."""
    read = _outline(function, trace).read
    return name in read or not _BY_TEXT.isdisjoint(read)


def _outline(function: cst.CSTNode, trace: Trace) -> Outline:
    return _of_module(function, trace) if isinstance(function, cst.Module) else _OUTLINES.of(function, trace)


@lru_cache(maxsize=1)
def _of_module(module: cst.Module, trace: Trace) -> Outline:
    """Put together from its statements."""
    parts = _OUTLINES.each(module, trace)
    bound = {key: found for part in parts for key, found in part.bound.items()}
    return Outline(
        bound,
        frozenset[int]().union(*(part.returned for part in parts)),
        frozenset[str]().union(*(part.mentioned for part in parts)),
        frozenset[str]().union(*(part.read for part in parts)),
    )


def _found_in(function: cst.CSTNode) -> Outline:
    bound: dict[int, Sequence[cst.CSTNode]] = {}
    returns: list[cst.Return] = []
    names: list[cst.Name] = []
    defined: set[int] = set()
    for node in walk(function):
        if type(node) is cst.Assign:  # whether something is of an abstract class costs ten times as much
            left = [held for target in node.targets for held in _held(target.target)]
            bound.update((id(value), left) for value in _held(node.value))
        elif type(node) is cst.AnnAssign:
            bound.update((id(value), [node.target]) for value in _held(node.value))
        elif type(node) is cst.Return:
            returns.append(node)
        elif type(node) is cst.Name:
            names.append(node)
        elif type(node) is cst.FunctionDef or type(node) is cst.ClassDef:
            defined.add(id(node.name))
    mentioned = frozenset(name for node in returns for name in _mentioned(node))
    written = defined.union(id(target) for bindings in bound.values() for target in bindings)
    read = frozenset(name.value for name in names if id(name) not in written)
    returned = frozenset(id(value) for node in returns for value in _held(node.value))
    return Outline(bound, returned, mentioned, read)


_OUTLINES = Noted(_found_in)


def _held(whole: cst.CSTNode | None) -> Iterator[cst.CSTNode]:
    """What the expression is, on either way of a choice, or holds."""
    pending = [whole]
    while pending:
        match pending.pop():
            case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Dict(elements=elements):
                pending += [element.value for element in elements]
            case cst.IfExp(body=body, orelse=orelse):
                pending += [body, orelse]
            case cst.CSTNode() as node:
                yield node


def _mentioned(statement: cst.Return) -> Iterator[str]:
    pending: list[cst.CSTNode] = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Name):
            yield node.value
        receiver = node.value if isinstance(node, cst.Attribute) else None
        pending += (child for child in children(node) if child is not receiver)
