"""Names that a file imports from the other files of the run, looked up when they are first used.

An import binds a `Linked` name; only a name that the interpretation reads loads the module behind it, as a program
that imports by need would. So a file costs what it uses of the others, and import cycles end where Python's do.
"""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.activation import Activation
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Cells, Linked, Scope
from nanlint.interp.trace import Frame

MAX_LOADED = 64  # modules loaded for one file; beyond it a name is unknown
MAX_HOPS = 16  # re-exports followed for one name


def linked(machine: Machine, name: str) -> Value | None:
    """A name (`package.module`, `.module.function`) as something of another file of the run; None if it is not."""
    importer = machine.active.scope.path
    if not any(_find(machine, importer, part) for part in (name, _parent(name)) if part):
        return None
    return _value(machine, Linked(importer, name))


def _find(machine: Machine, importer: str, name: str) -> str | None:
    return None if machine.library is None else machine.library.find(importer, name)


def _value(machine: Machine, payload: Linked) -> Value:
    number = machine.numbers.setdefault(("linked", payload), next(machine.fresh_numbers))
    return Value(Kind.MODULE, Operation(number=number, op=Op.CONSTANT), payload=payload)


def resolved(machine: Machine, value: Value) -> Value:
    """What a linked name stands for: a module of the run stays what it is; what is not found has a dotted name."""
    for _ in range(MAX_HOPS):
        if not isinstance(value.payload, Linked):
            return value
        if machine.told.meant(value.payload.name) != value.payload.name:
            return machine.dotted(value.payload.name)
        following = _followed(machine, value.payload)
        if following is None:
            return value
        value = following
    return machine.dotted(value.payload.name) if isinstance(value.payload, Linked) else value


def _followed(machine: Machine, payload: Linked) -> Value | None:
    """One step: what the module above holds under the name; None for a module itself."""
    parent = _parent(payload.name)
    above = _find(machine, payload.importer, parent) if parent else None
    scope = loaded(machine, above) if above is not None else None
    last = payload.name.rpartition(".")[2]
    found = None if scope is None else scope.cells.get(last) or starred(machine, scope, last)
    if found is not None:
        return found
    if _find(machine, payload.importer, payload.name) is not None:
        return None
    return machine.dotted(payload.name)


def member(machine: Machine, payload: Linked, name: str) -> Value:
    """An attribute of a module of the run."""
    return resolved(machine, _value(machine, _below(payload, name)))


def _below(payload: Linked, name: str) -> Linked:
    separator = "" if payload.name.endswith(".") else "."
    return Linked(payload.importer, f"{payload.name}{separator}{name}")


def import_everything(machine: Machine, name: str) -> frozenset[str]:
    """`from name import *` of a file of the run: its names are looked up as they are used. Gives these names."""
    scope = machine.active.scope
    path = _find(machine, scope.path, name)
    if path is None or machine.library is None:
        return frozenset()
    scope.module.stars.append(Linked(scope.path, name))
    return machine.library.names(path)


def starred(machine: Machine, scope: Scope, name: str) -> Value | None:
    """What a name of a module is by a star import, the last one that has it; not looked up yet."""
    for star in reversed(scope.stars):
        path = _find(machine, star.importer, star.name)
        if path is not None and machine.library is not None and name in machine.library.names(path):
            return _value(machine, _below(star, name))
    return None


def loaded(machine: Machine, path: str) -> Scope | None:
    """The names of a module, after its body ran as on import; in a cycle, those that it has so far."""
    if path not in machine.modules:
        tree = machine.library.tree(path) if machine.library is not None and len(machine.modules) < MAX_LOADED else None
        scope = None if tree is None else Scope(Cells(), None, path=path)
        machine.modules[path] = scope
        if scope is not None and tree is not None:
            _run(machine, scope, tree)
    return machine.modules[path]


def _run(machine: Machine, scope: Scope, tree: cst.Module) -> None:
    scope.cells["__name__"] = machine.constant(scope.path)  # anything but "__main__"
    frame = Frame("", node=tree, entry=False, path=scope.path)
    with machine.elsewhere(Activation(frame, scope), tree):
        machine.execute_all(tree.body)


def _parent(name: str) -> str:
    """The module of a name: `a.b` of `a.b.c`, `.` of `.a`, "" of `a`."""
    head, dot, _ = name.rpartition(".")
    return head + dot if not head.strip(".") else head
