"""Models that a loss and an optimizer are compiled into: `model.compile(optimizer, loss)`, `model.fit(x, y)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from nanlint.domain.interval import NON_NEGATIVE
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Framework
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.apis import named
from nanlint.interp.arguments import Arguments
from nanlint.interp.binding import Bound
from nanlint.interp.classes import instance_attribute
from nanlint.interp.containers import items_of, sequence
from nanlint.interp.datasets import collated, rows_of
from nanlint.interp.functions import call_function
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Compiled, Elements, Entries, Function, Instance, Layer, Rows
from nanlint.interp.values import choices

SETTINGS = "compiled"
"""The attribute of a model, by its value number, that holds what was compiled into it."""
STEPS = tuple(framework.own_step for framework in FRAMEWORKS if framework.own_step)
Written = cst.BaseExpression | None


def compiled(machine: Machine, framework: Framework, bound: Bound, node: cst.Call) -> Value:
    """The model from now on has this loss and this optimizer; until it is fitted, its loss is applied at the end."""
    model, options = bound.operands[0], bound.options
    losses = options.get("loss")
    optimizer = options.get("optimizer")
    if optimizer is not None:
        optimizer = _made(machine, framework, "optimizer", optimizer, node)
        options = {**options, "optimizer": optimizer}
    machine.record(
        Op.COMPILE,
        bound.operands,
        node,
        options=options,
        operand_nodes=bound.nodes,
        option_nodes=bound.option_nodes,
        framework=framework.name,
        kind=Kind.NONE,
        spelling=".compile",
    )
    settings = Compiled(framework.name, None if losses is None else _named(machine, framework, losses), optimizer, node)
    machine.store.write(machine.attributes, (model.number, SETTINGS), machine.thing(Kind.OBJECT, settings))
    machine.unfitted[model.number] = (model, settings)
    if optimizer is not None and isinstance(model.payload, Instance):
        machine.store.write(model.payload.cells, "optimizer", optimizer)
    elif optimizer is not None:
        machine.store.write(machine.attributes, (model.number, "optimizer"), optimizer)
    return machine.constant(None)


def _made(machine: Machine, framework: Framework, option: str, value: Value, node: cst.Call) -> Value:
    """An object by its name: made with its defaults."""
    found = named(machine, framework, option, value)
    return found if found is value else machine.call(found, Arguments(), node)


def _named(machine: Machine, framework: Framework, losses: Value) -> Value:
    """The loss, or the losses of a list or dictionary of them, with names replaced by what they mean."""
    if isinstance(losses.payload, Elements):
        items = tuple(named(machine, framework, "loss", item) for item in losses.payload.items)
        return replace(losses, payload=replace(losses.payload, items=items))
    if isinstance(losses.payload, Entries):
        entries = {key: named(machine, framework, "loss", item) for key, item in losses.payload.items.items()}
        return replace(losses, payload=replace(losses.payload, items=entries))
    return named(machine, framework, "loss", losses)


def settings_of(machine: Machine, model: Value) -> Compiled | None:
    found = machine.attributes.get((model.number, SETTINGS))
    return found.payload if found is not None and isinstance(found.payload, Compiled) else None


def fitted(machine: Machine, framework: Framework, bound: Bound, node: cst.Call, spelling: str) -> Value:
    """The model runs on the data, its loss is applied to the targets, and the weights move."""
    model, settings = bound.operands[0], settings_of(machine, bound.operands[0])
    machine.unfitted.pop(model.number, None)
    x, y, nodes = _data(machine, framework, bound)
    loss = None
    if not _own_step(machine, model, x, y):
        output = machine.call(model, Arguments(((x, nodes[0]),)), node)
        loss = None if settings is None or y is None else applied(machine, settings, output, y, nodes[1], node)
    if loss is not None:
        machine.record(Op.BACKWARD, (loss,), node, framework=framework.name, kind=Kind.NONE, spelling=spelling)
    _set_rates(machine, settings, bound, node)
    machine.record(
        Op.FIT,
        [model] if loss is None else [model, loss],
        node,
        options={**bound.options, **({} if settings is None else settings.options)},
        operand_nodes=bound.nodes if loss is None else (*bound.nodes, None),
        option_nodes=bound.option_nodes,
        framework=framework.name,
        kind=Kind.OBJECT,
        spelling=spelling,
    )
    return machine.unknown()


def _own_step(machine: Machine, model: Value, x: Value, y: Value | None) -> bool:
    """The method of the model's class that takes a batch and trains the model runs; False where it has none."""
    for name in STEPS:
        method = instance_attribute(machine, model, name)
        if method is not None and isinstance(method.payload, Function):
            batch = x if y is None else sequence(machine, (x, y))
            call_function(machine, method.payload, Arguments(((batch, None),)), method.payload.node)
            return True
    return False


def predicted(machine: Machine, framework: Framework, bound: Bound, node: cst.Call, spelling: str) -> Value:
    """What the model computes, without gradients; where there are targets, only how good that is."""
    x, y, nodes = _data(machine, framework, bound)
    outer, machine.active.no_gradient = machine.active.no_gradient, True
    output = machine.call(bound.operands[0], Arguments(((x, nodes[0]),)), node)
    machine.active.no_gradient = outer
    if y is not None:
        return machine.unknown(output)
    several = items_of(output) is not None
    return machine.record(
        Op.DETACH,
        (output,),
        node,
        framework=framework.name,
        kind=output.kind if several else Kind.TENSOR,
        spelling=spelling,
        payload=output.payload if several else None,
    )


def _set_rates(machine: Machine, settings: Compiled | None, bound: Bound, node: cst.Call) -> None:
    """`callbacks=[LearningRateScheduler(schedule)]`: the rate that the function gives for an epoch."""
    callbacks = bound.options.get("callbacks")
    if callbacks is None or settings is None or settings.optimizer is None:
        return
    for callback in items_of(callbacks) or (callbacks,):
        layer = callback.payload
        if isinstance(layer, Layer) and layer.call.op is Op.SET_RATE and "schedule" in layer.options:
            epoch = machine.argument(Kind.INTEGER).within(NON_NEGATIVE)
            rate = machine.call(layer.options["schedule"], Arguments(((epoch, None),)), node)
            machine.record(
                Op.SET_RATE,
                (settings.optimizer,),
                layer.node,
                options={"rate": rate},
                option_nodes=_written(layer),
                framework=layer.framework,
                kind=Kind.NONE,
                spelling=layer.name,
            )


def _written(layer: Layer) -> dict[str, cst.BaseExpression]:
    return {"rate": layer.nodes["schedule"]} if "schedule" in layer.nodes else {}


def _data(machine: Machine, framework: Framework, bound: Bound) -> tuple[Value, Value | None, tuple[Written, Written]]:
    """Inputs and targets, of two arrays or of a dataset or generator of batches."""
    x, y = bound.options.get("x"), bound.options.get("y")
    nodes = bound.option_nodes.get("x"), bound.option_nodes.get("y")
    if x is None:
        return machine.unknown(), None, (None, None)
    if y is None and (isinstance(x.payload, (Rows, Instance)) or _is_pairs(x)):
        parts = _batch(rows_of(machine, x))
        x, y, nodes = parts[0], parts[1] if len(parts) > 1 else None, (nodes[0], nodes[0])
    return collated(machine, framework.name, x), None if y is None else collated(machine, framework.name, y), nodes


def _batch(row: Value) -> tuple[Value, ...]:
    """Inputs and targets, if the data give both on one way through the branches; a model is fitted to something."""
    ways = [items_of(way) or () for way in choices(row)]
    return next((way for way in ways if len(way) > 1), None) or items_of(row) or (row,)


def _is_pairs(x: Value) -> bool:
    """A generator of the file: any number of (inputs, targets)."""
    return isinstance(x.payload, Elements) and not x.payload.exact and len(x.payload.items) == 1


def applied(
    machine: Machine, settings: Compiled, output: Value, target: Value, target_node: Written, node: cst.Call
) -> Value | None:
    """The losses of the outputs, each with its target."""
    found = []
    for loss, prediction, wanted in _triples(settings.loss, output, target):
        if not loss.is_none and loss.constant is None:
            found.append(machine.call(loss, Arguments(((wanted, target_node), (prediction, None))), node))
    return machine.join(found) if found else None


def _triples(loss: Value | None, output: Value, target: Value) -> Iterator[tuple[Value, Value, Value]]:
    if loss is None:
        return
    losses = _several(loss)
    if items_of(output) is None:
        yield losses[0], output, target
        return
    targets = items_of(target) or (target,)
    for outputs in _outputs(output, len(losses)):
        for i, prediction in enumerate(outputs):
            yield losses[min(i, len(losses) - 1)], prediction, targets[min(i, len(targets) - 1)]


def _outputs(output: Value, count: int) -> list[tuple[Value, ...]]:
    """The outputs on each way through the branches that gives as many as there are losses; all, if none does."""
    ways = [items_of(way) or () for way in choices(output)]
    return [way for way in ways if len(way) == count] or [items_of(output) or ()]


def _several(loss: Value) -> list[Value]:
    if isinstance(loss.payload, Entries):
        return list(loss.payload.items.values()) or [loss]
    return list(items_of(loss) or (loss,))


def finish(machine: Machine) -> None:
    """Losses of models that nothing in the file fits, on data of which nothing is known."""
    for model, settings in list(machine.unfitted.values()):
        x = machine.argument(Kind.TENSOR, framework=settings.framework)
        y = machine.argument(Kind.TENSOR, framework=settings.framework)
        output = machine.call(model, Arguments(((x, None),)), settings.node)
        applied(machine, settings, output, replace(y, gradient=False), None, settings.node)
    machine.unfitted.clear()
