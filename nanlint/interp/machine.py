"""The interpreter's state, and the one place where operations get their results, numbers and events.

Expressions, statements and calls are interpreted by functions in the sibling modules, dispatched on the node's type.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING
from nanlint.domain.value import Constant, Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS
from nanlint.interp.activation import Activation
from nanlint.interp.arguments import Arguments
from nanlint.interp.autocast import as_taken
from nanlint.interp.counting import counted
from nanlint.interp.library import Library
from nanlint.interp.meeting import met
from nanlint.interp.namespace import Namespace
from nanlint.interp.objects import Cells, Class, Compiled, Function, Scope
from nanlint.interp.signatures import fitting
from nanlint.interp.store import Fact, Store, narrow
from nanlint.interp.told import NOTHING_TOLD, Told
from nanlint.interp.trace import Event, Frame, Site, Trace
from nanlint.interp.values import WITHOUT_GRADIENTS, Values, choices, framework_of, python_number
from nanlint.ops.evaluate import evaluate
from nanlint.ops.model import flushed

NOT_DIFFERENTIABLE = frozenset(
    {Op.DETACH, Op.ITEM, Op.LIKE, Op.ARGMAX, Op.NONZERO, Op.SIGN, Op.FLOOR, Op.CEIL, Op.ROUND, Op.ONE_HOT,
     Op.COUNT_NONZERO, Op.LENGTH, Op.FLOOR_DIVIDE, Op.SAMPLE}
)  # fmt: skip

WRITTEN = ("src", "source", "value", "values")
"""Options of a call that writes into an array: what it writes there."""
FLUSHING = frozenset(table.name for table in FRAMEWORKS if table.flushes)

MAX_DEPTH = 10  # activations on the stack
MAX_RUNS = 24  # interpretations of one function; beyond it a call is opaque
MAX_RUNS_AWAY = 6  # the same for a function of another file, which may be one of hundreds
MAX_VISITS = 150  # activations of other files' functions in all


class Machine(Values):
    """Interprets one module, `home`; `trace` holds the events."""

    def __init__(
        self, module: cst.Module, home: str = "", library: Library | None = None, told: Told = NOTHING_TOLD
    ) -> None:
        super().__init__(told)
        self.module = module
        self.home = home
        self.library = library
        self.trace = Trace(module, library=library)
        self.store = Store()
        self.globals = Scope(Cells(), None, path=home)
        self.modules: dict[str, Scope | None] = {home: self.globals}
        """The names of each file that was looked into, by path; None for one that cannot be."""
        self.importing = 0
        """Above 0 while another module's body runs: its operations are known, not reported."""
        self.visits = 0
        """Activations of other files' functions up to now."""
        self.active = Activation(Frame("", node=module, entry=False, path=home), self.globals)
        self.stack: list[Activation] = []
        self.statement: cst.CSTNode = module
        self.namespace = Namespace()
        """The names that the last recorded operation saw."""
        self.dry = 0
        """Above 0 while a loop body is tried out: no events are recorded."""
        self.differentiating = 0
        """Above 0 while a function runs whose gradient is wanted."""
        self.held_constant: frozenset[int] = frozenset()
        """The scopes around that function: what it takes from there is no argument, so no gradient flows into it."""
        self.own_gradients: dict[int, bool] = {}
        """Functions that say what their gradient is, by node; whether they give its function beside their value."""
        self.runs: dict[tuple[int, bool], int] = {}
        self.memo: dict[object, Value] = {}
        self.interpreted: set[int] = set()
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.instances: dict[int, Value] = {}
        self.default_float = Dtype.FLOAT64 if told.double else Dtype.FLOAT32
        """Of new arrays in a framework that computes in float32 by default."""
        self.layer_floats: dict[str, Dtype] = {}
        """In what the layers of a framework compute by a policy that was set."""
        self.attributes = Cells(heap=True)
        """Attributes set on things that are no objects of the file, by value number and name."""
        self.unfitted: dict[int, tuple[Value, Compiled]] = {}
        """Models that have a loss and were not fitted yet, by value number."""
        self.chosen: dict[int, dict[tuple[frozenset[object] | None, bool], dict[int | tuple[int, int], Fact]]] = {}
        """By what a test asked about, and by its answer: which of two values a name holds since."""
        self.feeds: dict[int, list[Value]] = {}
        """What a session of this run gives to the placeholders that a call makes, by the call's node."""
        self.fed: dict[int, list[Value]] = {}
        """What the run before found to be given to them."""
        self.imports: dict[str, set[str]] = {}
        """Names of the frameworks that a file imports, by path."""

    @property
    def imported(self) -> set[str]:
        """The frameworks that the file imports whose code runs."""
        return self.imports.setdefault(self.active.scope.path, set())

    @contextlib.contextmanager
    def elsewhere(self, activation: Activation, tree: cst.Module) -> Iterator[None]:
        """The body of another module runs, once, whatever branch or loop the name that wants it stands in."""
        state = self.active, self.statement, self.store, self.memo, self.dry
        self.stack.append(self.active)
        self.active, self.statement, self.store, self.memo, self.dry = activation, tree, Store(), {}, 0
        self.importing += 1
        self.trace.trees[activation.scope.path] = tree
        yield
        self.importing -= 1
        self.active, self.statement, self.store, self.memo, self.dry = state
        self.stack.pop()

    # values without an event

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
        possible = {framework} if framework else self.imported
        gradient = kind in (Kind.TENSOR, Kind.UNKNOWN) and not possible <= WITHOUT_GRADIENTS
        return Value(kind, made_by, EVERYTHING, gradient=gradient)

    def remade(self, value: Value, made_by: Operation) -> Value:
        """The value under another description of the operation that made it."""
        self.trace.rename(value.made_by, made_by)
        return replace(value, made_by=made_by)

    def as_array(self, value: Value, framework: str) -> Value:
        """An unknown value that is used as an array of the framework."""
        made_by = value.made_by
        named = value if made_by.framework else self.remade(value, replace(made_by, framework=framework))
        known = None if framework in WITHOUT_GRADIENTS else named.made_by
        self.store.learn({value.number: Fact(kind=Kind.TENSOR, made_by=known)})
        return replace(named, kind=Kind.TENSOR)

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
        in_place: bool = False,
    ) -> Value:
        """Performs an operation: computes its result, gives it a number and an event.

        gradients: the framework differentiates it; trainable: a gradient starts here, whatever the operands carry.
        """
        options = options or {}
        facts = self.store.facts
        operands = tuple([narrow(value, facts) for value in operands] if facts else operands)
        region = self.active.autocast
        if region is not None and op in region.rules.low and not framework:
            framework, kind = region.framework, Kind.TENSOR  # a product of matrices
        if region is not None and region.framework == framework and kind is Kind.TENSOR:
            operands = as_taken(region, op, operands, spelling)
        if default_float is Dtype.FLOAT32:
            default_float = self.default_float
        taken = operands
        if kind is Kind.TENSOR and "dtype" not in options:
            taken = met(op, operands, framework, self.default_float)
        outcome = evaluate(op, taken, options, default_float if default_float.floating else Dtype.FLOAT32)
        operation = Operation(op, operands, options, self.number(op, operands, options, spelling), framework)
        differentiable = gradients and not self.active.no_gradient and op not in NOT_DIFFERENTIABLE
        flowing = () if op is Op.FULL and not in_place else operands  # `x.new_ones(n)` takes only the type from x
        if op is Op.OPAQUE:
            flowing = (*operands, *(options[name] for name in WRITTEN if name in options))
        dtype = outcome.dtype or Dtype.UNKNOWN
        floating = dtype not in (Dtype.INTEGER, Dtype.BOOLEAN)
        if floating and kind is Kind.UNKNOWN and not framework:
            dtype = Dtype.UNKNOWN  # of which framework, and so of which dtype, nobody knows yet
        result = Value(
            kind,
            operation,
            flushed(outcome.range, dtype) if framework in FLUSHING else outcome.range,
            dtype,
            known=bool(outcome.known),
            may_nan=bool(outcome.may_nan),
            gradient=differentiable and floating and (trainable or any(v.gradient for v in flowing)),
            payload=payload,
        )
        if kind.scalar and payload is None and result.known and result.range.point is not None:
            result = replace(result, payload=Constant(python_number(result.range.point, kind)))
        if facts:
            result = narrow(counted(result, facts), facts)
        self.note(operation, result, node, operand_nodes, option_nodes or {}, spelling, in_place)
        return result

    def note(
        self,
        operation: Operation,
        result: Value,
        node: cst.CSTNode,
        operand_nodes: Sequence[cst.BaseExpression | None] = (),
        option_nodes: Mapping[str, cst.BaseExpression] | None = None,
        spelling: str = "",
        in_place: bool = False,
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
            autocast=self.active.autocast,
            facts=self.store.facts,
            in_place=in_place,
            dormant=self.active.dormant,
        )
        event = Event(operation, result, site)
        if self.importing:
            self.trace.add_behind(event)
        else:
            self.trace.add(event)

    def visible_names(self) -> Mapping[str, Value]:
        """What each name holds now; the same object as long as nothing is assigned."""
        snapshots = []
        scope: Scope | None = self.active.scope
        while scope is not None:
            if not scope.is_class or scope is self.active.scope:
                snapshots.append(scope.cells.frozen())
            scope = scope.parent
        self.namespace = self.namespace.of(*snapshots)
        return self.namespace

    # names

    def bind(self, name: str, value: Value) -> None:
        """Assigns to a name in the scope where Python would."""
        scope = self.active.scope
        if name in scope.global_names:
            scope = scope.module
        elif name in scope.nonlocal_names:
            scope = _defining_scope(scope, name)
        if scope is not self.active.scope or (scope.parent is None and name in scope.cells):
            self.store.heap_version += 1  # other functions see it
        self.store.write(scope.cells, name, value)

    # dispatch

    def evaluate(self, node: cst.BaseExpression) -> Value:
        """The Value of an expression."""
        handler = EXPRESSIONS.get(type(node))
        return self.unknown() if handler is None else handler(self, node)

    def call(self, callee: Value, given: Arguments, node: cst.Call) -> Value:
        """What calling the Value gives; of several callables, what any of them gives."""
        either = choices(callee)
        if either and any(choice.payload is not None for choice in either):
            return self.join([self.call(choice, given, node) for choice in fitting(either, given)])
        handler = CALLS.get(type(callee.payload), CALLS[type(None)])
        return handler(self, callee.payload, callee, given, node)

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


# The key of a table is the type of what its handler takes, which no type checker can express; hence Any.
CALLS: dict[type, Callable[[Machine, Any, Value, Arguments, cst.Call], Value]] = {}
"""By the type of the callee's payload, which the handler gets beside the callee."""
EXPRESSIONS: dict[type[cst.CSTNode], Callable[[Machine, Any], Value]] = {}
STATEMENTS: dict[type[cst.CSTNode], Callable[[Machine, Any], bool]] = {}


def _defining_scope(scope: Scope, name: str) -> Scope:
    outer = scope.parent
    while outer is not None:
        if name in outer.cells and not outer.is_class:
            return outer
        outer = outer.parent
    return scope
