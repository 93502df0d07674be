"""Payloads of Values that are not numbers: names, functions, classes, instances, containers, layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Value
from nanlint.frameworks.entries import Autocast, Call


class Cells(dict[object, Value]):
    """Mutable storage (a scope's names, an object's attributes) that only `Store.write` changes."""

    __slots__ = ("heap", "snapshot")

    def __init__(self, heap: bool = False) -> None:
        super().__init__()
        self.heap = heap
        self.snapshot: dict[str, Value] | None = None

    def frozen(self) -> dict[str, Value]:
        """A copy that later writes do not change; shared until the next write."""
        if self.snapshot is None:
            self.snapshot = {key: value for key, value in self.items() if isinstance(key, str)}
        return self.snapshot


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a module, class body, function activation or comprehension."""

    cells: Cells
    parent: Scope | None
    is_class: bool = False
    transparent: bool = False
    """A comprehension's: assignment expressions bind in the parent."""
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    path: str = ""
    """The file that the code stands in."""
    stars: list[Linked] = field(default_factory=list)
    """The modules of the run of which a module imports everything."""

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.path = self.parent.path

    @property
    def module(self) -> Scope:
        """The scope of global names."""
        return self if self.parent is None else self.parent.module


@dataclass(frozen=True, slots=True)
class Dotted:
    """An imported module or anything reached through one: `torch.nn.functional.log_softmax`."""

    name: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A module of the run, or a name in one, as the file `importer` spells it; not looked at yet."""

    importer: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or lambda of the file, with the scope it closes over; `receiver` is what it is bound to."""

    node: cst.FunctionDef | cst.Lambda
    scope: Scope
    name: str
    defaults: Mapping[str, Value]
    statement: cst.CSTNode
    """The statement that defines it."""
    owner: Class | None = None
    receiver: Value | None = None
    no_gradient: bool = False
    decorators: tuple[str, ...] = ()
    autocast: AutocastMode | None = None
    """What a decorator says of autocast."""

    @property
    def bound_kind(self) -> str:
        """ "static", "class", "property" or "" for an ordinary function."""
        for decorator in self.decorators:
            last = decorator.rpartition(".")[2]
            if last in ("staticmethod", "classmethod"):
                return last.removesuffix("method")
            if last in ("property", "cached_property"):
                return "property"
        return ""


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of the file: bases are Values (other classes, dotted names), cells its attributes."""

    node: cst.ClassDef
    name: str
    bases: tuple[Value, ...]
    cells: Cells
    decorators: tuple[str, ...] = ()
    """What is outside the file among them, by dotted name."""
    tuple_fields: tuple[str, ...] = ()
    """The names of the elements if its objects are named tuples."""

    def ancestry(self) -> list[Class | Dotted]:
        """Itself and its bases, depth first, each once; what is not understood is left out."""
        found: list[Class | Dotted] = [self]
        for base in self.bases:
            if isinstance(base.payload, Class):
                found += [entry for entry in base.payload.ancestry() if entry not in found]
            elif isinstance(base.payload, Dotted):
                found.append(base.payload)
        return found

    def lookup(self, name: object) -> tuple[Class, Value] | None:
        """The class in the ancestry that defines the attribute, and its Value."""
        for entry in self.ancestry():
            if isinstance(entry, Class) and name in entry.cells:
                return entry, entry.cells[name]
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object of a class of the file."""

    of: Class
    cells: Cells


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """What `super()` gives: attributes are looked up behind `after` in the ancestry of the instance's class."""

    instance: Value
    after: Class


@dataclass(frozen=True, slots=True)
class Elements:
    """A tuple, list or set. Not `exact`: any number of the items may be there, the last one is the last.

    `names` are those of a named tuple's fields.
    """

    items: tuple[Value, ...]
    exact: bool = True
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TupleType:
    """A class of named tuples without a body: `namedtuple("Output", "p t")`."""

    names: tuple[str, ...]
    defaults: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Field:
    """What `dataclasses.field(...)` says of a field."""

    default: Value | None
    factory: Value | None
    in_constructor: bool = True


@dataclass(frozen=True, slots=True)
class Entries:
    """A dict with constant keys, a namespace, parsed arguments.

    Not `exact`: other keys may be there; if `rest` is given, that is what they hold.
    """

    items: Mapping[Any, Value]  # a mapping is invariant in its keys
    exact: bool = True
    rest: Value | None = None
    factory: Value | None = None
    """What a `defaultdict` calls for a missing key."""


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute of something that is no object of the file; called, it is a method."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class Layer:
    """An instance of a framework's layer, loss or distribution: calling it performs `call` with these options."""

    call: Call
    framework: str
    name: str
    options: Mapping[str, Value]
    nodes: Mapping[str, cst.BaseExpression]
    node: cst.CSTNode
    """The call that made it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Layers one after the other (`nn.Sequential`). Not `exact`: all but the last may be left out or repeated.

    `optional`: the last one may be left out as well.
    """

    layers: tuple[Value, ...]
    exact: bool = True
    optional: bool = False
    names: tuple[str, ...] = ()
    """Of the layers, if each has one."""


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A model by its symbolic inputs and the outputs computed from them."""

    framework: str
    inputs: Value
    outputs: Value


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """What was compiled into a model: its loss or losses, its optimizer; `node` is the call that did it."""

    framework: str
    loss: Value | None
    optimizer: Value | None
    node: cst.Call

    @property
    def options(self) -> dict[str, Value]:
        """Under the names of options."""
        given = {"loss": self.loss, "optimizer": self.optimizer}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Rows:
    """A dataset: going over it gives `row`, each time another one; `attributes` are what else is known of it."""

    row: Value
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial`: a callable with leading arguments and keywords."""

    function: Value
    positional: tuple[Value, ...]
    keywords: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Derivative:
    """A function that computes the gradient of another one with respect to its arguments number `argnums`.

    has_aux: the function gives (value, more); with_value: what it gives comes with the gradient; value_last: after it.
    """

    function: Value
    argnums: int | tuple[int, ...]
    has_aux: bool
    with_value: bool
    value_last: bool
    framework: str
    name: str


@dataclass(frozen=True, slots=True)
class TrainingState:
    """The payload of an optimizer that is kept with the parameters it updates, and its other attributes."""

    items: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The trainable parameters of a model or layer."""

    of: Value
    node: cst.BaseExpression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ArgumentParser:
    """An `argparse` parser: what `parse_args` returns has these attributes."""

    cells: Cells
    classes: tuple[Value, ...] | None = None
    """Dataclasses of the file whose objects it returns instead."""


@dataclass(frozen=True, slots=True)
class Option:
    """A decorator that sets a parameter of the function, as `click.option` does."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class FilePath:
    """A path that the script spells out, the file opened under it, or the text read from that."""

    text: str


@dataclass(frozen=True, slots=True)
class FloatInfo:
    """`finfo(dtype)`: the limits of a dtype, which need not be known."""

    dtype: Dtype


@dataclass(frozen=True, slots=True)
class GradientMode:
    """A context in which gradients are recorded, are not, or (None) who knows."""

    enabled: bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """An autocast region. Not `certain`: a flag that nobody knows may switch it off."""

    framework: str
    rules: Autocast
    dtype: Dtype
    certain: bool
    node: cst.CSTNode
    """The call that made the context."""


@dataclass(frozen=True, slots=True)
class AutocastMode:
    """A context that opens an autocast region, or (None) closes the one around it."""

    region: Region | None


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of an array."""

    of: Value
