"""Comparisons, `and`/`or`, conditional expressions: what they give and which side runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import NONZERO
from nanlint.domain.value import Constant, Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import dtype
from nanlint.interp.containers import is_exact, items_of
from nanlint.interp.correlation import correlate, learned
from nanlint.interp.guards import implied
from nanlint.interp.machine import EXPRESSIONS, Machine
from nanlint.interp.modules import class_name
from nanlint.interp.objects import Class, Dotted, Entries, Member
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
        opposite = truth(machine, Op.LOGICAL_NOT, (result,), node, ())
        return opposite if known is None else replace(opposite, payload=Constant(not known))
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
    named = _named_dtype(a), _named_dtype(b)
    if op in (Op.EQUAL, Op.NOT_EQUAL) and all(each is not None and each.floating for each in named):
        return (named[0] is named[1]) is (op is Op.EQUAL)  # `torch.half` is `torch.float16`
    if op in (Op.EQUAL, Op.NOT_EQUAL) and all(isinstance(side.payload, (Class, Dotted)) for side in (a, b)):
        return (class_name(a) == class_name(b)) is (op is Op.EQUAL) if class_name(a) and class_name(b) else None
    if op is Op.CONTAINS and isinstance(a.payload, Constant) and is_exact(b):
        return _contained(a.payload.value, b)
    if op is Op.IDENTITY_TEST and b.is_none and (a.is_none or a.kind is not Kind.UNKNOWN):
        return a.is_none
    left = a.range.point, b.range.point  # one integer, as far as earlier tests leave no other
    if op in (Op.EQUAL, Op.NOT_EQUAL) and a.kind is b.kind is Kind.INTEGER and None not in left:
        return (left[0] == left[1]) is (op is Op.EQUAL)
    if not isinstance(a.payload, Constant) or not isinstance(b.payload, Constant):
        return None
    if op is Op.CONTAINS and isinstance(a.payload.value, str) and isinstance(b.payload.value, str):
        return a.payload.value in b.payload.value
    if op is Op.EQUAL:
        return a.payload.value == b.payload.value
    if op is Op.NOT_EQUAL:
        return a.payload.value != b.payload.value
    return None


def _contained(item: object, container: Value) -> bool | None:
    """`item in container`, if every key or element is a constant."""
    if isinstance(container.payload, Entries):
        return item in container.payload.items
    items = items_of(container)
    if items is None or not all(isinstance(each.payload, Constant) for each in items):
        return None
    return any(item == each.constant for each in items)


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
    if left.kind.scalar and left.known and not left.range.contains(0.0):
        return _stands_for(machine, tested, right if both else left)
    kept = left if both else narrow(left, implied(left, True))
    if not both and kept.kind.scalar and not kept.range.contains(0.0):
        kept = kept.within(NONZERO)
    return _stands_for(machine, tested, machine.join([kept, right]))


def _stands_for(machine: Machine, tested: Value, result: Value) -> Value:
    """The result under the operation that tested it."""
    machine.trace.rename(tested.made_by, made_by := replace(tested.made_by, number=result.number))
    return replace(result, made_by=made_by)


def conditional(machine: Machine, node: cst.IfExp) -> Value:
    """`a if test else b`."""
    test = machine.evaluate(node.test)
    results: list[Value] = []

    def arm(expression: cst.BaseExpression, outcome: bool) -> Callable[[], bool]:
        def run() -> bool:
            machine.store.learn(learned(machine, test, outcome))
            results.append(machine.evaluate(expression))
            return True

        return run

    decided = decided_test(machine, test)
    if decided is False and for_other_callers(test):
        machine.store.attempt(arm(node.body, True))
        results.clear()
    arms = [(node.body, True), (node.orelse, False)]
    outcomes = [
        machine.store.attempt(arm(expression, outcome))
        for expression, outcome in arms
        if decided is None or decided is outcome
    ]
    machine.store.merge(outcomes, machine.join)
    narrowed = [narrow(value, outcome.facts) for value, outcome in zip(results, outcomes, strict=True)]
    joined = machine.join(narrowed)
    correlate(machine, test, [(joined, narrowed)])
    return joined


def decided_test(machine: Machine, test: Value) -> bool | None:
    """The outcome of a test that the caller's constants decide.

    Only in a function called from the file, and while a module is imported: elsewhere both sides are code that
    somebody may run.
    """
    of_dtypes = _dtype_test(test)
    if of_dtypes is not None:
        return of_dtypes
    frame = machine.active.frame
    called = bool(frame.name) and not frame.entry
    if not isinstance(test.payload, Constant) or not (called or machine.importing) or _set_from_outside(test):
        return None
    return bool(test.payload.value)


def for_other_callers(test: Value) -> bool:
    """`x is not None`: what it guards is for callers that give `x`, whoever they are."""
    return test.op is Op.LOGICAL_NOT and bool(test.made_by.operands) and test.made_by.x.op is Op.IDENTITY_TEST


def _dtype_test(test: Value) -> bool | None:
    """`x.dtype == torch.float16` of an array that is half: no other dtype is more than a guess."""
    if test.op not in (Op.EQUAL, Op.NOT_EQUAL) or len(test.made_by.operands) != 2:
        return None
    a, b = (_named_dtype(operand) for operand in test.made_by.operands)
    if a is None or b is None or not (a.half or b.half):
        return None
    return (a is b) is (test.op is Op.EQUAL)


def _named_dtype(value: Value) -> Dtype | None:
    """What `x.dtype` of a half array, or `torch.float32`, stands for."""
    if isinstance(value.payload, Dotted):
        return dtype(value.payload.name)
    if isinstance(value.payload, Member) and value.payload.name == "dtype" and value.payload.receiver.dtype.half:
        return value.payload.receiver.dtype
    return None


def _set_from_outside(test: Value, steps: int = 4) -> bool:
    """It depends on a hyper-parameter, whose default is what runs unless somebody says otherwise."""
    inner = any(_set_from_outside(operand, steps - 1) for operand in test.made_by.operands) if steps else False
    return inner or test.op is Op.ARGUMENT


def fixed_test(machine: Machine, test: Value) -> bool | None:
    """The outcome of a test that the file itself fixes: `DEBUG = False` and then `if DEBUG` or `if not DEBUG`.

    Not while a loop is tried out, whose next iteration may find another value.
    """
    turned = False
    while test.op is Op.LOGICAL_NOT and test.made_by.operands:
        test, turned = test.made_by.x, not turned
    fixed = not machine.dry and test.op is Op.CONSTANT and isinstance(test.payload, Constant)
    return bool(test.constant) is not turned if fixed else None


EXPRESSIONS.update({cst.Comparison: comparison, cst.BooleanOperation: boolean_operation, cst.IfExp: conditional})
