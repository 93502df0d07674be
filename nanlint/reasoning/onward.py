"""What takes a layer's outputs, or what sums and activations make of them."""

from __future__ import annotations

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Trace
from nanlint.reasoning.origins import SAME_ELEMENTS

PASSING = SAME_ELEMENTS | {Op.ADD, Op.NEGATIVE, Op.MATMUL, Op.SUBTRACT, Op.RELU, Op.LEAKY_RELU, Op.DROPOUT}
STANDARDISING = frozenset({Op.STANDARDIZE, Op.NORMALIZE})


def reaches(value: Value, ops: frozenset[Op], trace: Trace, steps: int = 6, passing: frozenset[Op] = PASSING) -> bool:
    """One of these operations takes the value, or what sums and activations make of it."""
    for use in trace.uses(value) if steps else ():
        if use.op in ops or (use.op in passing and reaches(use.result, ops, trace, steps - 1, passing)):
            return True
    return False


def standardised(value: Value, trace: Trace) -> bool:
    """A normalisation follows, behind which the size of the value is gone."""
    return reaches(value, STANDARDISING, trace)
