"""Expressions over canonical operations, numbered as an interpreter would number them."""

from __future__ import annotations

import itertools

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.ops import evaluate
from tests.numerics.sampling import scalar

Operand = Value | float


class Builder:
    """Applies operations; the same operation on the same operands has the same value number."""

    def __init__(self, dtype: Dtype = Dtype.FLOAT32) -> None:
        self.dtype = dtype
        self._numbers: dict[object, int] = {}
        self._fresh = itertools.count(1_000_000)
        self._constants: dict[float | str, Value] = {}

    def array(self, bounds: Interval = EVERYTHING, known: bool = False) -> Value:
        return Value(Kind.TENSOR, Operation(Op.OPAQUE, number=next(self._fresh)), bounds, self.dtype, known)

    def do(self, op: Op, *given: Operand, **named: Operand | str) -> Value:
        operands = tuple(self._value(x) for x in given)
        options = {name: self._value(x) for name, x in named.items()}
        key = (op, tuple(v.number for v in operands), tuple((name, v.number) for name, v in options.items()))
        number = self._numbers.setdefault(key, next(self._fresh))
        outcome = evaluate(op, operands, options, self.dtype)
        return Value(
            Kind.TENSOR,
            Operation(op, operands, options, number),
            outcome.range,
            outcome.dtype or Dtype.UNKNOWN,
            known=bool(outcome.known),
            may_nan=bool(outcome.may_nan),
        )

    def _value(self, x: Operand | str) -> Value:
        return x if isinstance(x, Value) else self._constants.setdefault(x, scalar(x))
