"""Models that are given by symbolic inputs and what is computed from them: `Model(inputs, outputs)`."""

from __future__ import annotations

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.apis import TRAINABLE, opaque
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import is_exact, items_of, sequence
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Entries, Graph
from nanlint.interp.values import choices

GRAPHS = {name: framework.name for framework in FRAMEWORKS for name in framework.graphs}
MAX_OPERATIONS = 4_000  # of one model


def graph(machine: Machine, name: str, given: Arguments) -> Value | None:
    """`Model(inputs, outputs)`; `input` and `output` in the first release. None: something else is meant."""
    named = {name.rstrip("s"): value for name, (value, _) in given.named.items()}
    values = [value for value, _ in given.positional]
    inputs = values[0] if values else named.get("input")
    outputs = values[1] if len(values) > 1 else named.get("output")
    if inputs is None or outputs is None:
        return None
    return machine.thing(Kind.MODEL, Graph(GRAPHS[name], inputs, outputs))


def run_graph(machine: Machine, model: Graph, given: Arguments, node: cst.Call) -> Value:
    """The operations between the inputs and the outputs once more, on what is given; each where it was written."""
    first = given.first()
    if first is None:
        return opaque(machine, given, node, "")
    formal, actual = items_of(model.inputs), items_of(first)
    if isinstance(first.payload, Entries):  # by names that the inputs were given
        actual = tuple(machine.unknown(first) for _ in formal or ())
    pairs = [(model.inputs, first)] if formal is None else list(zip(formal, actual or (first,), strict=False))
    replay = _Replay(machine, {id(symbol.made_by): value for symbol, value in pairs})
    ways = choices(model.outputs) if not is_exact(model.outputs) else ()
    return machine.join([replay.outputs(way) for way in ways or (model.outputs,)])


class _Replay:
    """Operations on other operands; `made` holds what stands for the result of each, by its identity."""

    def __init__(self, machine: Machine, made: dict[int, Value]) -> None:
        self.machine = machine
        self.made = made

    def outputs(self, wanted: Value) -> Value:
        """What stands for the value, or for each of a list of them."""
        items = items_of(wanted)
        return self.value(wanted) if items is None else sequence(self.machine, tuple(map(self.value, items)))

    def value(self, wanted: Value) -> Value:
        """What stands for the value; itself if it does not depend on what was replaced."""
        pending, opened = [wanted], set[int]()
        while pending and len(opened) < MAX_OPERATIONS:
            value = pending[-1]
            key = id(value.made_by)
            if key in self.made:
                pending.pop()
            elif key not in opened:
                opened.add(key)
                pending.extend(operand for operand in value.made_by.operands if id(operand.made_by) not in opened)
            else:
                pending.pop()
                self.made[key] = self._again(value)
        return self.made.get(id(wanted.made_by), wanted)

    def _again(self, value: Value) -> Value:
        machine, before = self.machine, value.made_by.operands
        operands = [self.made.get(id(operand.made_by), operand) for operand in before]
        if all(new is old or new.made_by is old.made_by for new, old in zip(operands, before, strict=True)):
            return value
        if value.op is Op.JOIN:
            return machine.join(operands)
        origin = machine.trace.origin(value)
        if origin is None or value.op is Op.OPAQUE:
            return machine.unknown(*operands, op=value.op, kind=value.kind)
        outer, machine.statement = machine.statement, origin.site.statement
        result = machine.record(
            value.op,
            operands,
            origin.node,
            options=value.made_by.options,
            operand_nodes=origin.site.operands,
            option_nodes=origin.site.options,
            framework=value.made_by.framework,
            kind=value.kind,
            spelling=origin.site.spelling,
            default_float=machine.default_float,
            trainable=value.op in TRAINABLE,
        )
        machine.statement = outer
        return result
