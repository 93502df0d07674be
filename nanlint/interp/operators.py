"""Python's operators on Values: arithmetic, comparison, and/or/not, conditional expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp import paths
from nanlint.interp.containers import appended, items_of, merged
from nanlint.interp.machine import EXPRESSIONS, Machine
from nanlint.interp.objects import Elements, Entries
from nanlint.interp.values import framework_of

BINARY: dict[type[cst.CSTNode], tuple[Op | None, str]] = {
    cst.Add: (Op.ADD, "+"),
    cst.Subtract: (Op.SUBTRACT, "-"),
    cst.Multiply: (Op.MULTIPLY, "*"),
    cst.Divide: (Op.DIVIDE, "/"),
    cst.FloorDivide: (Op.FLOOR_DIVIDE, "//"),
    cst.Modulo: (Op.REMAINDER, "%"),
    cst.Power: (Op.POWER, "**"),
    cst.MatrixMultiply: (Op.MATMUL, "@"),
    cst.BitAnd: (Op.LOGICAL_AND, "&"),
    cst.BitOr: (Op.LOGICAL_OR, "|"),
    cst.BitXor: (None, "^"),
    cst.LeftShift: (None, "<<"),
    cst.RightShift: (None, ">>"),
    cst.AddAssign: (Op.ADD, "+="),
    cst.SubtractAssign: (Op.SUBTRACT, "-="),
    cst.MultiplyAssign: (Op.MULTIPLY, "*="),
    cst.DivideAssign: (Op.DIVIDE, "/="),
    cst.FloorDivideAssign: (Op.FLOOR_DIVIDE, "//="),
    cst.ModuloAssign: (Op.REMAINDER, "%="),
    cst.PowerAssign: (Op.POWER, "**="),
    cst.MatrixMultiplyAssign: (Op.MATMUL, "@="),
    cst.BitAndAssign: (Op.LOGICAL_AND, "&="),
    cst.BitOrAssign: (Op.LOGICAL_OR, "|="),
}
NOT_NUMBERS = frozenset(
    {Kind.STRING, Kind.PATH, Kind.SEQUENCE, Kind.MAPPING, Kind.NONE, Kind.MODULE, Kind.FUNCTION, Kind.CLASS, Kind.LAYER}
)
MAX_CHAIN = 2_000  # operands of one left-deep chain of operators


def binary_operation(machine: Machine, node: cst.BinaryOperation) -> Value:
    """`a + b`; a left-deep chain (`a + b + c + ...`) is walked in a loop, not in the stack."""
    chain: list[cst.BinaryOperation] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BinaryOperation):
        chain.append(left)
        left = left.left
    value = machine.evaluate(left)
    for link in reversed(chain):
        right = machine.evaluate(link.right)
        value = binary(machine, type(link.operator), value, right, link, (link.left, link.right))
    return value


def binary(
    machine: Machine,
    operator: type[cst.CSTNode],
    a: Value,
    b: Value,
    node: cst.CSTNode,
    nodes: Sequence[cst.BaseExpression],
) -> Value:
    """An operator on two Values, with its event if both can be numbers."""
    op, spelling = BINARY.get(operator, (None, ""))
    if a.kind in NOT_NUMBERS or b.kind in NOT_NUMBERS:
        return _other_operands(machine, spelling.rstrip("="), a, b)
    kind = arithmetic_kind(a, b, op)
    if op is None:
        return machine.unknown(a, b, kind=kind)
    if op in (Op.LOGICAL_AND, Op.LOGICAL_OR) and not _boolean(a) and not _boolean(b):
        return machine.unknown(a, b, kind=kind)
    return machine.record(
        op,
        (a, b),
        node,
        operand_nodes=nodes,
        framework=framework_of((a, b)),
        kind=kind,
        spelling=spelling,
        default_float=default_float(a, b),
    )


def _boolean(value: Value) -> bool:
    return value.dtype is Dtype.BOOLEAN or value.kind is Kind.UNKNOWN


def default_float(*values: Value) -> Dtype:
    """float64 for NumPy and plain Python, float32 where a tensor of another framework takes part."""
    for value in values:
        if value.kind is Kind.TENSOR and value.dtype.floating:
            return value.dtype
    framework = framework_of(values)
    return Dtype.FLOAT64 if framework in ("", "numpy", "scipy", "math") else Dtype.FLOAT32


def arithmetic_kind(a: Value, b: Value, op: Op | None = None) -> Kind:
    if Kind.TENSOR in (a.kind, b.kind):
        return Kind.TENSOR
    if not (a.kind.scalar and b.kind.scalar):
        return Kind.UNKNOWN
    if op is Op.DIVIDE or Kind.NUMBER in (a.kind, b.kind):
        return Kind.NUMBER
    return Kind.INTEGER


def _other_operands(machine: Machine, spelling: str, a: Value, b: Value) -> Value:
    """Strings, paths, lists and dictionaries under operators."""
    if spelling == "|" and isinstance(a.payload, Entries) and isinstance(b.payload, Entries):
        return merged(machine, a, b)
    if Kind.PATH in (a.kind, b.kind) and spelling == "/":
        return paths.joined(machine, a, b)
    if spelling == "+" and isinstance(a.constant, str) and isinstance(b.constant, str):
        return machine.constant(a.constant + b.constant)
    if (a.kind is Kind.STRING and spelling in ("%", "+", "*")) or (b.kind is Kind.STRING and spelling == "+"):
        return machine.unknown(a, b, kind=Kind.STRING)
    if a.kind is Kind.SEQUENCE and spelling == "+" and (items := items_of(b)) is not None:
        joined = appended(machine, a, items)
        if isinstance(b.payload, Elements) and not b.payload.exact and isinstance(joined.payload, Elements):
            return replace(joined, payload=replace(joined.payload, exact=False))
        return joined
    if Kind.SEQUENCE in (a.kind, b.kind) and spelling == "*":
        repeated = a if a.kind is Kind.SEQUENCE else b
        return machine.thing(Kind.SEQUENCE, Elements(items_of(repeated) or (), exact=False))
    return machine.unknown(a, b)


def unary_operation(machine: Machine, node: cst.UnaryOperation) -> Value:
    value = machine.evaluate(node.expression)
    if isinstance(node.operator, cst.Plus) or value.kind in NOT_NUMBERS - {Kind.NONE, Kind.SEQUENCE, Kind.MAPPING}:
        return value
    if isinstance(node.operator, cst.Minus):
        return machine.record(
            Op.NEGATIVE,
            (value,),
            node,
            operand_nodes=(node.expression,),
            framework=value.made_by.framework,
            kind=value.kind if value.kind.numeric else Kind.UNKNOWN,
            spelling="-",
            default_float=default_float(value),
        )
    if isinstance(node.operator, cst.BitInvert) and not _boolean(value):
        return machine.unknown(value, kind=value.kind)
    kind = Kind.BOOLEAN if isinstance(node.operator, cst.Not) else value.kind
    return truth(machine, Op.LOGICAL_NOT, (value,), node, (node.expression,), kind)


def truth(
    machine: Machine,
    op: Op,
    operands: Sequence[Value],
    node: cst.CSTNode,
    nodes: Sequence[cst.BaseExpression],
    kind: Kind = Kind.BOOLEAN,
) -> Value:
    """A boolean operation."""
    return machine.record(
        op,
        operands,
        node,
        operand_nodes=nodes,
        framework=framework_of(operands),
        kind=kind,
        spelling=op.value,
        default_float=default_float(*operands),
    )


EXPRESSIONS.update(
    {
        cst.BinaryOperation: binary_operation,
        cst.UnaryOperation: unary_operation,
    }
)
