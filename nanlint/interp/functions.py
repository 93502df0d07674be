"""Functions of the file: definition, call with the caller's Values, and entry with unknown ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.activation import Activation
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import element
from nanlint.interp.contexts import autocast_of, stops_gradient
from nanlint.interp.machine import MAX_DEPTH, MAX_RUNS, MAX_RUNS_AWAY, MAX_VISITS, STATEMENTS, Machine
from nanlint.interp.names import dotted_name
from nanlint.interp.objects import Cells, Class, Dotted, Elements, Function, Instance, Partial, Scope
from nanlint.interp.options import options_of
from nanlint.interp.own_gradients import in_own_gradient, mark, mark_decorated
from nanlint.interp.parameters import bind_arguments, defaults
from nanlint.interp.store import narrow
from nanlint.interp.trace import Frame
from nanlint.interp.trees import differentiable

DERIVATIVES = frozenset(name for framework in FRAMEWORKS for name in framework.derivatives)


def define_function(machine: Machine, node: cst.FunctionDef) -> bool:
    name = node.name.value
    decorators = [machine.evaluate(decorator.decorator) for decorator in node.decorators]
    owner = machine.active.owner if machine.active.scope.is_class else None
    prefix = machine.active.frame.name
    function = Function(
        node,
        machine.active.scope,
        f"{prefix}.{name}" if prefix else name,
        {**defaults(machine, node.params), **options_of(decorators)},
        node,
        owner,
        no_gradient=any(stops_gradient(value) for value in decorators),
        decorators=tuple(_decorator_name(decorator.decorator) for decorator in node.decorators),
        autocast=autocast_of(decorators),
    )
    if not machine.dry and machine.active.scope.path == machine.home:
        machine.functions.append(function)
    value = machine.thing(Kind.FUNCTION, function)
    mark_decorated(machine, value, decorators)
    if in_own_gradient(machine):
        mark(machine, (value,))
    if f"{name}.setter" in function.decorators:
        machine.store.write(machine.active.scope.cells, ("setter", name), value)
    elif f"{name}.deleter" not in function.decorators:
        machine.bind(name, decorated(machine, value, decorators))
    return True


def decorated(machine: Machine, value: Value, decorators: Sequence[Value]) -> Value:
    """What the decorators of the file make of a function or class, the innermost first; others leave it as it is."""
    for decorator in reversed(decorators):
        if _differentiates(decorator):
            value = machine.call(decorator, Arguments(((value, None),)), cst.Call(cst.Name("decorator")))
        elif isinstance(decorator.payload, Function):
            result = call_function(machine, decorator.payload, Arguments(((value, None),)), decorator.payload.node)
            if isinstance(result.payload, (Function, Class, Partial, Instance)):
                value = result
    return value


def _differentiates(decorator: Value) -> bool:
    """`@grad`, `@partial(value_and_grad, has_aux=True)`."""
    payload = decorator.payload.function.payload if isinstance(decorator.payload, Partial) else decorator.payload
    return isinstance(payload, Dotted) and payload.name in DERIVATIVES


def _decorator_name(node: cst.BaseExpression) -> str:
    return dotted_name(node.func if isinstance(node, cst.Call) else node)


def call_function(machine: Machine, function: Function, given: Arguments, node: cst.CSTNode) -> Value:
    """The Value that the function returns for these arguments; opaque beyond the bounds on depth and runs."""
    identity = (id(function.node), bool(machine.dry))
    running = any(a.function is not None and a.function.node is function.node for a in machine.stack)
    if running or _is_running(machine, function) or len(machine.stack) >= MAX_DEPTH:
        return _not_followed(machine, function, given, node)
    away = function.scope.path != machine.home
    limit = MAX_RUNS_AWAY if away else MAX_RUNS
    if machine.runs.get(identity, 0) >= limit or (away and machine.visits >= MAX_VISITS):
        return _not_followed(machine, function, given, node)
    if function.receiver is not None:
        given = given.behind(function.receiver)
    key = _memo_key(machine, function, given)
    remembered = machine.memo.get(key)
    if remembered is not None:
        return remembered
    version = machine.store.heap_version
    machine.visits += away
    machine.runs[identity] = machine.runs.get(identity, 0) + 1
    result = _run(machine, function, given, node)
    if machine.store.heap_version == version:
        machine.memo[key] = result
    return result


def _not_followed(machine: Machine, function: Function, given: Arguments, node: cst.CSTNode) -> Value:
    """A call beyond the bounds: an event, since it may do anything to its arguments."""
    receiver = () if function.receiver is None else (function.receiver,)
    result = machine.unknown(*receiver, *given.values)
    machine.note(result.made_by, result, node, spelling=function.name)
    return result


def _is_running(machine: Machine, function: Function) -> bool:
    return machine.active.function is not None and machine.active.function.node is function.node


def _memo_key(machine: Machine, function: Function, given: Arguments) -> object:
    """What the result of a call depends on: the arguments, the heap, the facts in force."""
    return (
        id(function.node),
        id(function.scope),
        tuple((value.number, value.range, value.gradient) for value, _ in given.positional),
        tuple((name, value.number, value.range, value.gradient) for name, (value, _) in given.named.items()),
        machine.store.heap_version,
        machine.active.no_gradient,
        machine.active.dormant,
        machine.active.autocast,
        bool(machine.dry),
        given.star,
        given.placed,
    )


def enter_function(machine: Machine, function: Function) -> None:
    """Interprets a function that nobody in the file calls."""
    given = Arguments((((function.receiver), None),), star=True) if function.receiver is not None else None
    _run(machine, function, given, None)


def _run(machine: Machine, function: Function, given: Arguments | None, call: cst.CSTNode | None) -> Value:
    """One activation: binds the parameters, executes the body, joins what it returns."""
    parameters = bind_arguments(machine, function.node.params, given, function.defaults)
    own, flows = machine.own_gradients.get(id(function.node)), any(value.gradient for value in parameters.values())
    if own is not None:
        parameters = {name: differentiable(machine, value, flows=False) for name, value in parameters.items()}
    outer, outer_statement = machine.active, machine.statement
    facts = machine.store.facts
    machine.stack.append(outer)
    scope = Scope(Cells(), function.scope)
    machine.active = Activation(
        Frame(
            function.name,
            function.owner.name if function.owner is not None else "",
            function.node,
            outer.frame if call is not None else None,
            call is None,
            call,
            scope.path,
        ),
        scope,
        function,
        function.owner,
        function.receiver or _first(parameters),
        function.no_gradient or (outer.no_gradient and call is not None),
        function.autocast.region if function.autocast else (outer.autocast if call is not None else None),
        dormant=outer.dormant and call is not None,
    )
    if not (machine.dry or machine.importing):
        machine.interpreted.add(id(function.node))
    for name, value in parameters.items():
        machine.store.write(scope.cells, name, value)
    result = _body(machine, function)
    machine.store.facts = facts
    machine.active, machine.statement = outer, outer_statement
    machine.stack.pop()
    return result if own is None else differentiable(machine, element(machine, result, 0) if own else result, flows)


def _first(parameters: dict[str, Value]) -> Value | None:
    return next(iter(parameters.values()), None)


def _body(machine: Machine, function: Function) -> Value:
    node = function.node
    if isinstance(node, cst.Lambda):
        machine.statement = function.statement
        return machine.evaluate(node.body)
    active = machine.active
    end = machine.store.attempt(lambda: machine.execute(node.body))
    outcomes = [end] if end.live else []
    machine.store.merge([*outcomes, *active.exits], machine.join)
    if active.yielded:
        return machine.thing(Kind.SEQUENCE, Elements((machine.join(active.yielded),), exact=False))
    returned = [narrow(value, outcome.facts) for value, outcome in zip(active.returned, active.exits, strict=True)]
    if end.live or not returned:
        returned.append(machine.constant(None))
    values = [value for value in returned if not value.is_none] or returned
    return machine.join(values)


def bound_to(function: Value, receiver: Value) -> Value:
    """The function as a method of `receiver`."""
    payload = function.payload
    if not isinstance(payload, Function) or payload.bound_kind == "static":
        return function
    return replace(function, payload=replace(payload, receiver=receiver))


STATEMENTS[cst.FunctionDef] = define_function
