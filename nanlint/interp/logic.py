"""Comparisons, `and`/`or`, conditional expressions: what they give and which side runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import NONZERO
from nanlint.domain.value import Constant, Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.guards import implied
from nanlint.interp.machine import EXPRESSIONS, Machine
from nanlint.interp.operators import truth
from nanlint.interp.store import narrow

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
    result = truth(machine, op, (a, b), node, nodes, _truth_kind(op, a, b))
    known = _constant_comparison(op, a, b)
    if known is not None:
        result = replace(result, payload=Constant(known))
    if isinstance(operator, (cst.IsNot, cst.NotIn)):
        return truth(machine, Op.LOGICAL_NOT, (result,), node, ())
    return result


def _truth_kind(op: Op, a: Value, b: Value) -> Kind:
    """A boolean, or an array of them where one side may be an array."""
    if op in (Op.IDENTITY_TEST, Op.CONTAINS):
        return Kind.BOOLEAN
    if Kind.TENSOR in (a.kind, b.kind):
        return Kind.TENSOR
    return Kind.UNKNOWN if Kind.UNKNOWN in (a.kind, b.kind) else Kind.BOOLEAN


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
    if left.dtype is Dtype.BOOLEAN and right.dtype is Dtype.BOOLEAN:
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


EXPRESSIONS.update({cst.Comparison: comparison, cst.BooleanOperation: boolean_operation, cst.IfExp: conditional})
