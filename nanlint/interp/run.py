"""Interpreting a whole module: its statements, then every function that nobody in the file called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

import libcst as cst

from nanlint.domain.value import Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp import calls, classes, expressions, functions, logic, loops, names, operators, patterns, statements
from nanlint.interp.classes import FORWARD, instantiate
from nanlint.interp.compiled import finish
from nanlint.interp.functions import bound_to, enter_function
from nanlint.interp.library import Library
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Function
from nanlint.interp.told import NOTHING_TOLD, Told
from nanlint.interp.trace import Trace

_Machine = TypeVar("_Machine", bound=Machine)
Observations = dict[int, tuple[cst.BaseExpression, list[Value]]]
"""Expressions, by `id`, and the Values that each has had."""

HANDLERS = (calls, classes, expressions, functions, logic, loops, names, operators, patterns, statements)
"""The modules that register handlers for nodes."""
TAKING = {"partial"} | {
    name.rpartition(".")[2] for table in FRAMEWORKS for name in (*table.derivatives, *table.control, *table.wrappers)
}
PASSED = re.compile(rf"\b(?:{'|'.join(sorted(TAKING))})\(((?:[^()]+|\([^()]*\))*)")
"""What is handed to functions that call some of it, as `grad(loss)`, `partial(loss, y)`, `fori_loop(0, n, body, x)`."""
NAME = re.compile(r"\b[^\W\d]\w*")
CALLED = re.compile(r"(?<!def )(?<!class )\b([^\W\d]\w*)\s*\(")


def interpret(
    module: cst.Module,
    code: str | None = None,
    path: str = "",
    library: Library | None = None,
    told: Told = NOTHING_TOLD,
) -> Trace:
    """Every operation that running the module, or calling any of its functions, may perform.

    `code` is the module's text if the caller has it, to save generating it; `library` holds the other files of the
    run, among which `path` is this one's name; `told` is what the user says of the code. A graph's placeholders hold
    what a session feeds them: where the first run meets that, a second one knows it from the start.
    """
    return _twice_if_fed(Machine, module, code, path, library, told).trace


def observe(
    module: cst.Module,
    code: str | None = None,
    path: str = "",
    library: Library | None = None,
    told: Told = NOTHING_TOLD,
) -> tuple[Trace, Observations]:
    """As `interpret`, with every value that every expression has had."""
    observer = _twice_if_fed(Observer, module, code, path, library, told)
    return observer.trace, observer.observations


class Observer(Machine):
    """Remembers what it evaluates."""

    def __init__(
        self, module: cst.Module, home: str = "", library: Library | None = None, told: Told = NOTHING_TOLD
    ) -> None:
        super().__init__(module, home, library, told)
        self.observations: Observations = {}

    def evaluate(self, node: cst.BaseExpression) -> Value:
        value = super().evaluate(node)
        if not self.dry:
            self.observations.setdefault(id(node), (node, []))[1].append(value)
        return value


def _twice_if_fed(
    new: type[_Machine], module: cst.Module, code: str | None, path: str, library: Library | None, told: Told
) -> _Machine:
    machine = _run(new(module, path, library, told), code)
    if machine.feeds:
        again = new(module, path, library, told)
        again.fed, again.fresh_numbers = machine.feeds, machine.fresh_numbers
        again.trace.by_operation.update(machine.trace.by_operation)  # what is fed was made in the first run
        machine = _run(again, code)
    return machine


def _run(machine: _Machine, code: str | None) -> _Machine:
    machine.trace.text = code
    machine.execute_all(machine.module.body)
    finish(machine)
    text = machine.trace.source
    _enter_the_rest(machine, {*CALLED.findall(text), *_passed(text)})
    finish(machine)
    return machine


def _passed(text: str) -> Iterator[str]:
    for arguments in PASSED.findall(text):
        yield from NAME.findall(arguments)


def _enter_the_rest(machine: Machine, called: set[str]) -> None:
    """In the order of definition: first what no call in the file names, then what those calls did not reach.

    So a helper meets its callers' values before unknown ones. Entering a function may define others.
    """
    for everything in (False, True):
        position = 0
        while position < len(machine.functions):
            function = machine.functions[position]
            position += 1
            if id(function.node) in machine.interpreted:
                continue
            if everything or not _is_called(function, called):
                enter_function(machine, _as_method(machine, function))


def _is_called(function: Function, called: set[str]) -> bool:
    """Some call in the file names it; what a class does when called is named by the class."""
    name = function.name.rpartition(".")[2]
    if function.owner is not None and name in (*FORWARD, "__call__", "__init__"):
        return function.owner.name.rpartition(".")[2] in called
    return name in called


def _as_method(machine: Machine, function: Function) -> Function:
    """A method is entered with an instance: one that the file makes, else a new one."""
    owner = function.owner
    if owner is None or function.bound_kind == "static":
        return function
    instance = machine.instances.get(id(owner)) or instantiate(machine, owner, None, None)
    bound = bound_to(machine.thing(instance.kind, function), instance).payload
    return bound if isinstance(bound, Function) else function
