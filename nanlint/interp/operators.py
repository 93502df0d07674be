"""Python's operators on Values: arithmetic, comparison, and/or/not, conditional expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import NONZERO
from nanlint.domain.value import Constant, Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.containers import appended, items_of
from nanlint.interp.guards import implied
from nanlint.interp.machine import EXPRESSIONS, Machine, framework_of
from nanlint.interp.objects import Elements
from nanlint.interp.store import narrow

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
COMPARISON: dict[type[cst.CSTNode], Op] = {
    cst.LessThan: Op.LESS,
    cst.LessThanEqual: Op.LESS_EQUAL,
    cst.GreaterThan: Op.GREATER,
    cst.GreaterThanEqual: Op.GREATER_EQUAL,
    cst.Equal: Op.EQUAL,
    cst.NotEqual: Op.NOT_EQUAL,
    cst.Is: Op.IDENTITY_TEST,
    cst.IsNot: Op.IDENTITY_TEST,
    cst.In: Op.CONTAINS,
    cst.NotIn: Op.CONTAINS,
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
    """Strings, paths and lists under operators."""
    if Kind.PATH in (a.kind, b.kind) and spelling == "/":
        return machine.unknown(a, b, kind=Kind.PATH)
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


def comparison(machine: Machine, node: cst.Comparison) -> Value:
    """`a < b <= c`: all of its links."""
    left_node, left = node.left, machine.evaluate(node.left)
    links = []
    for target in node.comparisons:
        right = machine.evaluate(target.comparator)
        links.append(_compare(machine, target.operator, left, right, node, (left_node, target.comparator)))
        left_node, left = target.comparator, right
    if len(links) == 1:
        return links[0]
    return truth(machine, Op.LOGICAL_AND, links, node, ())


def _compare(
    machine: Machine,
    operator: cst.BaseCompOp,
    a: Value,
    b: Value,
    node: cst.CSTNode,
    nodes: Sequence[cst.BaseExpression],
) -> Value:
    op = COMPARISON.get(type(operator))
    if op is None:
        return machine.unknown(a, b)
    kind = (
        Kind.TENSOR if Kind.TENSOR in (a.kind, b.kind) and op not in (Op.IDENTITY_TEST, Op.CONTAINS) else Kind.BOOLEAN
    )
    result = truth(machine, op, (a, b), node, nodes, kind)
    known = _constant_comparison(op, a, b)
    if known is not None:
        result = replace(result, payload=Constant(known))
    if isinstance(operator, (cst.IsNot, cst.NotIn)):
        return truth(machine, Op.LOGICAL_NOT, (result,), node, ())
    return result


def _constant_comparison(op: Op, a: Value, b: Value) -> bool | None:
    """The outcome of comparing two constants."""
    if op is Op.IDENTITY_TEST and b.is_none and (a.is_none or a.kind is not Kind.UNKNOWN):
        return a.is_none
    if not isinstance(a.payload, Constant) or not isinstance(b.payload, Constant):
        return None
    if op is Op.EQUAL:
        return a.payload.value == b.payload.value
    if op is Op.NOT_EQUAL:
        return a.payload.value != b.payload.value
    return None


def boolean_operation(machine: Machine, node: cst.BooleanOperation) -> Value:
    """`a and b`, `a or b`: the right side runs only where the left one lets it."""
    left = machine.evaluate(node.left)
    both = isinstance(node.operator, cst.And)
    results: list[Value] = []

    def right_side() -> bool:
        machine.store.learn(implied(left, both))
        results.append(machine.evaluate(node.right))
        return True

    taken = machine.store.attempt(right_side)
    skipped = machine.store.attempt(lambda: True)
    machine.store.merge([skipped, taken], machine.join)
    right = results[0]
    op = Op.LOGICAL_AND if both else Op.LOGICAL_OR
    tested = truth(machine, op, (left, right), node, (node.left, node.right))
    if left.kind is Kind.BOOLEAN and right.kind is Kind.BOOLEAN:
        return tested
    kept = left if both else narrow(left, implied(left, True))
    if not both and kept.kind.scalar and not kept.range.contains(0.0):
        kept = kept.within(NONZERO)
    joined = machine.join([kept, right])
    machine.trace.rename(tested.made_by, made_by := replace(tested.made_by, number=joined.number))
    return replace(joined, made_by=made_by)


def conditional(machine: Machine, node: cst.IfExp) -> Value:
    """`a if test else b`."""
    test = machine.evaluate(node.test)
    results: list[Value] = []

    def arm(expression: cst.BaseExpression, outcome: bool) -> Callable[[], bool]:
        def run() -> bool:
            machine.store.learn(implied(test, outcome))
            results.append(machine.evaluate(expression))
            return True

        return run

    decided = decided_test(machine, test)
    arms = [(node.body, True), (node.orelse, False)]
    outcomes = [
        machine.store.attempt(arm(expression, outcome))
        for expression, outcome in arms
        if decided is None or decided is outcome
    ]
    machine.store.merge(outcomes, machine.join)
    narrowed = [narrow(value, outcome.facts) for value, outcome in zip(results, outcomes, strict=True)]
    return machine.join(narrowed)


def decided_test(machine: Machine, test: Value) -> bool | None:
    """The outcome of a test that the caller's constants decide.

    Only in a function called from the file: elsewhere both sides are code that somebody may run.
    """
    if machine.active.frame.entry or not machine.active.frame.name or not isinstance(test.payload, Constant):
        return None
    return bool(test.payload.value)


EXPRESSIONS.update(
    {
        cst.BinaryOperation: binary_operation,
        cst.UnaryOperation: unary_operation,
        cst.Comparison: comparison,
        cst.BooleanOperation: boolean_operation,
        cst.IfExp: conditional,
    }
)
