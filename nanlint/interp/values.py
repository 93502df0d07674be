"""Making Values: value numbers, constants, joins. No state but the numbers given out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nanlint.domain import dtypes
from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, NOTHING, Interval, point
from nanlint.domain.value import Constant, Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.registry import FRAMEWORKS, canonical
from nanlint.interp.objects import Dotted, Elements, Entries
from nanlint.interp.told import Told

FRESH = frozenset(
    {
        Op.OPAQUE, Op.ARGUMENT, Op.JOIN, Op.STORE, Op.ITERATE, Op.READ, Op.WEIGHT, Op.UNIFORM, Op.NORMAL,
        Op.RANDOM_INTEGER, Op.EMPTY, Op.DROPOUT, Op.GUMBEL_SOFTMAX, Op.SAMPLE, Op.LINEAR, Op.RECURRENT,
        Op.ATTENTION, Op.OPTIMIZER, Op.GRAD_SCALER, Op.DISTRIBUTION, Op.TRAINER,
    }
)  # fmt: skip
"""Operations of which two runs may give two values."""
WITHOUT_GRADIENTS = frozenset(table.name for table in FRAMEWORKS if not table.gradients)
SEVERAL = frozenset({Op.ARGMAX, Op.SELECT})
"""Operations that stand for several functions: argmax and argmin, kthvalue and topk."""
SAME_ELEMENTS = frozenset({Op.DETACH, Op.ITEM, Op.COPY})
"""Operations whose result has its operand's value number."""
MAX_CHOICES = 12  # alternatives of a joined callable or object that are interpreted one by one
MAX_JOINED = 24  # alternatives kept in the provenance of one join


class Values:
    """Makes Values and numbers them: equal numbers, equal values."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.numbers: dict[object, int] = {}
        self._literals: dict[tuple[type, object], tuple[int, Kind, Interval, Dtype]] = {}
        self.fresh_numbers = itertools.count(1)

    def number(self, op: Op, operands: Sequence[Value], options: Mapping[str, Value], spelling: str = "") -> int:
        """The value number of an operation; a fresh one if two runs of it may differ."""
        if op in SAME_ELEMENTS and operands:
            return operands[0].number
        if op in FRESH:
            return next(self.fresh_numbers)
        told = tuple((name, value.number) for name, value in sorted(options.items())) if options else ()
        function = spelling.rpartition(".")[2] if op in SEVERAL else ""
        key = (op, function, tuple(value.number for value in operands), told)
        return self.numbers.setdefault(key, next(self.fresh_numbers))

    def constant(self, value: object) -> Value:
        """A literal of the program."""
        key = type(value), value
        known = self._literals.get(key)
        if known is None:
            known = self._literals[key] = next(self.fresh_numbers), *_constant_kind(value)
        number, kind, bounds, dtype = known
        made_by = Operation(Op.CONSTANT, number=number)
        return Value(kind, made_by, bounds, dtype, known=kind.scalar, payload=Constant(value))

    def thing(self, kind: Kind, payload: object, op: Op = Op.CONSTANT) -> Value:
        """A Value that is no number: a function, a container, a layer."""
        return Value(kind, Operation(op, number=next(self.fresh_numbers)), payload=payload)

    def dotted(self, name: str) -> Value:
        """Something outside the file, by its dotted name, however the file writes it."""
        name = canonical(self.told.meant(name))
        number = self.numbers.setdefault(("dotted", name), next(self.fresh_numbers))
        return Value(Kind.MODULE, Operation(Op.CONSTANT, number=number), payload=Dotted(name))

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
            return Elements(self._merged(tuples), exact=False)
        if isinstance(first, Entries):
            maps = [v.payload.items for v in values if isinstance(v.payload, Entries)]
            keys = dict.fromkeys(key for items in maps for key in items)
            joined = {key: self.join([items[key] for items in maps if key in items]) for key in keys}
            entries = [v.payload for v in values if isinstance(v.payload, Entries)]
            rest = [e.rest for e in entries if e.rest is not None]
            same = all(set(items) == set(keys) for items in maps) and len(maps) == len(values)
            return Entries(joined, same and all(e.exact for e in entries), self.join(rest) if rest else None)
        return None

    def _merged(self, ways: Sequence[tuple[Value, ...]]) -> tuple[Value, ...]:
        """What any of the sequences has before its end, and behind it the end of one of them."""
        before = _distinct([item for items in ways for item in items[:-1]])
        ends = [items[-1] for items in ways if items]
        return (*before[: MAX_JOINED - 1], self.join(ends)) if ends else ()

    def widen(self, before: Value, after: Value) -> Value:
        """What a name holds at the head of a loop whose body turns `before` into `after`."""
        if before.same(after):
            return before
        joined = self.join([before, after])
        return replace(joined, range=before.range.widen(joined.range))


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
    """That of the first operand that has one; arrays that are differentiated come before those that are not."""
    found = ""
    for value in values:
        name = value.made_by.framework
        if name and value.kind is Kind.TENSOR and name not in WITHOUT_GRADIENTS:
            return name
        found = found or name
    return found


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


def python_number(x: float, kind: Kind) -> object:
    if kind is Kind.BOOLEAN:
        return bool(x)
    if kind is Kind.INTEGER and x == x and abs(x) != float("inf"):
        return int(x)
    return x
