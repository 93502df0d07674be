"""Named tuples and dataclasses: their fields, and what a constructor, `replace` and `asdict` make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import libcst as cst

from nanlint.domain.value import Constant, Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import items_of, mapping, sequence
from nanlint.interp.functions import bound_to, call_function
from nanlint.interp.machine import CALLS, Machine
from nanlint.interp.numbers import Builtin
from nanlint.interp.objects import Cells, Class, Dotted, Elements, Entries, Field, Function, Instance, TupleType
from nanlint.interp.parameters import supplied_by_nobody

DATACLASSES = frozenset(
    {
        "dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.s", "attr.attrs", "attr.dataclass",
        "attr.define", "attr.mutable", "attr.frozen", "attrs.define", "attrs.mutable", "attrs.frozen",
        "chex.dataclass", "flax.struct.dataclass",
    }
)  # fmt: skip
RECORD_BASES = frozenset(
    {"pydantic.BaseModel", "pydantic.BaseSettings", "pydantic_settings.BaseSettings", "flax.linen.Module",
     "flax.struct.PyTreeNode", "equinox.Module"}
)  # fmt: skip
NAMED_TUPLE = "typing.NamedTuple"


@dataclass(frozen=True, slots=True)
class _Slot:
    """A field of a record: its annotation, its default, how it is filled."""

    name: str
    annotation: cst.Annotation | None = None
    default: Value | None = None
    factory: Value | None = None
    in_constructor: bool = True
    kept: bool = True
    """An `InitVar` is passed on to `__post_init__` and not kept."""


def tuple_fields(node: cst.ClassDef, bases: tuple[Value, ...]) -> tuple[str, ...]:
    """The names of the elements of a class of named tuples, () for any other class."""
    for base in bases:
        if isinstance(base.payload, TupleType):
            return base.payload.names
        if isinstance(base.payload, Class) and base.payload.tuple_fields:
            return base.payload.tuple_fields
        if isinstance(base.payload, Dotted) and base.payload.name == NAMED_TUPLE:
            return tuple(name for name, _ in _annotations(node))
    return ()


def is_record(definition: Class) -> bool:
    """Its constructor takes the fields that its body annotates."""
    return bool(definition.tuple_fields) or any(_declares(entry) for entry in definition.ancestry())


def _declares(entry: Class | Dotted) -> bool:
    if isinstance(entry, Dotted):
        return entry.name in RECORD_BASES
    return not DATACLASSES.isdisjoint(entry.decorators)


def _annotations(node: cst.ClassDef) -> Iterator[tuple[str, cst.AnnAssign]]:
    """The annotated names of a class body."""
    lines = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
    for part in (part for line in lines for part in line.body):
        if isinstance(part, cst.AnnAssign) and isinstance(part.target, cst.Name):
            yield part.target.value, part


def _marker(annotation: cst.Annotation) -> str:
    """`ClassVar` and `InitVar` of an annotation; "" for any other."""
    node = annotation.annotation
    node = node.value if isinstance(node, cst.Subscript) else node
    last = node.attr if isinstance(node, cst.Attribute) else node
    return last.value if isinstance(last, cst.Name) and last.value in ("ClassVar", "InitVar") else ""


def _slots(definition: Class) -> dict[str, _Slot]:
    """Its fields in the constructor's order, those of its bases first."""
    found: dict[str, _Slot] = {}
    for base in reversed(definition.bases):
        if isinstance(base.payload, Class):
            found.update(_slots(base.payload))
        elif isinstance(base.payload, TupleType):
            found.update({name: _Slot(name, default=base.payload.defaults.get(name)) for name in base.payload.names})
    inherited = any(_declares(entry) for entry in definition.ancestry() if isinstance(entry, Dotted))
    if inherited or _declares(definition) or definition.tuple_fields:
        for name, part in _annotations(definition.node):
            marker = _marker(part.annotation)
            if marker != "ClassVar":
                default = definition.cells.get(name) if part.value is not None else None
                found[name] = _slot(name, part.annotation, default, marker != "InitVar")
    return found


def _slot(name: str, annotation: cst.Annotation, default: Value | None, kept: bool) -> _Slot:
    if default is None or not isinstance(default.payload, Field):
        return _Slot(name, annotation, default, kept=kept)
    field = default.payload
    return _Slot(name, annotation, field.default, field.factory, field.in_constructor, kept)


def fill(machine: Machine, instance: Value, definition: Class, given: Arguments, node: cst.CSTNode | None) -> None:
    """What the generated constructor does: every field from its argument, its default or its factory."""
    if not isinstance(instance.payload, Instance):
        return
    positional = iter(given.positional)
    passed_on: list[Value] = []
    for slot in _slots(definition).values():
        argument = next(positional, None) if slot.in_constructor else None
        argument = argument or given.named.get(slot.name)
        value = argument[0] if argument is not None else _unpassed(machine, slot, given, node)
        if slot.kept:
            machine.store.write(instance.payload.cells, slot.name, value)
        else:
            passed_on.append(value)
    hook = definition.lookup("__post_init__")
    if hook is not None and isinstance(method := bound_to(hook[1], instance).payload, Function):
        call_function(machine, method, Arguments(tuple((value, None) for value in passed_on)), method.node)


def _unpassed(machine: Machine, slot: _Slot, given: Arguments, node: cst.CSTNode | None) -> Value:
    """A field that the caller leaves to its default, or that nobody knows."""
    if slot.factory is not None:
        return machine.call(slot.factory, Arguments(), node) if isinstance(node, cst.Call) else machine.unknown()
    if slot.default is not None and not given.star:
        return _setting(slot.default)
    return supplied_by_nobody(machine, cst.Param(cst.Name(slot.name), slot.annotation), slot.default)


def _setting(default: Value) -> Value:
    """A constant default is the value that counts, and decides no branch: somebody may pass another one."""
    if not isinstance(default.payload, Constant) or default.is_none:
        return default
    return replace(default, made_by=Operation(Op.ARGUMENT, (default,), number=default.number))


def _construct(machine: Machine, definition: TupleType, _: Value, given: Arguments, node: cst.Call) -> Value:
    """`Output(p, t=...)` of `Output = namedtuple("Output", "p t")`."""
    named: dict[str, Value] = {name: value for name, (value, _) in given.named.items()}
    items = [value for value, _ in given.positional[: len(definition.names)]]
    left = definition.names[len(items) :]
    items += [named.get(name) or definition.defaults.get(name) or machine.unknown() for name in left]
    return machine.thing(Kind.SEQUENCE, Elements(tuple(items), names=definition.names))


def _named_tuple(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`namedtuple("Output", "p t")`, `NamedTuple("Output", [("p", Tensor)])`."""
    fields = given.positional[1][0] if len(given.positional) > 1 else given.named.get("field_names", (None, None))[0]
    names = () if fields is None else _names(fields)
    if names is None or not names:
        return machine.unknown(*given.values)
    defaults = items_of(given.named["defaults"][0]) if "defaults" in given.named else ()
    behind: dict[str, Value] = dict(zip(reversed(names), reversed(defaults or ()), strict=False))
    return machine.thing(Kind.CLASS, TupleType(names, behind))


def _names(fields: Value) -> tuple[str, ...] | None:
    if isinstance(fields.constant, str):
        return tuple(fields.constant.replace(",", " ").split())
    found = []
    for item in items_of(fields) or ():
        first = (items_of(item) or (item,))[0].constant
        if not isinstance(first, str):
            return None
        found.append(first)
    return tuple(found)


def _field(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`field(default=...)`, `field(default_factory=...)` and their like."""
    named = {name: value for name, (value, _) in given.named.items()}
    factory = named.get("default_factory") or named.get("factory")
    in_constructor = "init" not in named or named["init"].constant is not False
    default = named.get("default") or given.first()
    return machine.thing(Kind.OBJECT, Field(default, factory, in_constructor))


def changed(machine: Machine, record: Value, named: Mapping[str, Value]) -> Value:
    """A copy of an object with other fields."""
    payload = record.payload
    if not isinstance(payload, Instance):
        return machine.unknown(record)
    cells = Cells(heap=True)
    copy = machine.thing(record.kind, Instance(payload.of, cells))
    for key, value in (*payload.cells.items(), *named.items()):
        machine.store.write(cells, key, value)
    return copy


def as_dict(machine: Machine, record: Value) -> Value:
    """The fields of an object by name."""
    payload = record.payload
    if not isinstance(payload, Instance):
        return record if isinstance(payload, Entries) else machine.unknown(record)
    items: dict[object, Value] = {name: value for name, value in payload.cells.items() if isinstance(name, str)}
    return mapping(machine, items)


def _replace(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    record = given.first() or machine.unknown()
    return changed(machine, record, {name: value for name, (value, _) in given.named.items()})


def _as_dict(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    return as_dict(machine, given.first() or machine.unknown())


def _as_tuple(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    entries = as_dict(machine, given.first() or machine.unknown()).payload
    items = tuple(entries.items.values()) if isinstance(entries, Entries) else ()
    return sequence(machine, items, isinstance(entries, Entries))


def tuple_method(machine: Machine, record: Value, name: str, given: Arguments) -> Value | None:
    """`_replace` and `_asdict` of an object of a class of named tuples."""
    if not isinstance(record.payload, Instance) or not record.payload.of.tuple_fields:
        return None
    if name == "_replace":
        return changed(machine, record, {key: value for key, (value, _) in given.named.items()})
    return as_dict(machine, record) if name == "_asdict" else None


RECORDS: dict[str, Builtin] = {
    "collections.namedtuple": _named_tuple,
    "typing.NamedTuple": _named_tuple,
    "dataclasses.field": _field,
    "attr.ib": _field,
    "attr.field": _field,
    "attrs.field": _field,
    "pydantic.Field": _field,
    "dataclasses.replace": _replace,
    "dataclasses.asdict": _as_dict,
    "dataclasses.astuple": _as_tuple,
    "attr.evolve": _replace,
    "attrs.evolve": _replace,
    "attrs.asdict": _as_dict,
}
CALLS[TupleType] = _construct
