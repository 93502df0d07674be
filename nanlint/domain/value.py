"""What the interpreter knows about an expression, and the operation that made it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import field, replace
from types import MappingProxyType

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.records import equal_record, record
from nanlint.domain.vocabulary import Op


class Kind(enum.Enum):
    """What an expression evaluates to."""

    __hash__ = object.__hash__  # as in Op

    TENSOR = "tensor"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    NONE = "None"
    STRING = "string"
    PATH = "path"
    SEQUENCE = "sequence"
    MAPPING = "mapping"
    LAYER = "layer"
    OPTIMIZER = "optimizer"
    LOSS = "loss"
    SCALER = "scaler"
    TRAINER = "trainer"
    MODEL = "model"
    DATASET = "dataset"
    DISTRIBUTION = "distribution"
    GENERATOR = "generator"
    TAPE = "tape"
    SESSION = "session"
    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"
    OBJECT = "object"
    UNKNOWN = "unknown"

    def __init__(self, word: str) -> None:
        self.scalar = word in ("number", "integer", "boolean")
        """A Python number: its poles raise an exception instead of giving NaN."""
        self.numeric = self.scalar or word == "tensor"


@record
class Operation:
    """One interpreted operation.

    `number` is its value number: two operations with the same number compute the same value.
    `framework` is the name of the table that spelled it, "" for plain Python.
    """

    op: Op
    operands: tuple[Value, ...] = ()
    options: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    number: int = -1
    framework: str = ""

    @property
    def x(self) -> Value:
        """The first operand."""
        return self.operands[0]

    @property
    def y(self) -> Value:
        """The second operand."""
        return self.operands[1]


@record
class Value:
    """What holds for every element of an expression at one point of the program.

    range: closed interval that holds every element, unless it is NaN
    known: the ends of the range are reached as far as the producers tell; what separates proof from ignorance
    gradient: a gradient can flow through it
    payload: what is not a number: a constant, a dotted name, a layer, a class, elements of a container
    """

    kind: Kind
    made_by: Operation
    range: Interval = EVERYTHING
    dtype: Dtype = Dtype.UNKNOWN
    known: bool = False
    may_nan: bool = False
    gradient: bool = False
    payload: object = None

    @property
    def op(self) -> Op:
        return self.made_by.op

    @property
    def number(self) -> int:
        """Value number: equal numbers, equal values."""
        return self.made_by.number

    @property
    def constant(self) -> object:
        """The Python constant it surely is, or None (also for None itself)."""
        return self.payload.value if isinstance(self.payload, Constant) else None

    @property
    def is_none(self) -> bool:
        return self.kind is Kind.NONE

    def same(self, other: Value) -> bool:
        """Both are the result of the same computation."""
        return self.made_by is other.made_by or (self.number == other.number and self.number >= 0)

    def within(self, bounds: Interval) -> Value:
        """The same value, known to lie in `bounds` as well; a contradiction changes nothing."""
        met = self.range.meet(bounds)
        if self.kind is Kind.INTEGER or self.dtype is Dtype.INTEGER:
            met = met.integers()
        return self if met == self.range or met.empty else replace(self, range=met)


@equal_record
class Constant:
    """Payload of a literal: int, float, bool, str, bytes, None, Ellipsis."""

    value: object
