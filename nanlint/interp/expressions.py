"""Expressions: literals, names, attributes, subscripts, containers, comprehensions, strings, lambdas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from nanlint.domain.value import Constant, Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.attributes import attribute
from nanlint.interp.containers import appended, each, items_of, mapping, rows, sequence, subscript
from nanlint.interp.datasets import item, rows_of
from nanlint.interp.guards import implied
from nanlint.interp.lookup import lookup
from nanlint.interp.machine import EXPRESSIONS, Machine
from nanlint.interp.names import assign
from nanlint.interp.objects import Cells, Elements, Entries, Function, Instance, Scope
from nanlint.interp.parameters import defaults


def integer(machine: Machine, node: cst.Integer) -> Value:
    return machine.constant(int(node.value, 0) if len(node.value) < 4000 else 10**300)


def floating(machine: Machine, node: cst.Float) -> Value:
    return machine.constant(float(node.value.replace("_", "")))


def imaginary(machine: Machine, node: cst.Imaginary) -> Value:
    return machine.unknown(kind=Kind.UNKNOWN)


def string(machine: Machine, node: cst.SimpleString) -> Value:
    return machine.constant(node.raw_value) if len(node.value) < 1000 else machine.unknown(kind=Kind.STRING)


def concatenated(machine: Machine, node: cst.ConcatenatedString) -> Value:
    left, right = machine.evaluate(node.left).constant, machine.evaluate(node.right).constant
    if isinstance(left, str) and isinstance(right, str):
        return machine.constant(left + right)
    return machine.unknown(kind=Kind.STRING)


def formatted(machine: Machine, node: cst.FormattedString) -> Value:
    """An f-string; of constant strings only, it is one."""
    texts: list[object] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            texts.append(part.value)
        elif isinstance(part, cst.FormattedStringExpression):
            value = machine.evaluate(part.expression)
            _parts(machine, part.format_spec or ())
            texts.append(None if part.format_spec or part.conversion else value.constant)
    whole = "".join(str(text) for text in texts)
    if all(isinstance(text, str) for text in texts) and "\\" not in whole and "{{" not in whole:
        return machine.constant(whole)
    return machine.unknown(kind=Kind.STRING)


def _parts(machine: Machine, parts: Sequence[cst.CSTNode]) -> None:
    """The expressions in an f-string run too."""
    for part in parts:
        if isinstance(part, cst.FormattedStringExpression):
            machine.evaluate(part.expression)
            _parts(machine, part.format_spec or ())


def name(machine: Machine, node: cst.Name) -> Value:
    constant = _KEYWORDS.get(node.value)
    return lookup(machine, node.value) if constant is None else machine.constant(constant[0])


_KEYWORDS: dict[str, tuple[object]] = {"True": (True,), "False": (False,), "None": (None,)}


def attribute_of(machine: Machine, node: cst.Attribute) -> Value:
    return attribute(machine, machine.evaluate(node.value), node.attr.value, node)


def subscripted(machine: Machine, node: cst.Subscript) -> Value:
    value = machine.evaluate(node.value)
    keys = []
    for part in node.slice:
        if isinstance(part.slice, cst.Index):
            keys.append(machine.evaluate(part.slice.value))
        elif isinstance(part.slice, cst.Slice) and not items_of(value):
            for bound in (part.slice.lower, part.slice.upper, part.slice.step):
                if bound is not None:
                    machine.evaluate(bound)
    one = len(node.slice) == 1 and len(keys) == 1
    if one and isinstance(value.payload, Instance) and (found := item(machine, value, keys[0])) is not None:
        return found
    return subscript(machine, value, keys[0] if one else None, node)


def collection(machine: Machine, node: cst.Tuple | cst.List | cst.Set) -> Value:
    result = sequence(machine, ())
    for part in node.elements:
        value = machine.evaluate(part.value)
        if isinstance(part, cst.StarredElement):
            items = items_of(value)
            joined = appended(machine, result, items if items is not None else (each(machine, value),))
            exact = items is not None and (not isinstance(value.payload, Elements) or value.payload.exact)
            result = joined if exact else _inexact(machine, joined)
        else:
            result = appended(machine, result, (value,))
    return result


def _inexact(machine: Machine, value: Value) -> Value:
    return sequence(machine, items_of(value) or (), exact=False)


def dictionary(machine: Machine, node: cst.Dict) -> Value:
    items: dict[object, Value] = {}
    exact = True
    for part in node.elements:
        value = machine.evaluate(part.value)
        if isinstance(part, cst.StarredDictElement):
            known = value.payload.items if isinstance(value.payload, Entries) else {}
            items.update(known)
            exact = exact and isinstance(value.payload, Entries) and value.payload.exact
            continue
        key = machine.evaluate(part.key) if isinstance(part, cst.DictElement) else machine.unknown()
        if isinstance(key.constant, (str, int, float)):
            items[key.constant] = value
        else:
            exact = False
            _fed(machine, key, value)
    return mapping(machine, items, exact)


def _fed(machine: Machine, key: Value, value: Value) -> None:
    """`{x: images}`, where `x` is a placeholder of a graph: what it will hold."""
    made = machine.trace.origin(key) if key.op is Op.ARGUMENT and key.kind is Kind.TENSOR else None
    if made is not None and not machine.dry:
        machine.feeds.setdefault(id(made.node), []).append(value)


def walrus(machine: Machine, node: cst.NamedExpr) -> Value:
    value = machine.evaluate(node.value)
    scope = machine.active.scope
    while scope.transparent and scope.parent is not None:
        scope = scope.parent
    if isinstance(node.target, cst.Name):
        machine.store.write(scope.cells, node.target.value, value)
    return value


def lambda_function(machine: Machine, node: cst.Lambda) -> Value:
    function = Function(node, machine.active.scope, "<lambda>", defaults(machine, node.params), machine.statement)
    if not machine.dry:
        machine.functions.append(function)
    return machine.thing(Kind.FUNCTION, function)


def awaited(machine: Machine, node: cst.Await) -> Value:
    return machine.evaluate(node.expression)


def yielded(machine: Machine, node: cst.Yield) -> Value:
    if node.value is None:
        return machine.unknown()
    inner = node.value.item if isinstance(node.value, cst.From) else node.value
    value = machine.evaluate(inner)
    machine.active.yielded.append(each(machine, value) if isinstance(node.value, cst.From) else value)
    return machine.unknown()


def ellipsis(machine: Machine, node: cst.Ellipsis) -> Value:
    return machine.constant(...)


# comprehensions


def comprehension(machine: Machine, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> Value:
    values: list[Value] = []
    exact = _comprehend(machine, node.for_in, lambda: values.append(machine.evaluate(node.elt)))
    return sequence(machine, tuple(values), exact and not isinstance(node, cst.SetComp))


def dict_comprehension(machine: Machine, node: cst.DictComp) -> Value:
    pairs: list[tuple[Value, Value]] = []

    def body() -> None:
        pairs.append((machine.evaluate(node.key), machine.evaluate(node.value)))

    exact = _comprehend(machine, node.for_in, body)
    if exact and all(isinstance(key.payload, Constant) for key, _ in pairs):
        return mapping(machine, {key.constant: value for key, value in pairs})
    rest = machine.join([value for _, value in pairs])
    return machine.thing(Kind.MAPPING, Entries({}, exact=False, rest=rest))


def _comprehend(machine: Machine, clause: cst.CompFor, body: Callable[[], object]) -> bool:
    """Runs the clauses in a scope of their own; conditions hold for what follows them.

    Says whether `body` ran once for each result, in their order.
    """
    active = machine.active
    outer = active.scope
    active.scope = Scope(Cells(), outer, transparent=True)
    exact: list[bool] = []

    def run() -> bool:
        exact.append(_clauses(machine, clause, body))
        return True

    outcome = machine.store.attempt(run)
    active.scope = outer
    skipped = machine.store.attempt(lambda: True)
    machine.store.merge([outcome] if exact[0] else [skipped, outcome], machine.join)
    return exact[0]


def _clauses(machine: Machine, clause: cst.CompFor, body: Callable[[], object]) -> bool:
    """One clause over known items runs for each of them, else once for any."""
    iterable = machine.evaluate(clause.iter)
    known = rows(machine, iterable)
    exact = known is not None
    facts = machine.store.facts
    for row in known or (rows_of(machine, iterable),):
        machine.store.facts = facts
        assign(machine, clause.target, row)
        tests = [machine.evaluate(condition.test) for condition in clause.ifs]
        for test in tests:
            machine.store.learn(implied(test, True))
        constants = [test.payload.value for test in tests if isinstance(test.payload, Constant)]
        if exact and len(known or ()) > 1 and not all(constants):
            continue
        exact = exact and len(constants) == len(tests)
        if clause.inner_for_in is None:
            body()
        else:
            exact = _clauses(machine, clause.inner_for_in, body) and exact
    return exact


EXPRESSIONS.update(
    {
        cst.Integer: integer,
        cst.Float: floating,
        cst.Imaginary: imaginary,
        cst.SimpleString: string,
        cst.ConcatenatedString: concatenated,
        cst.FormattedString: formatted,
        cst.Name: name,
        cst.Attribute: attribute_of,
        cst.Subscript: subscripted,
        cst.Tuple: collection,
        cst.List: collection,
        cst.Set: collection,
        cst.Dict: dictionary,
        cst.NamedExpr: walrus,
        cst.Lambda: lambda_function,
        cst.Await: awaited,
        cst.Yield: yielded,
        cst.Ellipsis: ellipsis,
        cst.ListComp: comprehension,
        cst.SetComp: comprehension,
        cst.GeneratorExp: comprehension,
        cst.DictComp: dict_comprehension,
    }
)
