"""Loops, branches, derivatives that a framework runs itself: `lax.cond(p, f, g, x)`, `tf.case(pairs)`, `vjp(f, x)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from nanlint.domain.value import Value
from nanlint.frameworks.entries import Run
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.apis import opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import items_of, sequence
from nanlint.interp.guards import implied
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Entries
from nanlint.interp.rounds import LOOPS
from nanlint.interp.store import narrow
from nanlint.interp.taken import Taken, run, taken
from nanlint.interp.trees import differentiable, traced

CONTROL = {name: control for table in FRAMEWORKS for name, control in table.control.items()}
MAX_BRANCHES = 8
_Arm = tuple[Value, Value | None, bool]
"""A function, the test that decides on it if one is known, and its outcome then."""


def controlled(machine: Machine, name: str, given: Arguments, node: cst.Call) -> Value:
    """Runs the functions that the call passes as the framework would."""
    control = CONTROL[name]
    found = taken(control, given, node)
    needed = {p.canonical for p in control.parameters} & {"function", "then", "branches"}
    if given.star or not needed <= found.named.keys():
        return opaque(machine, given, node, name)
    return _RUNS[control.run](machine, found)


def _branch(machine: Machine, taken: Taken) -> Value:
    test = taken.get(machine, "condition")
    arms = [(taken.named["then"], test, True), (taken.get(machine, "otherwise"), test, False)]
    return _one_of(machine, arms, taken)


def _switch(machine: Machine, taken: Taken) -> Value:
    """Branches in a list or by their number."""
    pairs = [items_of(branch) or (branch,) for branch in _listed(taken)]
    return _one_of(machine, [*((pair[-1], None, True) for pair in pairs), *_otherwise(taken)], taken)


def _case(machine: Machine, taken: Taken) -> Value:
    pairs = [pair for branch in _listed(taken) if (pair := items_of(branch)) is not None and len(pair) == 2]
    return _one_of(machine, [*((function, test, True) for test, function in pairs), *_otherwise(taken)], taken)


def _listed(taken: Taken) -> Sequence[Value]:
    branches = taken.named["branches"]
    entries = branches.payload.items.values() if isinstance(branches.payload, Entries) else None
    return tuple(entries or items_of(branches) or (branches,))[:MAX_BRANCHES]


def _otherwise(taken: Taken) -> list[_Arm]:
    default = taken.named.get("otherwise")
    return [] if default is None or default.is_none else [(default, None, True)]


def _one_of(machine: Machine, arms: Sequence[_Arm], taken: Taken) -> Value:
    """What any of the functions gives for the operands, each under what its test says."""
    operands = [traced(machine, value) for value in taken.rest]
    results: list[Value] = []

    def running(function: Value, test: Value | None, outcome: bool) -> Callable[[], bool]:
        def attempt() -> bool:
            if test is not None:
                machine.store.learn(implied(test, outcome))
            results.append(run(machine, function, operands, taken.node))
            return True

        return attempt

    outcomes = [machine.store.attempt(running(*arm)) for arm in arms]
    machine.store.merge(outcomes, machine.join)
    return machine.join([narrow(value, end.facts) for value, end in zip(results, outcomes, strict=True)])


def _linear(machine: Machine, taken: Taken) -> Value:
    """The function's value, and what nothing is known of."""
    given = taken.rest or items_of(taken.get(machine, "xs")) or ()
    operands = [differentiable(machine, traced(machine, value)) for value in given]
    value = run(machine, taken.named["function"], operands, taken.node)
    return sequence(machine, (value, machine.unknown(value)))


def _stateless(machine: Machine, taken: Taken) -> Value:
    """A model, called with parameters that stand for its own."""
    x, named = taken.named.get("xs"), taken.named.get("named")
    alone = () if x is None or x.is_none else (x,)
    operands = alone if x is None else items_of(x) or alone
    keywords = named.payload.items if named is not None and isinstance(named.payload, Entries) else {}
    given = Arguments(
        tuple((value, None) for value in operands), {key: (value, None) for key, value in keywords.items()}
    )
    return machine.call(taken.named["function"], given, taken.node)


_RUNS: dict[Run, Callable[[Machine, Taken], Value]] = {
    **LOOPS,
    Run.BRANCH: _branch,
    Run.SWITCH: _switch,
    Run.CASE: _case,
    Run.LINEAR: _linear,
    Run.STATELESS: _stateless,
}
