"""Arguments under the parameters of an entry: which call of an overload is meant, operands, options, dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry as frameworks
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.model import Framework
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import extent
from nanlint.interp.machine import Machine
from nanlint.interp.objects import Dotted, Elements, Member, Shape
from nanlint.interp.parameters import counts_by_name
from nanlint.ops.model import rounded
from nanlint.ops.promotion import common_dtype

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


def listed(given: Arguments) -> list[Value] | None:
    """The elements of the list that stands first, as many as there are."""
    first = given.first() or next(iter(given.values), None)
    payload = None if first is None else first.payload
    return list(payload.items) if isinstance(payload, Elements) and payload.exact and payload.items else None
