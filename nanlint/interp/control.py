"""Loops and branches that a framework runs itself: `lax.scan(f, init, xs)`, `lax.cond(p, f, g, x)`, `tree.map`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import interval
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Control, Run
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.apis import opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import element, items_of, sequence
from nanlint.interp.guards import implied
from nanlint.interp.loops import depends_on
from nanlint.interp.machine import Machine
from nanlint.interp.store import narrow
from nanlint.interp.trees import mapped, paired, traced

CONTROL = {name: control for table in FRAMEWORKS for name, control in table.control.items()}
MAX_BRANCHES = 8


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a call passes, under canonical names; `rest` is what the variadic parameter takes."""

    named: Mapping[str, Value]
    rest: tuple[Value, ...]
    node: cst.Call

    def get(self, machine: Machine, name: str) -> Value:
        return self.named.get(name) or machine.unknown()


def controlled(machine: Machine, name: str, given: Arguments, node: cst.Call) -> Value:
    """Runs the functions that the call passes as the framework would."""
    control = CONTROL[name]
    taken = _taken(control, given, node)
    needed = {p.canonical for p in control.parameters} & {"function", "then", "otherwise", "branches"}
    if given.star or not needed <= taken.named.keys():
        return opaque(machine, given, node, name)
    return _RUNS[control.run](machine, taken)


def _taken(control: Control, given: Arguments, node: cst.Call) -> _Taken:
    spelled = {parameter.spelled: parameter.canonical for parameter in control.parameters}
    plain = [parameter.canonical for parameter in control.parameters if not parameter.variadic]
    values = [value for value, _ in given.positional]
    named = dict(zip(plain, values, strict=False))
    named.update({spelled[key]: value for key, (value, _) in given.named.items() if key in spelled})
    return _Taken(named, tuple(values[len(plain) :]), node)


def _run(machine: Machine, function: Value, arguments: Sequence[Value], node: cst.Call) -> Value:
    return machine.call(function, Arguments(tuple((value, None) for value in arguments)), node)


# loops


def _steady(machine: Machine, before: Value, step: Callable[[Value], Value]) -> Value:
    """What the loop carries at the head of any round, from trying one out."""
    found: list[Value] = []

    def attempt() -> bool:
        found.append(step(before))
        return True

    machine.dry += 1
    machine.store.attempt(attempt)
    machine.dry -= 1
    return paired(machine, before, found[0], lambda a, b: _grown(machine, a, b))


def _grown(machine: Machine, before: Value, after: Value) -> Value:
    if before.same(after):
        return before
    return machine.widen(before, after) if depends_on(after, before) else machine.join([before, after])


def _after(machine: Machine, init: Value, result: Value) -> Value:
    """What is left after any number of rounds: what went in, or what some round made of what it may have met."""
    return paired(machine, init, result, lambda a, b: a if a.same(b) else machine.join([a, b]))


def _scan(machine: Machine, taken: _Taken) -> Value:
    function, xs = taken.named["function"], traced(machine, taken.get(machine, "xs"))
    x = mapped(machine, xs, lambda leaf: element(machine, leaf, None))

    def step(carry: Value) -> Value:
        return element(machine, _run(machine, function, (carry, x), taken.node), 0)

    init = traced(machine, taken.get(machine, "init"))
    result = _run(machine, function, (_steady(machine, init, step), x), taken.node)
    return sequence(machine, (_after(machine, init, element(machine, result, 0)), element(machine, result, 1)))


def _counted(machine: Machine, taken: _Taken) -> Value:
    lower, upper = taken.get(machine, "lower"), taken.get(machine, "upper")
    index = machine.unknown(lower, upper, op=Op.ARANGE, kind=Kind.TENSOR)
    bounds = interval(lower.range.lo, max(upper.range.hi - 1.0, lower.range.lo))
    index = replace(index, range=bounds, dtype=Dtype.INTEGER, known=lower.known, gradient=False)
    return _repeated(machine, taken, lambda value: _run(machine, taken.named["function"], (index, value), taken.node))


def _while(machine: Machine, taken: _Taken) -> Value:
    def step(value: Value) -> Value:
        test = _run(machine, taken.get(machine, "condition"), (value,), taken.node)
        found: list[Value] = []

        def body() -> bool:
            machine.store.learn(implied(test, True))
            found.append(_run(machine, taken.named["function"], (value,), taken.node))
            return True

        machine.store.merge([machine.store.attempt(body)], machine.join)
        return found[0]

    return _repeated(machine, taken, step)


def _repeated(machine: Machine, taken: _Taken, step: Callable[[Value], Value]) -> Value:
    init = traced(machine, taken.get(machine, "init"))
    return _after(machine, init, step(_steady(machine, init, step)))


def _map(machine: Machine, taken: _Taken) -> Value:
    x = mapped(machine, traced(machine, taken.get(machine, "xs")), lambda leaf: element(machine, leaf, None))
    return _run(machine, taken.named["function"], (x,), taken.node)


def _each_leaf(machine: Machine, taken: _Taken) -> Value:
    """Of two trees, leaf by leaf; further ones by any of their elements."""
    function, tree = taken.named["function"], taken.get(machine, "tree")
    if not taken.rest:
        return mapped(machine, tree, lambda leaf: _run(machine, function, (leaf,), taken.node))
    first, *others = taken.rest
    return paired(machine, tree, first, lambda a, b: _run(machine, function, (a, b, *others), taken.node))


# branches


def _branch(machine: Machine, taken: _Taken) -> Value:
    test = taken.get(machine, "condition")
    operands = [traced(machine, value) for value in taken.rest]
    return _one_of(machine, [(taken.named["then"], True), (taken.named["otherwise"], False)], test, operands, taken)


def _switch(machine: Machine, taken: _Taken) -> Value:
    branches = items_of(taken.named["branches"]) or (taken.named["branches"],)
    operands = [traced(machine, value) for value in taken.rest]
    return _one_of(machine, [(branch, None) for branch in branches[:MAX_BRANCHES]], None, operands, taken)


def _one_of(
    machine: Machine,
    branches: Sequence[tuple[Value, bool | None]],
    test: Value | None,
    operands: Sequence[Value],
    taken: _Taken,
) -> Value:
    """What any of the branches gives, each under what its test says."""
    results: list[Value] = []

    def arm(function: Value, outcome: bool | None) -> Callable[[], bool]:
        def run() -> bool:
            if test is not None and outcome is not None:
                machine.store.learn(implied(test, outcome))
            results.append(_run(machine, function, operands, taken.node))
            return True

        return run

    outcomes = [machine.store.attempt(arm(function, outcome)) for function, outcome in branches]
    machine.store.merge(outcomes, machine.join)
    return machine.join([narrow(value, end.facts) for value, end in zip(results, outcomes, strict=True)])


_RUNS: dict[Run, Callable[[Machine, _Taken], Value]] = {
    Run.SCAN: _scan,
    Run.COUNTED: _counted,
    Run.WHILE: _while,
    Run.BRANCH: _branch,
    Run.SWITCH: _switch,
    Run.MAP: _map,
    Run.EACH_LEAF: _each_leaf,
}
