"""Loops that a framework runs itself: `lax.scan(f, init, xs)`, `tf.while_loop(c, f, xs)`, `tree.map(f, tree)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import interval
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Run
from nanlint.interp.containers import element, items_of, sequence
from nanlint.interp.guards import implied
from nanlint.interp.loops import depends_on
from nanlint.interp.machine import Machine
from nanlint.interp.precision import cast_model
from nanlint.interp.taken import Taken, run
from nanlint.interp.trees import mapped, paired, traced
from nanlint.interp.values import choices


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


def _scan(machine: Machine, taken: Taken) -> Value:
    function, xs = taken.named["function"], traced(machine, taken.get(machine, "xs"))
    x = mapped(machine, xs, lambda leaf: element(machine, leaf, None))

    def step(carry: Value) -> Value:
        return element(machine, run(machine, function, (carry, x), taken.node), 0)

    init = traced(machine, taken.get(machine, "init"))
    result = run(machine, function, (_steady(machine, init, step), x), taken.node)
    return sequence(machine, (_after(machine, init, element(machine, result, 0)), element(machine, result, 1)))


def _counted(machine: Machine, taken: Taken) -> Value:
    lower, upper = taken.get(machine, "lower"), taken.get(machine, "upper")
    index = machine.unknown(lower, upper, op=Op.ARANGE, kind=Kind.TENSOR)
    bounds = interval(lower.range.lo, max(upper.range.hi - 1.0, lower.range.lo))
    index = replace(index, range=bounds, dtype=Dtype.INTEGER, known=lower.known, gradient=False)
    return _repeated(machine, taken, lambda value: run(machine, taken.named["function"], (index, value), taken.node))


def _fold(machine: Machine, taken: Taken) -> Value:
    function, xs = taken.named["function"], traced(machine, taken.get(machine, "xs"))
    x = mapped(machine, xs, lambda leaf: element(machine, leaf, None))
    given = taken.named.get("init")
    init = x if given is None or given.is_none else traced(machine, given)
    return _settled(machine, init, lambda value: run(machine, function, (value, x), taken.node))


def _while(machine: Machine, taken: Taken) -> Value:
    return _repeated(machine, taken, lambda value: _round(machine, taken, (value,)))


def _spread(machine: Machine, taken: Taken) -> Value:
    """A body of one value may give it alone."""

    def step(values: Value) -> Value:
        items = items_of(values) or (values,)
        result = _round(machine, taken, items)
        alone = len(items) == 1 and items_of(values) is not None and items_of(result) is None
        return sequence(machine, (result,)) if alone else result

    return _repeated(machine, taken, step)


def _round(machine: Machine, taken: Taken, values: Sequence[Value]) -> Value:
    """The body, under what the condition says."""
    test = run(machine, taken.get(machine, "condition"), values, taken.node)
    found: list[Value] = []

    def body() -> bool:
        machine.store.learn(implied(test, True))
        found.append(run(machine, taken.named["function"], values, taken.node))
        return True

    machine.store.merge([machine.store.attempt(body)], machine.join)
    return found[0]


def _repeated(machine: Machine, taken: Taken, step: Callable[[Value], Value]) -> Value:
    return _settled(machine, traced(machine, taken.get(machine, "init")), step)


def _settled(machine: Machine, init: Value, step: Callable[[Value], Value]) -> Value:
    return _after(machine, init, step(_steady(machine, init, step)))


def _map(machine: Machine, taken: Taken) -> Value:
    x = mapped(machine, traced(machine, taken.get(machine, "xs")), lambda leaf: element(machine, leaf, None))
    return run(machine, taken.named["function"], (x,), taken.node)


def _leaf(machine: Machine, function: Value, leaf: Value, taken: Taken) -> Value:
    """What the function makes of a leaf; a module that is a tree of its parameters is cast if each of them is."""
    if leaf.kind not in (Kind.LAYER, Kind.MODEL):
        return run(machine, function, (leaf,), taken.node)
    result = run(machine, function, (machine.unknown(leaf, kind=Kind.TENSOR),), taken.node)
    made = [choice.dtype for choice in choices(result) or (result,) if choice.op is Op.CAST and choice.dtype.floating]
    for dtype in made[:1]:
        cast_model(machine, leaf, machine.thing(Kind.OBJECT, dtype), taken.node, "")
    return leaf


def _each_leaf(machine: Machine, taken: Taken) -> Value:
    """Of two trees, leaf by leaf; further ones by any of their elements."""
    function = taken.named["function"]
    trees = [*(taken.named[name] for name in ("tree",) if name in taken.named), *taken.rest]
    if len(trees) < 2:
        tree = trees[0] if trees else machine.unknown()
        return mapped(machine, tree, lambda leaf: _leaf(machine, function, leaf, taken))
    first, second, *others = trees
    return paired(machine, first, second, lambda a, b: run(machine, function, (a, b, *others), taken.node))


LOOPS: dict[Run, Callable[[Machine, Taken], Value]] = {
    Run.FOLD: _fold,
    Run.SCAN: _scan,
    Run.COUNTED: _counted,
    Run.WHILE: _while,
    Run.SPREAD: _spread,
    Run.MAP: _map,
    Run.EACH_LEAF: _each_leaf,
}
