"""The interpreter's state, and the one place where operations get their results, numbers and events.

Expressions, statements and calls are interpreted by functions in the sibling modules, dispatched on the node's type.
"""

from __future__ import annotations

import itertools
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import libcst as cst

from nanlint.domain import dtypes
from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, NOTHING, Interval, point
from nanlint.domain.value import Constant, Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.objects import Cells, Class, Dotted, Elements, Entries, Function, Scope
from nanlint.interp.store import Fact, Outcome, Store, narrow
from nanlint.interp.trace import Event, Frame, Site, Trace
from nanlint.ops.evaluate import evaluate

FRESH = frozenset(
    {
        Op.OPAQUE, Op.ARGUMENT, Op.JOIN, Op.STORE, Op.ITERATE, Op.READ, Op.WEIGHT, Op.UNIFORM, Op.NORMAL,
        Op.RANDOM_INTEGER, Op.EMPTY, Op.DROPOUT, Op.GUMBEL_SOFTMAX, Op.SAMPLE, Op.LINEAR, Op.RECURRENT,
        Op.ATTENTION, Op.OPTIMIZER, Op.GRAD_SCALER, Op.DISTRIBUTION,
    }
)  # fmt: skip
"""Operations of which two runs may give two values."""
SAME_ELEMENTS = frozenset({Op.DETACH, Op.ITEM, Op.COPY})
"""Operations whose result has its operand's value number."""
NOT_DIFFERENTIABLE = frozenset(
    {Op.DETACH, Op.ITEM, Op.ARGMAX, Op.SIGN, Op.FLOOR, Op.CEIL, Op.ROUND, Op.ONE_HOT, Op.COUNT_NONZERO, Op.LENGTH,
     Op.FLOOR_DIVIDE, Op.SAMPLE}
)  # fmt: skip

WITHOUT_GRADIENTS = frozenset(table.name for table in FRAMEWORKS if not table.gradients)

MAX_DEPTH = 10  # activations on the stack
MAX_RUNS = 24  # interpretations of one function; beyond it a call is opaque
MAX_CHOICES = 12  # alternatives of a joined callable or object that are interpreted one by one
MAX_JOINED = 24  # alternatives kept in the provenance of one join


@dataclass(slots=True)
class Loop:
    """A loop being interpreted: what its `break` and `continue` statements left."""

    node: cst.CSTNode
    breaks: list[Outcome] = field(default_factory=list)
    continues: list[Outcome] = field(default_factory=list)


@dataclass(slots=True)
class Activation:
    """A running function (or the module): its scope, its place, what it has returned so far."""

    frame: Frame
    scope: Scope
    function: Function | None = None
    owner: Class | None = None
    receiver: Value | None = None
    no_gradient: bool = False
    loops: list[Loop] = field(default_factory=list)
    returned: list[Value] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)
    exits: list[Outcome] = field(default_factory=list)


class Machine:
    """Interprets one module; `trace` holds the events."""

    def __init__(self, module: cst.Module) -> None:
        self.module = module
        self.trace = Trace(module)
        self.store = Store()
        self.globals = Scope(Cells(), None)
        self.active = Activation(Frame("", node=module, entry=False), self.globals)
        self.stack: list[Activation] = []
        self.statement: cst.CSTNode = module
        self.dry = 0
        """Above 0 while a loop body is tried out: no events are recorded."""
        self.numbers: dict[object, int] = {}
        self.fresh_numbers = itertools.count(1)
        self.runs: dict[tuple[int, bool], int] = {}
        self.memo: dict[object, Value] = {}
        self.interpreted: set[int] = set()
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.instances: dict[int, Value] = {}
        self.attributes = Cells(heap=True)
        """Attributes set on things that are no objects of the file, by value number and name."""
        self.imported: set[str] = set()
        """Names of the frameworks that the file imports."""

    # values without an event

    def number(self, op: Op, operands: Sequence[Value], options: Mapping[str, Value]) -> int:
        """The value number of an operation; a fresh one if two runs of it may differ."""
        if op in SAME_ELEMENTS and operands:
            return operands[0].number
        if op in FRESH:
            return next(self.fresh_numbers)
        key = (op, tuple(v.number for v in operands), tuple((name, v.number) for name, v in sorted(options.items())))
        return self.numbers.setdefault(key, next(self.fresh_numbers))

    def constant(self, value: object) -> Value:
        """A literal of the program."""
        key = ("constant", type(value), value)
        number = self.numbers.setdefault(key, next(self.fresh_numbers))
        kind, bounds, dtype = _constant_kind(value)
        made_by = Operation(Op.CONSTANT, number=number)
        return Value(kind, made_by, bounds, dtype, known=kind.scalar, payload=Constant(value))

    def thing(self, kind: Kind, payload: object, op: Op = Op.CONSTANT) -> Value:
        """A Value that is no number: a function, a container, a layer."""
        return Value(kind, Operation(op, number=next(self.fresh_numbers)), payload=payload)

    def dotted(self, name: str) -> Value:
        """Something outside the file, by its dotted name."""
        number = self.numbers.setdefault(("dotted", name), next(self.fresh_numbers))
        return Value(Kind.MODULE, Operation(Op.CONSTANT, number=number), payload=Dotted(name))

    def unknown(self, *operands: Value, op: Op = Op.OPAQUE, kind: Kind = Kind.UNKNOWN) -> Value:
        """A value of which nothing is known but what it came from."""
        made_by = Operation(op, operands, number=next(self.fresh_numbers), framework=framework_of(operands))
        gradient = any(v.gradient for v in operands) and not self.active.no_gradient
        return Value(kind, made_by, EVERYTHING, gradient=gradient)

    def argument(self, kind: Kind = Kind.UNKNOWN, default: Value | None = None, framework: str = "") -> Value:
        """A parameter that no caller in the file supplies."""
        operands = () if default is None else (default,)
        made_by = Operation(Op.ARGUMENT, operands, number=next(self.fresh_numbers), framework=framework)
        if default is not None and default.kind in (Kind.NUMBER, Kind.INTEGER):
            return replace(default, made_by=made_by)
        gradient = kind in (Kind.TENSOR, Kind.UNKNOWN) and framework not in WITHOUT_GRADIENTS
        return Value(kind, made_by, EVERYTHING, gradient=gradient)

    def join(self, values: Sequence[Value]) -> Value:
        """The value that is one of `values`."""
        distinct = _distinct(values)
        if len(distinct) == 1:
            return distinct[0]
        bounds = NOTHING
        for value in distinct:
            bounds = bounds.join(value.range)
        dtype = distinct[0].dtype
        for value in distinct[1:]:
            dtype = dtypes.join(dtype, value.dtype)
        made_by = Operation(
            Op.JOIN, tuple(distinct[:MAX_JOINED]), number=next(self.fresh_numbers), framework=framework_of(distinct)
        )
        return Value(
            _joined_kind(distinct),
            made_by,
            bounds,
            dtype,
            known=all(v.known for v in distinct),
            may_nan=any(v.may_nan for v in distinct),
            gradient=any(v.gradient for v in distinct),
            payload=self._joined_payload(distinct),
        )

    def _joined_payload(self, values: Sequence[Value]) -> object:
        first = values[0].payload
        if isinstance(first, Elements):
            tuples = [v.payload.items for v in values if isinstance(v.payload, Elements)]
            exact = all(isinstance(v.payload, Elements) and v.payload.exact for v in values)
            if len(tuples) == len(values) and exact and len({len(items) for items in tuples}) == 1:
                return Elements(tuple(self.join(column) for column in zip(*tuples, strict=True)))
            merged = _distinct([item for items in tuples for item in items])
            return Elements(tuple(merged[:MAX_JOINED]), exact=False)
        if isinstance(first, Entries):
            maps = [v.payload.items for v in values if isinstance(v.payload, Entries)]
            keys = dict.fromkeys(key for items in maps for key in items)
            joined = {key: self.join([items[key] for items in maps if key in items]) for key in keys}
            return Entries(joined, exact=all(set(items) == set(keys) for items in maps) and len(maps) == len(values))
        return None

    def remade(self, value: Value, made_by: Operation) -> Value:
        """The value under another description of the operation that made it."""
        self.trace.rename(value.made_by, made_by)
        return replace(value, made_by=made_by)

    def as_array(self, value: Value, framework: str) -> Value:
        """An unknown value that is used as an array of the framework."""
        self.store.learn({value.number: Fact(kind=Kind.TENSOR)})
        made_by = value.made_by
        named = value if made_by.framework else self.remade(value, replace(made_by, framework=framework))
        return replace(named, kind=Kind.TENSOR)

    def widen(self, before: Value, after: Value) -> Value:
        """What a name holds at the head of a loop whose body turns `before` into `after`."""
        if before.same(after):
            return before
        joined = self.join([before, after])
        return replace(joined, range=before.range.widen(joined.range))

    # operations

    def record(
        self,
        op: Op,
        operands: Sequence[Value],
        node: cst.CSTNode,
        *,
        options: Mapping[str, Value] | None = None,
        operand_nodes: Sequence[cst.BaseExpression | None] = (),
        option_nodes: Mapping[str, cst.BaseExpression] | None = None,
        framework: str = "",
        kind: Kind = Kind.TENSOR,
        spelling: str = "",
        payload: object = None,
        default_float: Dtype = Dtype.FLOAT64,
        gradients: bool = True,
        trainable: bool = False,
    ) -> Value:
        """Performs an operation: computes its result, gives it a number and an event.

        gradients: the framework differentiates it; trainable: a gradient starts here, whatever the operands carry.
        """
        options = options or {}
        operands = tuple(narrow(value, self.store.facts) for value in operands)
        outcome = evaluate(op, operands, options, default_float)
        operation = Operation(op, operands, options, self.number(op, operands, options), framework)
        differentiable = gradients and not self.active.no_gradient and op not in NOT_DIFFERENTIABLE
        dtype = outcome.dtype or Dtype.UNKNOWN
        floating = dtype not in (Dtype.INTEGER, Dtype.BOOLEAN)
        if floating and kind is Kind.UNKNOWN and not framework:
            dtype = Dtype.UNKNOWN  # of which framework, and so of which dtype, nobody knows yet
        result = Value(
            kind,
            operation,
            outcome.range,
            dtype,
            known=bool(outcome.known),
            may_nan=bool(outcome.may_nan),
            gradient=differentiable and floating and (trainable or any(v.gradient for v in operands)),
            payload=payload,
        )
        if kind.scalar and payload is None and result.known and result.range.point is not None:
            result = replace(result, payload=Constant(_python_number(result.range.point, kind)))
        result = narrow(result, self.store.facts)
        self.note(operation, result, node, operand_nodes, option_nodes or {}, spelling)
        return result

    def note(
        self,
        operation: Operation,
        result: Value,
        node: cst.CSTNode,
        operand_nodes: Sequence[cst.BaseExpression | None] = (),
        option_nodes: Mapping[str, cst.BaseExpression] | None = None,
        spelling: str = "",
    ) -> None:
        """Adds the event to the trace, unless a loop body is only tried out."""
        if self.dry:
            return
        site = Site(
            node,
            self.statement,
            self.active.frame,
            self.visible_names(),
            tuple(operand_nodes),
            option_nodes or {},
            tuple(loop.node for loop in self.active.loops),
            self.active.no_gradient,
            spelling,
        )
        self.trace.add(Event(operation, result, site))

    def visible_names(self) -> Mapping[str, Value]:
        maps = []
        scope: Scope | None = self.active.scope
        while scope is not None:
            if not scope.is_class or scope is self.active.scope:
                maps.append(scope.cells.frozen())
            scope = scope.parent
        return ChainMap(*maps)

    # names

    def lookup(self, name: str) -> Value:
        """What a name holds: in its scope, the enclosing ones, the module; else a builtin."""
        scope: Scope | None = self.active.scope
        if name in self.active.scope.global_names:
            scope = self.globals
        first = True
        while scope is not None:
            if name in scope.cells and (first or not scope.is_class):
                return narrow(scope.cells[name], self.store.facts)
            first = first and scope.transparent
            scope = scope.parent
        return self.dotted("builtins." + name)

    def bind(self, name: str, value: Value) -> None:
        """Assigns to a name in the scope where Python would."""
        scope = self.active.scope
        if name in scope.global_names:
            scope = self.globals
        elif name in scope.nonlocal_names:
            scope = _defining_scope(scope, name)
        self.store.write(scope.cells, name, value)

    # dispatch

    def evaluate(self, node: cst.BaseExpression) -> Value:
        """The Value of an expression."""
        handler = EXPRESSIONS.get(type(node))
        return self.unknown() if handler is None else handler(self, node)

    def execute(self, node: cst.CSTNode) -> bool:
        """Interprets a statement; says whether control goes on behind it."""
        handler = STATEMENTS.get(type(node))
        return True if handler is None else handler(self, node)

    def execute_all(self, nodes: Sequence[cst.CSTNode]) -> bool:
        """A block; what stands behind a statement that never ends normally does not run."""
        for node in nodes:
            outer, self.statement = self.statement, node
            live = self.execute(node)
            self.statement = outer
            if not live:
                return False
        return True


# The key of a table is the type of its handler's node, which no type checker can express; hence Any.
EXPRESSIONS: dict[type[cst.CSTNode], Callable[[Machine, Any], Value]] = {}
STATEMENTS: dict[type[cst.CSTNode], Callable[[Machine, Any], bool]] = {}


def choices(value: Value) -> list[Value]:
    """What a joined value may be, nested joins opened, each once; None is left out. At most MAX_CHOICES.

    Empty for a value that is not joined.
    """
    if value.op is not Op.JOIN:
        return []
    found: dict[int, Value] = {}
    pending, seen = [value], set()
    while pending and len(found) < MAX_CHOICES:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        if current.op is Op.JOIN:
            pending.extend(reversed(current.made_by.operands))
        elif not current.is_none:
            found.setdefault(id(current.made_by), current)
    return list(found.values())


def framework_of(values: Sequence[Value]) -> str:
    """The framework of the first operand that has one."""
    for value in values:
        if value.made_by.framework:
            return value.made_by.framework
    return ""


def _distinct(values: Sequence[Value]) -> list[Value]:
    """Each number once; equal numbers with different ranges are joined into one."""
    kept: dict[int, Value] = {}
    for value in values:
        before = kept.get(value.number)
        if before is None:
            kept[value.number] = value
        elif before.range != value.range:
            kept[value.number] = replace(before, range=before.range.join(value.range))
    return list(kept.values())


def _joined_kind(values: Sequence[Value]) -> Kind:
    kinds = {value.kind for value in values if not value.is_none}
    if len(kinds) == 1:
        return kinds.pop()
    if Kind.TENSOR in kinds and all(kind.numeric for kind in kinds):
        return Kind.TENSOR
    if kinds and all(kind.scalar for kind in kinds):
        return Kind.NUMBER
    return Kind.UNKNOWN


def _constant_kind(value: object) -> tuple[Kind, Interval, Dtype]:
    if isinstance(value, bool):
        return Kind.BOOLEAN, point(float(value)), Dtype.BOOLEAN
    if isinstance(value, int):
        number = float(value) if abs(value) < 2**1000 else float("inf") * (1 if value > 0 else -1)
        return Kind.INTEGER, point(number), Dtype.INTEGER
    if isinstance(value, float):
        return Kind.NUMBER, EVERYTHING if value != value else point(value), Dtype.FLOAT64
    if value is None:
        return Kind.NONE, EVERYTHING, Dtype.UNKNOWN
    if isinstance(value, (str, bytes)):
        return Kind.STRING, EVERYTHING, Dtype.UNKNOWN
    return Kind.UNKNOWN, EVERYTHING, Dtype.UNKNOWN


def _python_number(x: float, kind: Kind) -> object:
    if kind is Kind.BOOLEAN:
        return bool(x)
    if kind is Kind.INTEGER and x == x and abs(x) != float("inf"):
        return int(x)
    return x


def _defining_scope(scope: Scope, name: str) -> Scope:
    outer = scope.parent
    while outer is not None:
        if name in outer.cells and not outer.is_class:
            return outer
        outer = outer.parent
    return scope
