"""What a loss is given as target, and how many classes its scores are for."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.interval import Interval
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.axes import sizes_of
from nanlint.reasoning.origins import MAX_SOURCES, SAME_ELEMENTS, alternatives, sources, strip

INITIAL = frozenset({Op.FULL, Op.LIKE, Op.EMPTY})
"""What an array starts with before it is filled."""
COMPARISONS = frozenset(
    {Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.EQUAL, Op.NOT_EQUAL, Op.IS_NAN, Op.CONTAINS}
)
BYTES = Interval(0.0, 255.0)
"""What an image file can hold; a mask of classes holds less."""

ELEMENTWISE = frozenset(
    {Op.LOG_SOFTMAX, Op.SOFTMAX, Op.SIGMOID, Op.LOG_SIGMOID, Op.DROPOUT, Op.RELU, Op.LEAKY_RELU, Op.TANH, Op.GELU,
     Op.ELU, Op.CAST, Op.COPY, Op.DETACH, Op.NEGATIVE, Op.CLAMP, Op.STANDARDIZE, Op.MULTIPLY, Op.DIVIDE, Op.ADD,
     Op.SUBTRACT, Op.LOG, Op.JOIN}
)  # fmt: skip
KEEPS_CHANNELS = frozenset(
    {
        "UpSampling1D",
        "UpSampling2D",
        "UpSampling3D",
        "Cropping1D",
        "Cropping2D",
        "permute",
        "transpose",
        "contiguous",
        "interpolate",
        "upsample",
        "Upsample",
        "swapaxes",
        "movedim",
        "moveaxis",
    }
)
"""Calls that move the axis of the classes, or another, but leave its extent."""


def pieces(target: Value) -> Iterator[Value]:
    """The values that the target is put together from: what is stored, filled in, chosen, joined or padded with.

    But for a number in whose place something else was put: `x[x == 255] = 0`.
    """
    pending: list[tuple[Value, frozenset[float]]] = [(target, frozenset())]
    seen: set[int] = set()
    while pending and len(seen) < MAX_SOURCES:
        value, gone = pending.pop()
        if id(value.made_by) not in seen:
            seen.add(id(value.made_by))
            parts = _parts(value)
            replaced = _replaced(value)
            pending.extend((part, gone | replaced if i == 0 else gone) for i, part in enumerate(parts))
            if not parts and value.range.point not in gone:
                yield value


def _replaced(value: Value) -> frozenset[float]:
    """The numbers that a store or a fill takes away from its first operand."""
    made_by = value.made_by
    key = made_by.options.get("index") if value.op is Op.STORE else None
    if value.op is Op.MASKED_FILL and len(made_by.operands) > 1:
        key = made_by.operands[1]
    if key is None or key.op is not Op.EQUAL or not strip(key.made_by.x).same(strip(made_by.x)):
        return frozenset()
    number = key.made_by.y.range.point
    return frozenset() if number is None else frozenset({number})


def picked(target: Value) -> bool:
    """Elements were picked by indices that an array holds: whoever chose these may have left out what is no label."""
    value = target
    while value.op in SAME_ELEMENTS and value.made_by.operands:
        made_by = value.made_by
        keys = [*made_by.operands[1:], *(key for name, key in made_by.options.items() if name == "index")]
        if value.op is Op.SELECT and any(key.kind is Kind.TENSOR or key.op is Op.CONCATENATE for key in keys):
            return True
        value = value.made_by.x
    return False


def sometimes_inside(target: Value, lo: float, hi: float) -> bool:
    """On some way through the branches all of it lies in [lo, hi]: the other ways may belong to another loss."""
    ways = list(alternatives(target))
    return len(ways) > 1 and any(all(part.range.inside(lo, hi) for part in pieces(way)) for way in ways)


def chosen_together(target: Value, loss: Event, trace: Trace) -> bool:
    """The target is one of several, and so is the loss that is applied there: a test may have chosen them in pairs."""
    place, others = loss.site, trace.uses(target)
    several = any(use.site.node is place.node and use.op is not loss.op for use in others)
    return several and len(list(alternatives(target))) > 1


def _parts(value: Value) -> tuple[Value, ...]:
    """What the operation took elements from; nothing where it computed new ones."""
    operands = value.made_by.operands
    if value.op in (Op.JOIN, Op.CONCATENATE, Op.TENSOR):
        return operands
    if value.op is Op.STORE and len(operands) > 1:
        return operands[1:] if operands[0].op in INITIAL else operands
    if value.op is Op.WHERE:
        return operands[1:]
    if value.op is Op.MASKED_FILL:
        return operands[:1] + operands[2:]
    if value.op is Op.PAD:
        filling = value.made_by.options.get("value")
        return operands[:1] if filling is None or filling.is_none else (*operands[:1], filling)
    same = value.op in SAME_ELEMENTS and operands and value.range == operands[0].range
    return operands[:1] if same else ()


def of_image(value: Value) -> bool:
    """Known to hold bytes only because every image file does."""
    return value.range == BYTES and value.op in (Op.READ, Op.PIXELS)


def from_image(value: Value) -> bool:
    """Computed from that: `mask - 1`."""
    return any(of_image(source) for source in sources(value))


def masked(loss: Event, trace: Trace) -> bool:
    """Some of the targets are looked at, and the loss is weighted or summed up by hand: those may not count."""
    weighted = any(name in loss.site.options for name in ("weight", "reduction", "reduce"))
    return weighted and compared(loss.y, trace)


def compared(target: Value, trace: Trace) -> bool:
    """Something asks which of the targets are which."""
    return any(use.op in COMPARISONS for piece in (target, *_before(target)) for use in trace.uses(piece))


def _before(value: Value) -> Iterator[Value]:
    """The value before reshapes and casts."""
    while value.op in SAME_ELEMENTS and value.made_by.operands:
        value = value.made_by.x
        yield value


# labels that are indices of classes

FATES = {
    "fails": "raises on a CPU and aborts on a GPU",
    "fails or is NaN": "raises on a CPU, and on a GPU the loss is NaN",
    "wraps": "marks another class, counted from the end",
    "zeros": "gives a row of zeros, which is no class",
    "nan": "makes the loss NaN",
    "clamps": "marks the last class instead",
    "raises": "raises an IndexError",
}
"""What becomes of a label that is no class: the options `below` and `above` of what takes it."""


def takes_indices(loss: Event) -> bool:
    """Its targets are numbers of classes, as far as the loss and the type of the targets tell."""
    if len(loss.operands) < 2:
        return False
    sparse = loss.options.get("sparse")
    return not loss.y.dtype.floating if sparse is None else sparse.constant is True


def fate(event: Event, label: float) -> str:
    """What becomes of a label outside the classes: a key of FATES."""
    stated = event.options.get("below" if label < 0.0 else "above")
    if stated is not None and isinstance(stated.constant, str):
        return stated.constant
    if event.op is not Op.SELECT:
        return "fails"
    if label < 0.0:
        return "wraps"
    return "clamps" if registry.table(event.framework).clamps_indices else "raises"


# the number of classes


def width(scores: Value, trace: Trace) -> Value | None:
    """The number of outputs of the layer that made the scores, if nothing has arranged them anew since."""
    pending: list[Value] = [scores]
    seen: set[int] = set()
    found: list[Value] = []
    stretched = False
    while pending and len(seen) < MAX_SOURCES:
        value = pending.pop()
        if id(value.made_by) in seen:
            continue
        seen.add(id(value.made_by))
        if value.op in (Op.LINEAR, Op.MATMUL):
            outputs = _outputs(value)
            if outputs is None:
                return None
            found.append(outputs)
        elif value.op is Op.RESHAPE and (value.made_by.operands and _spelling(value, trace) in KEEPS_CHANNELS):
            pending.append(value.made_by.x)
        elif value.op in ELEMENTWISE:
            terms = [operand for operand in value.made_by.operands if operand.op is not Op.WEIGHT]  # `+ bias`
            stretched = stretched or len(terms) < len(value.made_by.operands)
            pending.extend(term for term in terms if term.range.point is None)
        else:
            return None
    points = {outputs.range.point for outputs in found}
    if len(points) != 1 or None in points or (stretched and points == {1.0}):  # one output takes the width of a bias
        return None
    return found[0]


def _outputs(layer: Value) -> Value | None:
    options = layer.made_by.options
    return options.get("out_features") or options.get("out_channels") or _columns(layer)


def _columns(product: Value) -> Value | None:
    """Of `matmul(x, weights)`, if the extents of the weights are written down."""
    handed = product.made_by.operands[1:2]
    across = product.op is Op.MATMUL or registry.table(product.made_by.framework).outputs_last
    if not handed or handed[0].op is not Op.WEIGHT or not across:
        return None
    sizes = sizes_of(handed[0]) or (sizes_of(handed[0].made_by.x) if handed[0].made_by.operands else ())
    return sizes[-1] if sizes else None


def _spelling(value: Value, trace: Trace) -> str:
    origin = trace.origin(value)
    return "" if origin is None else origin.site.spelling.rpartition(".")[2]
