"""Calls of framework functions, methods and layers: arguments bound to a table's entry, the operation performed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.model import Call, Framework, Overload
from nanlint.interp.arguments import Arguments
from nanlint.interp.attributes import BY_NAME
from nanlint.interp.guards import implied, under
from nanlint.interp.machine import Machine
from nanlint.interp.names import assign
from nanlint.interp.objects import Dotted, Elements, Layer

TRAINABLE = frozenset({Op.LINEAR, Op.RECURRENT, Op.ATTENTION, Op.EMBEDDING, Op.WEIGHT})
"""Results that carry a gradient even if no operand does: they hold weights."""
LOSSES = frozenset(
    {Op.CROSS_ENTROPY, Op.NLL_LOSS, Op.BINARY_CROSS_ENTROPY, Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, Op.KL_DIVERGENCE,
     Op.SQUARED_ERROR, Op.ABSOLUTE_ERROR, Op.CTC_LOSS, Op.POISSON_NLL, Op.GAUSSIAN_NLL, Op.OTHER_LOSS}
)  # fmt: skip
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
    parameters = call.parameters
    for i, parameter in enumerate(parameters):
        if parameter.variadic:
            rest = given.positional[i:]
            if len(rest) == 1:
                found[parameter.canonical] = rest[0]
            elif rest:
                found[parameter.canonical] = (machine.thing(Kind.SEQUENCE, Elements(tuple(v for v, _ in rest))), None)
            break
        if i < len(given.positional):
            found[parameter.canonical] = given.positional[i]
    else:
        if len(given.positional) > len(parameters):
            return None
    spelled = {parameter.spelled: parameter.canonical for parameter in parameters}
    for name, argument in given.named.items():
        if name in spelled:
            found[spelled[name]] = argument
    return _arrange(machine, framework, call, given, found)


def _arrange(
    machine: Machine,
    framework: Framework,
    call: Call,
    given: Arguments,
    found: dict[str, tuple[Value, cst.BaseExpression | None]],
) -> Bound | None:
    bound = Bound()
    for i, parameter in enumerate(call.operands):
        if parameter.canonical not in found and given.star:
            found[parameter.canonical] = (machine.unknown(), None)  # somewhere in `*args`
        if parameter.canonical not in found:
            if i == 0:
                return None
            break
        value, node = found.pop(parameter.canonical)
        bound.operands.append(_as_array(machine, value))
        bound.nodes.append(node)
    for name, constant in call.fixed:
        bound.options[name] = _fixed(machine, name, constant)
    for name, (value, node) in found.items():
        bound.options[name] = as_dtype(machine, framework, value) if name == "dtype" else value
        if node is not None:
            bound.option_nodes[name] = node
    return bound


def _as_array(machine: Machine, value: Value) -> Value:
    """A list of numbers or arrays as one operand: `torch.tensor([a, b])`, `torch.cat([x, y])`."""
    if not isinstance(value.payload, Elements) or not value.payload.items:
        return value
    return machine.join([_as_array(machine, item) for item in value.payload.items])


def _fixed(machine: Machine, name: str, constant: object) -> Value:
    if name == "dtype" and isinstance(constant, str):
        return machine.thing(Kind.OBJECT, frameworks.dtype(constant))
    return machine.constant(constant)


def as_dtype(machine: Machine, framework: Framework, value: Value) -> Value:
    """A dtype however it was passed: `torch.float16`, `"float16"`, `int`; anything else stays what it is."""
    name = value.payload.name if isinstance(value.payload, Dotted) else value.constant
    if not isinstance(name, str):
        return value
    if name == "builtins.float":
        found: Dtype | None = framework.default_float
    else:
        found = BUILTIN_DTYPES.get(name) or frameworks.dtype(name) or frameworks.dtype(f"{framework.name}.{name}")
    if found is None:
        return value
    number = machine.numbers.setdefault(("dtype", found), next(machine.fresh_numbers))
    return replace(machine.thing(Kind.OBJECT, found), made_by=replace(machine.constant(name).made_by, number=number))


def element_type(machine: Machine, value: Value | None) -> Dtype:
    """The dtype that a value names: `torch.float16`, `x.dtype`."""
    if value is None:
        return Dtype.FLOAT32
    if value.op is Op.ATTRIBUTE and value.made_by.x.kind is Kind.TENSOR:
        return value.made_by.x.dtype
    for table in frameworks.FRAMEWORKS:
        found = as_dtype(machine, table, value).payload
        if isinstance(found, Dtype):
            return found
    return Dtype.UNKNOWN


def chosen(entry: Call | Overload, given: Arguments) -> Call:
    """Which form of an overloaded function these arguments call."""
    if isinstance(entry, Call):
        return entry
    second = given.positional[1][0] if len(given.positional) > 1 else None
    if second is None:
        binary = any(p.spelled in given.named for p in entry.binary.operands[1:])
    else:
        binary = entry.counted or second.kind not in (Kind.INTEGER, Kind.SEQUENCE, Kind.NONE)
    return entry.binary if binary else entry.otherwise


def perform(
    machine: Machine, framework: Framework, entry: Call | Overload, given: Arguments, node: cst.CSTNode, spelling: str
) -> Value:
    """Calls a framework's function or method."""
    call = chosen(entry, given)
    bound = bind(machine, framework, call, given)
    if bound is None:
        return opaque(machine, given, node, spelling)
    result = apply(machine, framework, call, bound, node, spelling)
    if spelling.rpartition(".")[2] in framework.pairs and ("axis" in bound.options or call.op is Op.SELECT):
        indices = machine.unknown(result, op=Op.ARGMAX, kind=Kind.TENSOR)
        indices = replace(indices, dtype=Dtype.INTEGER, gradient=False)
        return machine.thing(Kind.SEQUENCE, Elements((result, indices), names=("values", "indices")))
    if "out" in given.named and (target := given.named["out"][1]) is not None:
        assign(machine, target, result)
    return result


def apply(machine: Machine, framework: Framework, call: Call, bound: Bound, node: cst.CSTNode, spelling: str) -> Value:
    """Performs the operation on bound arguments."""
    op, operands = call.op, bound.operands
    kind = call.result or framework.result
    if kind is Kind.TENSOR and not framework.gradients and operands and all(v.kind.scalar for v in operands):
        kind = Kind.NUMBER  # `np.sqrt(len(x))`
    if kind is Kind.TENSOR and operands and operands[0].kind is Kind.UNKNOWN:
        operands, kind = _typed_operand(machine, framework, operands)
    if op is Op.CAST:
        dtype = _cast_to(machine, framework, bound)
        op = Op.COPY if dtype is None else op
        bound.options = {} if dtype is None else {"dtype": dtype}
    return machine.record(
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
    )


def _cast_to(machine: Machine, framework: Framework, bound: Bound) -> Value | None:
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
    return replace(machine.thing(kind, layer), gradient=gradient)


def call_layer(machine: Machine, layer: Layer, given: Arguments, node: cst.CSTNode) -> Value:
    """A layer applied to arrays: its operation with the constructor's options."""
    framework = BY_NAME[layer.framework]
    bound = bind(machine, framework, Call(layer.call.op, layer.call.operands), given)
    if bound is None:
        positional = given.positional[: len(layer.call.operands)]
        bound = bind(
            machine, framework, Call(layer.call.op, layer.call.operands), Arguments(positional, given.keywords)
        )
    if bound is None:
        return opaque(machine, given, node, layer.name)
    bound.options = {**layer.options, **bound.options}
    bound.option_nodes = {**layer.nodes, **bound.option_nodes}
    return apply(machine, framework, layer.call, bound, node, layer.name)


def opaque(machine: Machine, given: Arguments, node: cst.CSTNode, spelling: str, *leading: Value) -> Value:
    """A call of something unknown: an event, since it may do anything."""
    operands = (*leading, *given.values)
    result = machine.unknown(*operands)
    nodes = [*(None for _ in leading), *(n for _, n in given.positional), *(n for _, n in given.named.values())]
    machine.note(result.made_by, result, node, nodes, {}, spelling)
    return result
