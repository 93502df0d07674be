"""Random draws that become weights: how large they are, how many of them are added up, where they meet their input."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.interp.objects import Elements, Instance, Layer, Member, Parameters
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.moving import contains
from nanlint.reasoning.nodes import children
from nanlint.reasoning.origins import alternatives
from nanlint.reasoning.storage import ALIASES, MAX_STEPS
from nanlint.reasoning.texts import code

DRAWS = (Op.NORMAL, Op.UNIFORM)
PRODUCTS = (Op.MATMUL, Op.LINEAR)
SUMMING = frozenset({Op.LINEAR, Op.RECURRENT})
"""Layers whose weights each output adds up."""
RESIZING = frozenset({Op.MULTIPLY, Op.DIVIDE, Op.ERFINV})
TURNED = frozenset({"t", "T", "mT", "transpose", "swapaxes", "swapdims", "permute", "adjoint", "matrix_transpose"})
WIDTH_KEPT = frozenset(
    {Op.RELU, Op.LEAKY_RELU, Op.ELU, Op.SELU, Op.GELU, Op.SILU, Op.TANH, Op.SIGMOID, Op.SOFTPLUS, Op.DROPOUT,
     Op.STANDARDIZE, Op.CAST, Op.COPY}
)  # fmt: skip
"""Operations between two layers whose result is as wide as their operand."""
LAST_AXES_KEPT = frozenset({"expand", "broadcast_to", "contiguous", "unsqueeze", "expand_dims", "to", "expand_as"})
"""Of reshapes: those that leave the last two axes as they were, mostly."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Weights that are drawn at `event`: of `layer`, or those that meet their input at `product`.

    fan_in: how many inputs each output adds up, None if that is not known; size: the root mean square of a weight;
    axis: the axis of the weights over which the product adds up
    """

    event: Event
    size: float
    fan_in: float | None
    layer: Layer | None = None
    product: Event | None = None
    axis: int | None = None

    @property
    def by_default(self) -> bool:
        """Nobody wrote down how large the numbers are to be."""
        return not self.event.site.options.keys() & {"std", "low", "high"}

    @property
    def gain(self) -> float | None:
        """How much larger than its inputs a layer's output is."""
        return None if self.fan_in is None else self.size * math.sqrt(self.fan_in)


def drawn_size(event: Event) -> float | None:
    """The root mean square of the numbers drawn, at least; None if that is not known."""
    if event.op is Op.NORMAL:
        std = event.options.get("std")
        return None if std is None or not std.known else std.range.lo
    low, high = event.options.get("low"), event.options.get("high")
    a, b = (None if end is None or not end.known else end.range.point for end in (low, high))
    return None if a is None or b is None else math.sqrt((a * a + a * b + b * b) / 3.0)


def weights(trace: Trace) -> Iterator[Weight]:
    """Every draw of known size that becomes a weight which inputs are multiplied with."""
    products = _products(trace)
    rescaled: set[int] = set()  # or drawn again
    for event in trace.of(*RESIZING, *DRAWS, Op.WEIGHT, Op.FULL):
        if event.site.in_place and event.operands:
            rescaled |= _roots(event.x)
    rescaled |= _drawn_anew(trace)
    for event in trace.of(*DRAWS):
        size = drawn_size(event)
        if size is None:
            continue
        if id(event.operation) in rescaled:
            continue
        roots = [id(event.operation)]
        if event.site.in_place and event.operands:
            yield from _of_layers(event, size)
            roots += _roots(event.x)
        met = next((products[root] for root in roots if root in products), None)
        if met is not None:
            product, axis = met[0], _summed_axis(*met, trace)
            yield Weight(event, size, _fan_in(event, product, axis), product=product, axis=axis)


def _drawn_anew(trace: Trace) -> set[int]:
    """The parameters that `for p in self.parameters(): nn.init.xavier_uniform_(p)` overwrites."""
    found: set[int] = set()
    for event in trace.of(Op.WEIGHT, *DRAWS):
        if not event.site.in_place or not event.operands:
            continue
        target = event.x
        for _ in range(MAX_STEPS):
            if isinstance(target.payload, Parameters) or not target.made_by.operands:
                break
            target = target.made_by.x
        if isinstance(target.payload, Parameters):
            for value in _held_by(target.payload.of):
                found |= _roots(value)
    return found


def _held_by(model: Value) -> list[Value]:
    """What a module's attributes hold, lists opened."""
    found: list[Value] = []
    pending = list(model.payload.cells.values()) if isinstance(model.payload, Instance) else []
    while pending and len(found) < MAX_STEPS:
        value = pending.pop()
        found.append(value)
        pending.extend(value.payload.items if isinstance(value.payload, Elements) else ())
    return found


def _products(trace: Trace) -> dict[int, tuple[Event, int]]:
    """By an operation that made an operand: the product in which it is a weight, and its position there."""
    found: dict[int, tuple[Event, int]] = {}
    for event in trace.of(*PRODUCTS):
        first = 1 if event.op is Op.LINEAR else 0  # a layer's input may be learned as well
        for position in range(first, min(2, len(event.operands))):
            for root in _roots(event.operands[position]):
                found.setdefault(root, (event, position))
    return found


def _of_layers(event: Event, size: float) -> Iterator[Weight]:
    """The layers whose weights are overwritten."""
    for layer in written_layers(event.x):
        if singled_out(event):
            return
        if layer.call.op in SUMMING:
            yield Weight(event, size, layer_fan_in(layer), layer=layer)


def singled_out(event: Event) -> bool:
    """The draw depends on a test of a shape, or that a name has `bias` in it: not every layer's weights are drawn."""
    pending: list[cst.CSTNode] = [] if event.site.frame.node is None else [event.site.frame.node]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.If) and contains(node, event.node):
            test, chosen = code(node.test), contains(node.body, event.node)
            if "shape" in test or "dim()" in test or ("bias" in test and chosen is ("not" not in test)):
                return True
        pending.extend(children(node))
    return False


def written_layers(target: Value) -> list[Layer]:
    """`layer.weight`, `p` of `for p in model.parameters()`: the layers whose weights these are."""
    for _ in range(MAX_STEPS):
        if isinstance(target.payload, Member):
            owner, name = target.payload.receiver, target.payload.name
            if name == "data":
                target = owner
                continue
            parts = [owner, *alternatives(owner)] if name.startswith("weight") else []
            return [part.payload for part in parts if isinstance(part.payload, Layer)]
        if isinstance(target.payload, Parameters):
            return _layers_in(target.payload.of)
        if not target.made_by.operands:
            return []
        target = target.made_by.x
    return []


def _layers_in(model: Value) -> list[Layer]:
    found: list[Layer] = []
    pending, seen = [model], set[int]()
    while pending and len(seen) < MAX_STEPS:
        payload = pending.pop().payload
        if id(payload) in seen:
            continue
        seen.add(id(payload))
        match payload:
            case Layer():
                found.append(payload)
            case Instance(cells=cells):
                pending.extend(cells.values())
            case Elements(items=items):
                pending.extend(items)
            case _:
                pending.extend(getattr(payload, "layers", ()))
    return found


def calls_of(layer: Layer | None, trace: Trace) -> list[Event]:
    """Where the layer is applied."""
    if layer is None:
        return []
    return [
        event
        for event in trace.of(layer.call.op)
        if event.site.spelling == layer.name
        and all(event.options.get(name) is value for name, value in layer.options.items())
    ]


def layer_fan_in(layer: Layer) -> float | None:
    """From the constructor's arguments."""
    for name in ("in_features", "input_size", "in1_features"):
        if name in layer.options:
            return _number(layer.options[name])
    channels, kernel = layer.options.get("in_channels"), layer.options.get("kernel_size")
    if channels is None or kernel is None or _number(channels) is None:
        return None
    extents = _sides(layer, kernel)
    groups = _number(layer.options["groups"]) if "groups" in layer.options else 1.0
    if None in extents or not groups:
        return None
    inputs = (_number(channels) or 0.0) * math.prod(extent or 0.0 for extent in extents) / groups
    if "Transpose" not in layer.name:
        return inputs
    strides = _sides(layer, layer.options["stride"]) if "stride" in layer.options else [1.0]
    return inputs / math.prod(stride or 1.0 for stride in strides)  # inputs stand that far apart


def _sides(layer: Layer, value: Value) -> list[float | None]:
    """One number for each dimension of a convolution, however it is passed."""
    if isinstance(value.payload, Elements):
        return [_number(side) for side in value.payload.items]
    dimensions = next((n for n in (1, 2, 3) if f"{n}d" in layer.name), 1)
    return [_number(value)] * dimensions


def _number(value: Value) -> float | None:
    """An extent; a negative one, as -1, stands for one that is not known."""
    extent = value.range.point if value.known else None
    return None if extent is None or extent < 0.0 else extent


def extents(event: Event) -> tuple[Value, ...]:
    """The extents of the array that is drawn, as far as they were passed where it was made."""
    size, value = event.options.get("size"), event.x if event.operands else event.result
    while size is None and value.made_by.operands and value.op in ALIASES:
        value = value.made_by.x
        size = value.made_by.options.get("size")
    if size is None:
        return ()
    return size.payload.items if isinstance(size.payload, Elements) and size.payload.exact else (size,)


def _summed_axis(product: Event, position: int, trace: Trace) -> int | None:
    """The axis of the weights over which the product adds up; None where that is not known, as in `einsum`."""
    if "equation" in product.options:
        return None
    value = product.operands[position]
    last = position == 0 or (product.op is Op.LINEAR and not registry.table(product.framework).outputs_last)
    while value.op is Op.RESHAPE and value.made_by.operands:
        origin = trace.origin(value)
        name = "" if origin is None else origin.site.spelling.rpartition(".")[2]
        if name not in TURNED | LAST_AXES_KEPT:
            return None
        last = last is not (name in TURNED)
        value = value.made_by.x
    return -1 if last else -2


def _fan_in(event: Event, product: Event, axis: int | None) -> float | None:
    known = extents(event)
    if axis is None:
        return None
    if product.op is Op.LINEAR and len(known) > 2:  # a kernel: outputs, inputs, sides; or sides, inputs, outputs
        summed = known[:-1] if registry.table(product.framework).outputs_last else known[1:]
        numbers = [_number(extent) for extent in summed]
        return None if None in numbers else math.prod(number or 0.0 for number in numbers)
    if not known and product.op is Op.LINEAR and "kernel_size" not in product.options:
        return _width(product)
    return _number(known[axis]) if len(known) >= -axis else None


def _width(product: Event) -> float | None:
    """How many inputs a dense layer has: as it was told, or as many as the one before it has outputs."""
    told = product.options.get("in_features")
    if told is not None:
        return _number(told)
    value = product.x
    for _ in range(MAX_STEPS):
        if value.op not in WIDTH_KEPT or not value.made_by.operands:
            break
        value = value.made_by.x
    made = value.made_by
    outputs = made.options.get("out_features") if made.op is Op.LINEAR and "kernel_size" not in made.options else None
    return None if outputs is None else _number(outputs)


def _roots(value: Value) -> set[int]:
    """The operations whose elements the value holds, unscaled."""
    pending = [value]
    seen: set[int] = set()
    while pending and len(seen) < MAX_STEPS:
        made_by = pending.pop().made_by
        if id(made_by) in seen:
            continue
        seen.add(id(made_by))
        if made_by.op in ALIASES:
            pending.extend(made_by.operands)
    return seen
