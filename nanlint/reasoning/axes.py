"""Axes of size one: which axis of an array surely has a single element, and how many axes there are."""

from __future__ import annotations

from dataclasses import dataclass

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.interp.objects import Elements
from nanlint.interp.trace import Trace

SAME_SHAPE = frozenset(
    {Op.CAST, Op.COPY, Op.DETACH, Op.NEGATIVE, Op.RELU, Op.LEAKY_RELU, Op.TANH, Op.SIGMOID, Op.GELU, Op.ELU, Op.SILU,
     Op.SOFTPLUS, Op.DROPOUT, Op.STANDARDIZE, Op.CLAMP, Op.LOG, Op.EXP, Op.LOG_SOFTMAX, Op.SOFTMAX, Op.MASKED_FILL}
)  # fmt: skip
SCALED = frozenset({Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE})
REDUCTIONS = frozenset({Op.SUM, Op.MEAN, Op.NORM, Op.REDUCE_MAX, Op.REDUCE_MIN, Op.LOGSUMEXP, Op.STD, Op.VAR})
MAX_STEPS = 40  # operations followed back from an array


@dataclass(frozen=True, slots=True)
class UnitAxis:
    """An axis of size one, counted from the front or (negative) from the back; `made_by` is what gives it its size."""

    index: int
    maker: Value
    axes: int | None = None
    """How many axes the array has; None: unknown."""

    def is_axis(self, axis: object) -> bool:
        """Whether `axis`, as it is passed to a function, is this axis."""
        if not isinstance(axis, int) or isinstance(axis, bool):
            return False
        if axis == self.index:
            return True
        return self.axes is not None and axis % self.axes == self.index % self.axes


def unit_axis(value: Value, trace: Trace, steps: int = MAX_STEPS) -> UnitAxis | None:
    """The axis of size one that a layer with one output, a kept reduction or a reshape gives the array."""
    made_by = value.made_by
    if steps == 0 or not made_by.operands:
        return None
    if value.op is Op.LINEAR:
        return _of_layer(value, trace)
    if value.op in REDUCTIONS:
        axis, kept = made_by.options.get("axis"), made_by.options.get("keepdim")
        index = None if axis is None else axis.constant
        return UnitAxis(index, value) if isinstance(index, int) and kept is not None and kept.constant is True else None
    if value.op is Op.RESHAPE:
        return _of_reshape(value, trace)
    if value.op in SCALED:
        others = [x for x in made_by.operands if not x.kind.scalar]
        return unit_axis(others[0], trace, steps - 1) if len(others) == 1 else None
    if value.op is Op.JOIN:
        found = [unit_axis(x, trace, steps - 1) for x in made_by.operands]
        first = found[0]
        return first if first is not None and all(x is not None and x.index == first.index for x in found) else None
    return unit_axis(made_by.x, trace, steps - 1) if value.op in SAME_SHAPE else None


def _of_layer(value: Value, trace: Trace) -> UnitAxis | None:
    """`Linear(n, 1)` has it last; a convolution to one channel has it behind the batch, or last as well."""
    options = value.made_by.options
    if "out_features" in options:
        single = options["out_features"].range.point == 1.0
        return UnitAxis(-1, value, axes(value.made_by.x, trace)) if single else None
    channels = options.get("out_channels")
    if channels is None or channels.range.point != 1.0:
        return None
    return UnitAxis(-1 if _channels_last(value) else 1, value)


def _channels_last(layer: Value) -> bool:
    stated = layer.made_by.options.get("data_format")
    if stated is not None and isinstance(stated.constant, str):
        return stated.constant != "channels_first"
    return registry.table(layer.made_by.framework).channels_last


def _of_reshape(value: Value, trace: Trace) -> UnitAxis | None:
    """`unsqueeze(d)`, `view(-1, 1)`."""
    name, axis = _spelling(value, trace), value.made_by.options.get("axis")
    if name in ("unsqueeze", "expand_dims") and axis is not None and isinstance(axis.constant, int):
        return UnitAxis(axis.constant, value)
    sizes = sizes_of(value)
    if sizes and sizes[-1].constant == 1:
        return UnitAxis(-1, value, len(sizes))
    rows = row_sizes_of(value)
    return UnitAxis(-1, value, 1 + len(rows)) if rows and rows[-1].constant == 1 else None


def sizes_of(value: Value) -> tuple[Value, ...]:
    """The extents that the array is given, if all of them are written down."""
    return _listed(value.made_by.options.get("size"))


def row_sizes_of(value: Value) -> tuple[Value, ...]:
    """The extents that each of its rows is given, where the batch goes without saying."""
    return _listed(value.made_by.options.get("row_size"))


def _listed(size: Value | None) -> tuple[Value, ...]:
    whole = size is not None and isinstance(size.payload, Elements) and size.payload.exact
    return size.payload.items if whole and size is not None and isinstance(size.payload, Elements) else ()


def axes(value: Value, trace: Trace, steps: int = MAX_STEPS) -> int | None:
    """How many axes the array has, if that is written down."""
    if steps == 0:
        return None
    sizes = sizes_of(value)
    if sizes:
        return len(sizes)
    if rows := row_sizes_of(value):
        return 1 + len(rows)
    if value.op is Op.RESHAPE and _flattened(value, trace):
        return 2
    if value.op in SAME_SHAPE | {Op.LINEAR} and value.made_by.operands:
        return axes(value.made_by.x, trace, steps - 1)
    if value.op is Op.JOIN:
        found = {axes(x, trace, steps - 1) for x in value.made_by.operands}
        return found.pop() if len(found) == 1 else None
    return None


def _flattened(value: Value, trace: Trace) -> bool:
    """`flatten(1)` leaves the batch and one more; so does the layer, by default."""
    start = value.made_by.options.get("start_dim")
    name = _spelling(value, trace)
    return (name == "flatten" and start is not None and start.constant == 1) or (name == "Flatten" and start is None)


def _spelling(value: Value, trace: Trace) -> str:
    origin = trace.origin(value)
    return "" if origin is None else origin.site.spelling.rpartition(".")[2]
