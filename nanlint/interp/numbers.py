"""Python's builtins on numbers: `max`, `abs`, `float`, `round`, `sum`, `any`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import Interval
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import each, is_exact, items_of
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Elements
from nanlint.interp.operators import arithmetic_kind, default_float
from nanlint.interp.values import framework_of

CODE_POINTS = Interval(0.0, 0x10FFFF)
"""The numbers of Unicode's characters."""

Builtin = Callable[[Machine, Arguments, cst.Call], Value]


def record_call(
    machine: Machine, op: Op, values: tuple[Value, ...], node: cst.Call, kind: Kind, spelling: str
) -> Value:
    nodes = tuple(argument.value for argument in node.args[: len(values)])
    return machine.record(
        op,
        values,
        node,
        operand_nodes=nodes,
        framework=framework_of(values),
        kind=kind,
        spelling=spelling,
        default_float=default_float(*values),
    )


def _extremum(pairwise: Op, over: Op, name: str) -> Builtin:
    """`max(a, b, ...)` and `max(iterable)`."""

    def run(machine: Machine, given: Arguments, node: cst.Call) -> Value:
        values = [value for value, _ in given.positional]
        if len(values) >= 2:
            result = values[0]
            for value in values[1:]:
                result = record_call(machine, pairwise, (result, value), node, arithmetic_kind(result, value), name)
            return result
        if not values:
            return machine.unknown()
        if items_of(values[0]) is None and values[0].kind is Kind.TENSOR:
            return record_call(machine, over, (values[0],), node, Kind.TENSOR, name)
        items = items_of(values[0])
        if items == () and is_exact(values[0]) and "default" in given.named:
            return given.named["default"][0]
        points = [item.range.point for item in items or () if item.kind.scalar]
        if items and is_exact(values[0]) and len(points) == len(items) and "key" not in given.named:
            found = [item for item in items if item.range.point is not None]
            if len(found) == len(items):
                return (max if pairwise is Op.MAXIMUM else min)(found, key=lambda item: item.range.lo)
        return each(machine, values[0])

    return run


def _absolute(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    value = given.first() or machine.unknown()
    return record_call(machine, Op.ABSOLUTE, (value,), node, value.kind if value.kind.numeric else Kind.UNKNOWN, "abs")


def _power(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    if len(given.positional) != 2:
        return machine.unknown(*given.values)
    (x, _), (y, _) = given.positional
    return record_call(machine, Op.POWER, (x, y), node, arithmetic_kind(x, y), "pow")


def _to_number(kind: Kind) -> Builtin:
    """`float(x)`, `int(x)`: a Python number with the value's range; of a text, any number."""

    def run(machine: Machine, given: Arguments, node: cst.Call) -> Value:
        value = given.first()
        if value is None:
            return machine.constant(0 if kind is Kind.INTEGER else 0.0)
        if isinstance(value.constant, str):
            return parsed(machine, value.constant, kind)
        text = value.made_by.x.constant if value.op is Op.ARGUMENT and value.made_by.operands else None
        if isinstance(text, str):  # the default of an environment variable
            return machine.argument(default=parsed(machine, text, kind))
        if kind is Kind.INTEGER:
            dtype = machine.thing(Kind.OBJECT, Dtype.INTEGER)
            result = machine.record(
                Op.CAST,
                (value,),
                node,
                options={"dtype": dtype},
                operand_nodes=(node.args[0].value,),
                kind=kind,
                spelling="int",
            )
            return replace(result, gradient=False)
        result = record_call(machine, Op.ITEM, (value,), node, kind, "float")
        return replace(result, gradient=False)

    return run


def parsed(machine: Machine, text: str, kind: Kind) -> Value:
    """`float("inf")`, `int("3")`."""
    try:
        return machine.constant(float(text) if kind is Kind.NUMBER else int(text))
    except ValueError:
        return machine.unknown(kind=kind)


def _boolean(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    value = given.first()
    return machine.unknown(kind=Kind.BOOLEAN) if value is None else replace(value, kind=Kind.BOOLEAN, payload=None)


def _rounded(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    value = given.first() or machine.unknown()
    whole = value.kind.scalar and len(given.positional) == 1
    return record_call(machine, Op.ROUND, (value,), node, Kind.INTEGER if whole else value.kind, "round")


def _quantifier(op: Op) -> Builtin:
    """`any(...)`, `all(...)`: over an array or over what a comprehension gives."""

    def run(machine: Machine, given: Arguments, node: cst.Call) -> Value:
        iterable = given.first() or machine.unknown()
        tested = each(machine, iterable) if items_of(iterable) else iterable
        return record_call(machine, op, (tested,), node, Kind.BOOLEAN, op.value)

    return run


def _sum(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`sum(xs)`: over known items an addition, else the sum over an array of them."""
    iterable = given.first() or machine.unknown()
    items = items_of(iterable)
    if items is not None and isinstance(iterable.payload, Elements) and iterable.payload.exact and items:
        start = given.positional[1][0] if len(given.positional) > 1 else given.named.get("start", (None, None))[0]
        total, *rest = items if start is None else (start, *items)
        for item in rest:
            total = machine.record(
                Op.ADD, (total, item), node, kind=arithmetic_kind(total, item), spelling="sum",
                framework=framework_of((total, item)), default_float=default_float(total, item),
            )  # fmt: skip
        return total
    inner = each(machine, iterable)
    kind = inner.kind if inner.kind.numeric else Kind.UNKNOWN
    return record_call(machine, Op.SUM, (inner,), node, Kind.NUMBER if kind is Kind.BOOLEAN else kind, "sum")


def _code_point(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`ord(character)`."""
    number = machine.unknown(*given.values, kind=Kind.INTEGER)
    return replace(number, range=CODE_POINTS, dtype=Dtype.INTEGER, gradient=False)


NUMBERS: dict[str, Builtin] = {
    "builtins.max": _extremum(Op.MAXIMUM, Op.REDUCE_MAX, "max"),
    "builtins.min": _extremum(Op.MINIMUM, Op.REDUCE_MIN, "min"),
    "builtins.abs": _absolute,
    "builtins.pow": _power,
    "builtins.float": _to_number(Kind.NUMBER),
    "builtins.int": _to_number(Kind.INTEGER),
    "builtins.bool": _boolean,
    "builtins.round": _rounded,
    "builtins.any": _quantifier(Op.ANY),
    "builtins.all": _quantifier(Op.ALL),
    "builtins.sum": _sum,
    "builtins.ord": _code_point,
}
