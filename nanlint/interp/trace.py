"""What an interpretation leaves behind for the rules: every operation with its place, in order of execution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import libcst as cst

from nanlint.domain.records import record
from nanlint.domain.value import Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.library import Library
from nanlint.interp.objects import Region
from nanlint.interp.store import Facts


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One activation of a function (or the module): who runs, and under what circumstances.

    name: qualified name, "" for the module; `called_by` is the event that called it, None for an entry.
    arguments are the parameters' Values. `entry` says that nobody in the file calls it.
    """

    name: str
    class_name: str = ""
    node: cst.FunctionDef | cst.Lambda | cst.Module | cst.ClassDef | None = None
    parent: Frame | None = None
    entry: bool = True
    call_node: cst.CSTNode | None = None
    path: str = ""
    """The file that the code stands in; "" for a text without one."""


@record
class Site:
    """Where and when an operation runs.

    node: the expression; statement: the simple statement or compound header around it;
    operands, options: the expressions that were passed, None for what has none;
    names: what each visible local and global name holds just before;
    loops: enclosing loops of this activation, outermost first; no_gradient: under `torch.no_grad` and its like.
    """

    node: cst.CSTNode
    statement: cst.CSTNode
    frame: Frame
    names: Mapping[str, Value]
    operands: tuple[cst.BaseExpression | None, ...] = ()
    options: Mapping[str, cst.BaseExpression] = field(default_factory=lambda: MappingProxyType({}))
    loops: tuple[cst.CSTNode, ...] = ()
    no_gradient: bool = False
    spelling: str = ""
    """How it was written: a dotted name (`torch.log`), a method (`.log`), an operator (`/`)."""
    facts: Facts = field(default_factory=lambda: MappingProxyType({}))
    """What tests have shown by then, by value number."""
    autocast: Region | None = None
    """The autocast region in which it runs."""
    in_place: bool = False
    """The result is written into the memory of an operand."""
    dormant: bool = False
    """Under a test that the file itself fixes the other way."""


@record
class Event:
    """An operation that happened: what, on what, with what result, where."""

    operation: Operation
    result: Value
    site: Site

    @property
    def op(self) -> Op:
        return self.operation.op

    @property
    def x(self) -> Value:
        return self.operation.operands[0]

    @property
    def y(self) -> Value:
        return self.operation.operands[1]

    @property
    def operands(self) -> tuple[Value, ...]:
        return self.operation.operands

    @property
    def options(self) -> Mapping[str, Value]:
        return self.operation.options

    @property
    def framework(self) -> str:
        return self.operation.framework

    @property
    def node(self) -> cst.CSTNode:
        return self.site.node


@dataclass(slots=True, eq=False)
class Trace:
    """All events of a file in order of interpretation; a function called from three places leaves three runs."""

    module: cst.Module
    events: list[Event] = field(default_factory=list)
    by_op: dict[Op, list[Event]] = field(default_factory=dict)
    by_operation: dict[int, Event] = field(default_factory=dict)
    consumers: dict[int, list[Event]] = field(default_factory=dict)
    renamed: list[Operation] = field(default_factory=list)
    """Kept alive, since the tables above go by identity."""
    trees: dict[str, cst.Module] = field(default_factory=dict)
    """The other files of the run that the interpretation looked into, by path."""
    text: str | None = None
    """The file's, if whoever parsed it has kept it."""
    library: Library | None = None
    """The other files of the run."""
    doubled: bool = False
    """A rule has found that the program computes in float64, which the interpretation was not told."""
    safe: set[int] = field(default_factory=set)
    """Value numbers of what functions return that the user knows to be safe."""
    remarks: list[tuple[Event, str]] = field(default_factory=list)
    """Why a rule passes over an operation that it looked at; for who asks why there is no finding."""

    @property
    def source(self) -> str:
        return self.module.code if self.text is None else self.text

    def add(self, event: Event) -> None:
        """An operation that the file performs, or another file's code that it calls."""
        self.events.append(event)
        self.by_op.setdefault(event.op, []).append(event)
        self.add_behind(event)

    def add_behind(self, event: Event) -> None:
        """An operation that an imported module performs on import: where values come from, nothing to report here."""
        self.by_operation[id(event.operation)] = event
        for operand in event.operands:
            self.consumers.setdefault(id(operand.made_by), []).append(event)

    def pass_over(self, event: Event, why: str) -> None:
        """A rule says why it reports nothing here."""
        self.remarks.append((event, why))

    def rename(self, old: Operation, new: Operation) -> None:
        """`new` stands for the same run of the same operation as `old`."""
        self.renamed.append(new)
        self.consumers[id(new)] = self.consumers.setdefault(id(old), [])
        if id(old) in self.by_operation:
            self.by_operation[id(new)] = self.by_operation[id(old)]

    def count(self, op: Op) -> int:
        """How many events of the operation there are so far."""
        return len(self.by_op.get(op, ()))

    def of(self, *ops: Op) -> Iterator[Event]:
        """The events of these operations."""
        for op in ops:
            yield from self.by_op.get(op, ())

    def origin(self, value: Value) -> Event | None:
        """The event that made the value; None for arguments, constants and joins."""
        return self.by_operation.get(id(value.made_by))

    def uses(self, value: Value) -> Sequence[Event]:
        """The events that take the value as an operand."""
        return self.consumers.get(id(value.made_by), ())
