"""`x.at[index].set(value)`: arrays that cannot be written to, with other elements in some places."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Framework
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.arguments import Arguments
from nanlint.interp.guards import implied, under
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Member

AT = "at"
WITH_UPDATES = [table for table in FRAMEWORKS if table.updates]
READS = "get"


def updated(machine: Machine, receiver: Value, name: str, given: Arguments, node: cst.Call) -> Value | None:
    """The array after the update; None for any other method call."""
    if receiver.op is not Op.SELECT or not receiver.made_by.operands:
        return None
    member = receiver.made_by.x.payload
    framework = next((table for table in WITH_UPDATES if name in table.updates), None)
    if not isinstance(member, Member) or member.name != AT:
        return None
    if name == READS:
        return _read(machine, member.receiver, receiver, given)
    value = given.first() or given.named.get("values", (None, None))[0]
    if framework is None or value is None:
        return None
    index = receiver.made_by.y
    held = member.receiver
    array = machine.as_array(held, framework.name) if held.kind is Kind.UNKNOWN else held
    op = framework.updates[name]
    written = given.positional[0][1] if given.positional else None
    new = value if op is Op.STORE else _record(machine, framework, op, (array, value), node, name, (None, written))
    kept = under(array, implied(index, False)) if op is Op.STORE else array
    return _record(
        machine, framework, Op.STORE, (kept, new), node, name, (_array_node(node), written), {"index": index}
    )


def _read(machine: Machine, array: Value, selected: Value, given: Arguments) -> Value:
    """`x.at[i].get(fill_value=0)`: some elements, or what stands for those outside."""
    element = replace(array, made_by=replace(selected.made_by, operands=(array, selected.made_by.y)))
    filled = given.named.get("fill_value")
    return element if filled is None else machine.join([element, filled[0]])


def _record(
    machine: Machine,
    framework: Framework,
    op: Op,
    operands: tuple[Value, ...],
    node: cst.Call,
    name: str,
    nodes: tuple[cst.BaseExpression | None, ...],
    options: dict[str, Value] | None = None,
) -> Value:
    return machine.record(
        op,
        operands,
        node,
        options=options,
        operand_nodes=nodes,
        framework=framework.name,
        kind=Kind.TENSOR,
        spelling=f".{AT}[].{name}",
        default_float=framework.default_float,
    )


def _array_node(node: cst.Call) -> cst.BaseExpression | None:
    """`x` of `x.at[i].set(v)`."""
    indexed = node.func.value if isinstance(node.func, cst.Attribute) else None
    at = indexed.value if isinstance(indexed, cst.Subscript) else None
    return at.value if isinstance(at, cst.Attribute) else None
