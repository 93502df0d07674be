"""Calls of framework functions, methods and layers: arguments bound to a table's entry, the operation performed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.model import Framework
from nanlint.interp.arguments import Arguments
from nanlint.interp.attributes import BY_NAME
from nanlint.interp.binding import Bound, as_dtype, bind, chosen, listed
from nanlint.interp.containers import overwritten
from nanlint.interp.draws import at_draw, draw_by_name
from nanlint.interp.guards import implied, under
from nanlint.interp.machine import Machine
from nanlint.interp.names import change
from nanlint.interp.objects import Elements, Layer
from nanlint.ops.model import MEANINGS

CONSTANT = frozenset({Op.FULL, Op.LIKE})
TRAINABLE = frozenset({Op.LINEAR, Op.RECURRENT, Op.ATTENTION, Op.EMBEDDING, Op.WEIGHT})
"""Results that carry a gradient even if no operand does: they hold weights."""
LOSSES = frozenset(
    {Op.CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY, Op.NLL_LOSS, Op.BINARY_CROSS_ENTROPY,
     Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.KL_DIVERGENCE, Op.SQUARED_ERROR, Op.ABSOLUTE_ERROR, Op.CTC_LOSS,
     Op.CTC_LOSS_WITH_LOGITS, Op.PROBABILITY_CTC_LOSS,
     Op.POISSON_NLL, Op.GAUSSIAN_NLL, Op.OTHER_LOSS}
)  # fmt: skip
DRAWS = frozenset({Op.NORMAL, Op.UNIFORM, Op.WEIGHT})
KERNEL = "kernel"
"""The option of a layer that holds its weights, where its constructor says how they are drawn."""


def perform(
    machine: Machine, framework: Framework, entry: Call | Overload, given: Arguments, node: cst.CSTNode, spelling: str
) -> Value:
    """Calls a framework's function or method."""
    call = chosen(entry, given)
    if call.listed and (items := listed(given)) is not None:
        return folded(machine, framework, call, items, node, spelling)
    bound = bind(machine, framework, call, given)
    if bound is None or incomplete(call.op, bound):
        return opaque(machine, given, node, spelling)
    result, name = apply(machine, framework, call, bound, node, spelling), spelling.rpartition(".")[2]
    if name in framework.pairs and ("axis" in bound.options or call.op is Op.SELECT):
        indices = machine.unknown(result, op=Op.ARGMAX, kind=Kind.TENSOR)
        indices = replace(indices, dtype=Dtype.INTEGER, gradient=False)
        return machine.thing(Kind.SEQUENCE, Elements((result, indices), names=("values", "indices")))
    if name in framework.with_mean or name in framework.mean_first:
        both = (result, _mean_beside(machine, framework, bound, node, spelling))
        ordered = both[::-1] if name in framework.mean_first else both
        return machine.thing(Kind.SEQUENCE, Elements(ordered))
    if spelling.rpartition(".")[2] in framework.numbering:
        return machine.thing(Kind.SEQUENCE, Elements((result, machine.unknown(*bound.operands))))
    if call.op is Op.HISTOGRAM:
        edges = machine.unknown(result, kind=result.kind)
        return machine.thing(Kind.SEQUENCE, Elements((result, edges), names=("hist", "bin_edges")))
    written = _written_to(call, given)
    if written is not None and not written[0].is_none:
        held, target = written
        if target is not None and held.kind is Kind.TENSOR:
            overwritten(machine, held, result, target)
        change(machine, target, held, result)
    return _activated(machine, framework, result, bound.options.get("activation"), node)


def folded(
    machine: Machine, framework: Framework, call: Call, items: Sequence[Value], node: cst.CSTNode, spelling: str
) -> Value:
    """The operation on the first two of a list, then on what that gave and the third: `Add()([x, y, z])`."""
    result, *rest = items
    for item in rest:
        result = apply(machine, framework, call, Bound([result, item], [None, None]), node, spelling)
    return result


def _written_to(call: Call, given: Arguments) -> tuple[Value, cst.BaseExpression | None] | None:
    """What is passed as `out`, by name or, as to NumPy's `clip(x, lo, hi, x)`, by position."""
    if "out" in given.named:
        return given.named["out"]
    placed = zip(call.parameters, given.positional[: given.placed], strict=False)
    return next((argument for parameter, argument in placed if parameter.spelled == "out"), None)


def incomplete(op: Op, bound: Bound) -> bool:
    """Fewer operands than the operation takes: `names.add("a")`, of a set; `where(condition)` is another function."""
    meaning = MEANINGS.get(op)
    return meaning is not None and 0 < len(bound.operands) < meaning.arity and op is not Op.WHERE


def _mean_beside(machine: Machine, framework: Framework, bound: Bound, node: cst.CSTNode, spelling: str) -> Value:
    """The mean over the same axes, which the call returns as well."""
    options = {name: value for name, value in bound.options.items() if name in ("axis", "keepdim")}
    nodes = {name: option for name, option in bound.option_nodes.items() if name in options}
    mean = Bound(bound.operands, bound.nodes, options, nodes)
    return apply(machine, framework, Call(Op.MEAN, ()), mean, node, spelling)


def apply(machine: Machine, framework: Framework, call: Call, bound: Bound, node: cst.CSTNode, spelling: str) -> Value:
    """Performs the operation on bound arguments."""
    op, operands = _flagged(call, bound), bound.operands
    kind = call.result or framework.result
    if kind is Kind.TENSOR and not framework.gradients and operands and all(v.kind.scalar for v in operands):
        kind = Kind.NUMBER  # `np.sqrt(len(x))`
    if kind is Kind.TENSOR and operands and operands[0].kind is Kind.UNKNOWN:
        operands, kind = _typed_operand(machine, framework, operands)
    if op is Op.WHERE and len(operands) == 1:
        op = Op.NONZERO  # `where(condition)`: the indices
    if op is Op.CAST:
        dtype = cast_to(machine, framework, bound)
        op = Op.COPY if dtype is None else op
        bound.options = {} if dtype is None else {"dtype": dtype}
    if op is Op.ARGUMENT and id(node) in machine.fed:
        op, operands = Op.CAST, [machine.join(machine.fed[id(node)])]
    chosen_by = bound.options.get("where") if not framework.gradients else None
    if chosen_by is not None and chosen_by.constant is not True:
        operands = [under(operand, implied(chosen_by, True)) for operand in operands]
    if op is Op.SELECT and "index" in bound.options:
        operands = [at_draw(operands[0], bound.options["index"]), *operands[1:]]
    result = machine.record(
        op,
        selected(op, operands),
        node,
        options=bound.options,
        operand_nodes=bound.nodes,
        option_nodes=bound.option_nodes,
        framework=framework.name,
        kind=kind,
        spelling=spelling,
        default_float=framework.default_float,
        gradients=framework.gradients,
        trainable=framework.gradients and _trainable(op, bound),
        in_place=fills(framework, call, spelling),
    )
    if op in CONSTANT and framework.gradients and _trainable(op, bound):  # `zeros(3, requires_grad=True)` is trained
        return machine.record(Op.WEIGHT, (result,), node, framework=framework.name, kind=kind, trainable=True)
    if chosen_by is None or "out" not in bound.options:
        return result
    return machine.join([result, bound.options["out"]])  # where the condition fails, `out` keeps what it held


def _flagged(call: Call, bound: Bound) -> Op:
    """The operation that the flag makes of the call; an unknown one may make either."""
    given = bound.options.get(call.flag[0]) if call.flag is not None else None
    if call.flag is None or given is None or given.is_none:
        return call.op
    if given.range.point is None:
        return Op.OTHER_LOSS if call.op in LOSSES else Op.OPAQUE
    return call.flag[1] if given.range.point else call.op


def fills(framework: Framework, call: Call, spelling: str) -> bool:
    """The result goes into the first operand's memory, or the receiver's: `x.zero_()`, `init.normal(weight)`.

    A clip changes the gradients, not its argument.
    """
    named = bool(call.operands) and call.operands[0].canonical == "tensor"
    return (named or (framework.in_place and spelling.endswith("_"))) and call.op is not Op.CLIP_GRADIENT


def started(held: Value, filled: Value) -> Value:
    """A weight after it was filled: training moves it from where it starts."""
    drawn = held.op in DRAWS and held.gradient and held.range == EVERYTHING
    if held.op is not Op.WEIGHT and not drawn:
        return filled
    if filled.op in DRAWS:
        return replace(filled, range=EVERYTHING, known=False, gradient=True)
    return held if filled.op in (Op.FULL, Op.EYE) else filled


def cast_to(machine: Machine, framework: Framework, bound: Bound) -> Value | None:
    """The dtype that a cast names: `x.half()`, `x.to(device, torch.float16)`, `x.type_as(y)`; None: it names none."""
    for value in bound.options.values():
        found = as_dtype(machine, framework, value)
        if isinstance(found.payload, Dtype):
            return found
        if value.kind is Kind.TENSOR and value.dtype is not Dtype.UNKNOWN:
            return machine.thing(Kind.OBJECT, value.dtype)
    return None


def _typed_operand(machine: Machine, framework: Framework, operands: Sequence[Value]) -> tuple[list[Value], Kind]:
    """What an unknown first operand is: an array where the framework takes nothing else, else it stays unknown."""
    if not framework.gradients:
        return list(operands), Kind.UNKNOWN
    return [machine.as_array(operands[0], framework.name), *operands[1:]], Kind.TENSOR


def selected(op: Op, operands: Sequence[Value]) -> tuple[Value, ...]:
    """Operands narrowed to where the operation takes them: the branches of `where`, what a mask leaves."""
    if op is Op.WHERE and len(operands) == 3:
        condition, x, y = operands
        return condition, under(x, implied(condition, True)), under(y, implied(condition, False))
    if op is Op.MASKED_FILL and len(operands) >= 2:
        return (under(operands[0], implied(operands[1], False)), *operands[1:])
    return tuple(operands)


def _trainable(op: Op, bound: Bound) -> bool:
    """Weights and `requires_grad=True` carry gradients of their own."""
    requires = bound.options.get("requires_grad")
    return op in TRAINABLE if requires is None else requires.constant is not False


def make_layer(
    machine: Machine, framework: Framework, name: str, call: Call, given: Arguments, node: cst.CSTNode
) -> Value:
    """An instance of a layer class."""
    bound = bind(machine, framework, Call(call.op, (), call.options, call.fixed), given) or Bound()
    layer = Layer(call, framework.name, name, bound.options, bound.option_nodes, node)
    gradient = any(value.gradient for value in bound.options.values())
    kind = Kind.LOSS if call.op in LOSSES else Kind.LAYER
    if call.op is Op.DISTRIBUTION:
        kind = Kind.DISTRIBUTION
    made = replace(machine.thing(kind, layer), gradient=gradient)
    if call.op is Op.DISTRIBUTION:
        operation = Operation(call.op, (), bound.options, framework=framework.name)
        machine.note(operation, made, node, (), bound.option_nodes, name)
    return made


def call_layer(machine: Machine, layer: Layer, given: Arguments, node: cst.CSTNode) -> Value:
    """A layer applied to arrays: its operation with the constructor's options, then the activation among them."""
    framework, count = BY_NAME[layer.framework], len(layer.call.operands)
    if layer.call.listed and (items := listed(given)) is not None:
        return folded(machine, framework, layer.call, items, node, layer.name)
    applied = Call(layer.call.op, layer.call.operands, order=layer.call.order[:count])
    bound = bind(machine, framework, applied, given)
    if bound is None:
        bound = bind(machine, framework, applied, Arguments(given.positional[:count], given.keywords))
    if bound is None or incomplete(layer.call.op, bound):
        return opaque(machine, given, node, layer.name)
    bound.options = {**layer.options, **bound.options}
    if KERNEL in bound.options and len(bound.operands) == count:
        bound.operands.append(bound.options.pop(KERNEL))
        bound.nodes.append(None)
    bound.option_nodes = {**layer.nodes, **bound.option_nodes}
    result = apply(machine, framework, layer.call, bound, node, layer.name)
    return _activated(machine, framework, result, layer.options.get("activation"), node)


def _activated(
    machine: Machine, framework: Framework, result: Value, activation: Value | None, node: cst.CSTNode
) -> Value:
    """What an activation, given as a string, a function or a layer, makes of the output of a layer."""
    if activation is None or activation.is_none or not isinstance(node, cst.Call):
        return result
    given = Arguments(((result, None),))
    activated = machine.call(named(machine, framework, "activation", activation), given, node)
    return activated if activated.kind is not Kind.UNKNOWN else replace(activated, kind=result.kind)


def named(machine: Machine, framework: Framework, option: str, value: Value) -> Value:
    """What a string stands for as that option, `activation="relu"`; anything else stands for itself."""
    dotted = framework.strings.get(option, {}).get(value.constant) if isinstance(value.constant, str) else None
    return value if dotted is None else machine.dotted(dotted)


def opaque(machine: Machine, given: Arguments, node: cst.CSTNode, spelling: str, *leading: Value) -> Value:
    """A call of something unknown: an event, since it may do anything."""
    operands = (*leading, *given.values)
    result = machine.unknown(*operands)
    drawn_by = draw_by_name(spelling, given.values)
    if drawn_by:
        result = replace(result, made_by=replace(result.made_by, options=drawn_by))
    nodes = [*(None for _ in leading), *(n for _, n in given.positional), *(n for _, n in given.named.values())]
    machine.note(result.made_by, result, node, nodes, {}, spelling)
    return result
