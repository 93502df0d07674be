"""Calls of framework functions, methods and layers: arguments bound to a table's entry, the operation performed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.model import Framework
from nanlint.interp.arguments import Arguments
from nanlint.interp.attributes import BY_NAME
from nanlint.interp.containers import extent, overwritten
from nanlint.interp.draws import at_draw
from nanlint.interp.guards import implied, under
from nanlint.interp.machine import Machine
from nanlint.interp.names import change
from nanlint.interp.objects import Dotted, Elements, Layer, Member, Shape
from nanlint.interp.parameters import counts_by_name
from nanlint.ops.model import MEANINGS, rounded
from nanlint.ops.promotion import common_dtype

CONSTANT = frozenset({Op.FULL, Op.LIKE})
TRAINABLE = frozenset({Op.LINEAR, Op.RECURRENT, Op.ATTENTION, Op.EMBEDDING, Op.WEIGHT})
"""Results that carry a gradient even if no operand does: they hold weights."""
LOSSES = frozenset(
    {Op.CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY, Op.NLL_LOSS, Op.BINARY_CROSS_ENTROPY,
     Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.KL_DIVERGENCE, Op.SQUARED_ERROR, Op.ABSOLUTE_ERROR, Op.CTC_LOSS,
     Op.POISSON_NLL, Op.GAUSSIAN_NLL, Op.OTHER_LOSS}
)  # fmt: skip
DRAWS = frozenset({Op.NORMAL, Op.UNIFORM, Op.WEIGHT})
KERNEL = "kernel"
"""The option of a layer that holds its weights, where its constructor says how they are drawn."""
FOR_EACH_CHANNEL = frozenset({"mean", "std"})
BYTE_TYPES = frozenset({"uint8", "ubyte", "ByteTensor"})
BYTES = Interval(0.0, 255.0)
"""What an unsigned byte holds: the range of the Value that stands for such a dtype."""
BUILTIN_DTYPES = {"builtins.int": Dtype.INTEGER, "builtins.bool": Dtype.BOOLEAN}


@dataclass(slots=True)
class Bound:
    """Operands and options under their canonical names."""

    operands: list[Value] = field(default_factory=list)
    nodes: list[cst.BaseExpression | None] = field(default_factory=list)
    options: dict[str, Value] = field(default_factory=dict)
    option_nodes: dict[str, cst.BaseExpression] = field(default_factory=dict)


def bind(machine: Machine, framework: Framework, call: Call, given: Arguments) -> Bound | None:
    """The arguments by the entry's parameters; None when they do not fit, so that it is another function."""
    found: dict[str, tuple[Value, cst.BaseExpression | None]] = {}
    parameters, placed = call.parameters, given.positional[: given.placed]
    for i, parameter in enumerate(parameters):
        if parameter.variadic:
            rest = given.positional[i:]
            if len(rest) == 1:
                found[parameter.canonical] = rest[0]
            elif rest:
                found[parameter.canonical] = (machine.thing(Kind.SEQUENCE, Elements(tuple(v for v, _ in rest))), None)
            break
        if i < len(placed):
            found[parameter.canonical] = placed[i]
    else:
        if len(placed) > len(parameters):
            return None
    if given.named:
        meant = {parameter.spelled: parameter.canonical for parameter in parameters}
        found.update((meant[name], argument) for name, argument in given.named.items() if name in meant)
    return _arrange(machine, framework, call, given, found)


def _arrange(
    machine: Machine,
    framework: Framework,
    call: Call,
    given: Arguments,
    found: dict[str, tuple[Value, cst.BaseExpression | None]],
) -> Bound | None:
    bound, fixed = Bound(), dict(call.fixed)
    for i, parameter in enumerate(call.operands):
        if parameter.canonical not in found and parameter.canonical in fixed:
            found[parameter.canonical] = (machine.constant(fixed.pop(parameter.canonical)), None)
        if parameter.canonical not in found and given.star:
            found[parameter.canonical] = (machine.unknown(), None)  # somewhere in `*args`
        if parameter.canonical not in found:
            if i == 0:
                return None
            break
        value, node = found.pop(parameter.canonical)
        if value.payload is not None:
            value = _as_array(machine, value)
        bound.operands.append(_as_taken(machine, framework, value))
        bound.nodes.append(node)
    for name, constant in fixed.items():
        bound.options[name] = _fixed(machine, framework, name, constant)
    for name, (value, node) in found.items():
        bound.options[name] = _option(machine, framework, name, value)
        if node is not None:
            bound.option_nodes[name] = node
    return bound


def _option(machine: Machine, framework: Framework, name: str, value: Value) -> Value:
    """The option as operations read it: a dtype however it is written, one axis, one mean for each channel."""
    if name == "dtype":
        return _dtype_taken(machine, framework, as_dtype(machine, framework, value))
    if name == "axis" and isinstance(value.payload, Elements) and value.payload.exact and len(value.payload.items) == 1:
        return value.payload.items[0]  # `axis=[1]` is axis 1
    return _as_array(machine, value) if name in FOR_EACH_CHANNEL else value


def _as_array(machine: Machine, value: Value) -> Value:
    """A list of numbers or arrays as one operand: `torch.tensor([a, b])`, `torch.cat([x, y])`, `np.prod(x.shape)`."""
    if isinstance(value.payload, Shape):
        return extent(machine, value, None)
    if not isinstance(value.payload, Elements) or not value.payload.items:
        return value
    items = [_as_array(machine, item) for item in value.payload.items]
    joined, dtypes = machine.join(items), {item.dtype for item in items}
    return replace(joined, dtype=common_dtype(items, Dtype.UNKNOWN)) if all(d.floating for d in dtypes) else joined


def _cuts(machine: Machine, framework: Framework) -> bool:
    """The framework has no 64-bit floats as it is set up."""
    return framework.double_flag is not None and machine.default_float is Dtype.FLOAT32


def _as_taken(machine: Machine, framework: Framework, value: Value) -> Value:
    """An array of another framework in the dtype in which this one takes it."""
    if value.dtype is not Dtype.FLOAT64 or value.kind is not Kind.TENSOR or not _cuts(machine, framework):
        return value
    return replace(value, dtype=Dtype.FLOAT32, range=rounded(value.range, Dtype.FLOAT32))


def _dtype_taken(machine: Machine, framework: Framework, dtype: Value) -> Value:
    if dtype.payload is not Dtype.FLOAT64 or not _cuts(machine, framework):
        return dtype
    return as_dtype(machine, framework, machine.constant(Dtype.FLOAT32.value))


def _fixed(machine: Machine, framework: Framework, name: str, constant: object) -> Value:
    value = machine.constant(constant)
    return _dtype_taken(machine, framework, as_dtype(machine, framework, value)) if name == "dtype" else value


def as_dtype(machine: Machine, framework: Framework, value: Value) -> Value:
    """A dtype however it was passed: `torch.float16`, `"float16"`, `int`, `x.dtype`; anything else stays what it is."""
    member = value.payload
    if isinstance(member, Member) and member.name == "dtype" and member.receiver.dtype.floating:
        return replace(machine.thing(Kind.OBJECT, member.receiver.dtype), made_by=value.made_by)
    name = value.payload.name if isinstance(value.payload, Dotted) else value.constant
    if not isinstance(name, str):
        return value
    if name == "builtins.float":
        found: Dtype | None = framework.default_float
    else:
        found = BUILTIN_DTYPES.get(name) or frameworks.dtype(name) or _dtype_named(framework, name)
    if found is None:
        return value
    byte = name.rpartition(".")[2] in BYTE_TYPES
    number = machine.numbers.setdefault(("dtype", found, byte), next(machine.fresh_numbers))
    made_by = replace(machine.constant(name).made_by, number=number)
    held = BYTES if byte else EVERYTHING
    return replace(machine.thing(Kind.OBJECT, found), made_by=made_by, range=held)


def _dtype_named(framework: Framework, name: str) -> Dtype | None:
    """`"int64"`: of the framework, or of the first that has it, as the arrays of one are the arrays of another."""
    names = (f"{table.name}.{name}" for table in (framework, *frameworks.FRAMEWORKS))
    return next((found for dotted in names if (found := frameworks.dtype(dotted)) is not None), None)


def element_type(machine: Machine, value: Value | None) -> Dtype:
    """The dtype that a value names: `torch.float16`, `x.dtype`."""
    if value is None:
        return Dtype.FLOAT32
    if value.op is Op.ATTRIBUTE and value.made_by.x.kind is Kind.TENSOR:
        return value.made_by.x.dtype
    if isinstance(value.payload, Dotted) and value.payload.name == "builtins.float":
        return Dtype.FLOAT64
    for table in frameworks.FRAMEWORKS:
        found = as_dtype(machine, table, value).payload
        if isinstance(found, Dtype):
            return found
    return Dtype.UNKNOWN


def chosen(entry: Call | Overload, given: Arguments) -> Call:
    """Which form of an overloaded function these arguments call."""
    if isinstance(entry, Call):
        return entry
    if entry.sized:
        sizes = are_extents(given.positional[len(entry.binary.operands) :], given.star)
        return entry.binary if sizes else entry.otherwise
    if entry.counting:
        operand = entry.otherwise.operands[0]
        place = entry.otherwise.parameters.index(operand)
        found = given.named.get(operand.spelled) or next(iter(given.positional[place : place + 1]), None)
        return entry.binary if found is not None and found[0].kind is Kind.INTEGER else entry.otherwise
    second = given.positional[1][0] if len(given.positional) > 1 else None
    if second is None:
        binary = any(p.spelled in given.named for p in entry.binary.operands[1:])
    else:
        binary = entry.counted or second.kind not in (Kind.INTEGER, Kind.SEQUENCE, Kind.NONE)
    return entry.binary if binary else entry.otherwise


def are_extents(given: Sequence[tuple[Value, cst.BaseExpression | None]], star: bool) -> bool:
    """Several positional arguments, or one that is a count; one that is anything else is data."""
    if len(given) != 1:
        return True
    value, node = given[0]
    shape = isinstance(value.payload, Shape) and value.payload.of.kind is Kind.TENSOR
    if star or shape or value.kind is Kind.INTEGER:
        return True
    return not value.kind.numeric and value.payload is None and counts_by_name(node)


def perform(
    machine: Machine, framework: Framework, entry: Call | Overload, given: Arguments, node: cst.CSTNode, spelling: str
) -> Value:
    """Calls a framework's function or method."""
    call = chosen(entry, given)
    if call.listed and (items := _listed(given)) is not None:
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


def _listed(given: Arguments) -> list[Value] | None:
    """The elements of the list that stands first, as many as there are."""
    first = given.first() or next(iter(given.values), None)
    payload = None if first is None else first.payload
    return list(payload.items) if isinstance(payload, Elements) and payload.exact and payload.items else None


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
    if layer.call.listed and (items := _listed(given)) is not None:
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
    nodes = [*(None for _ in leading), *(n for _, n in given.positional), *(n for _, n in given.named.values())]
    machine.note(result.made_by, result, node, nodes, {}, spelling)
    return result
