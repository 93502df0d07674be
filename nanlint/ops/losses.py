"""Losses and distributions: what is never negative, and what nothing bounds."""

from __future__ import annotations

from nanlint.domain.interval import EVERYTHING, NON_NEGATIVE, UNIT
from nanlint.domain.vocabulary import Op
from nanlint.ops.forms import fixed, unbounded
from nanlint.ops.model import Application, Outcome, Typing, operation

# of probabilities it is the same sum; they are clipped before the logarithm
for _op in (Op.CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY, Op.SQUARED_ERROR, Op.ABSOLUTE_ERROR, Op.CTC_LOSS):
    fixed(_op, NON_NEGATIVE, known=False)


def _binary_cross_entropy(a: Application) -> Outcome:
    """Negative only for targets outside [0, 1]."""
    unit = len(a.ranges) < 2 or not a.operands[1].known or a.y.inside(UNIT.lo, UNIT.hi)
    return Outcome(NON_NEGATIVE if unit else EVERYTHING, known=False)


operation(Op.BINARY_CROSS_ENTROPY, typing=Typing.FLOAT)(_binary_cross_entropy)
operation(Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, typing=Typing.FLOAT)(_binary_cross_entropy)


@operation(Op.NLL_LOSS, typing=Typing.FLOAT)
def negative_log_likelihood(a: Application) -> Outcome:
    """Minus the log-probability of the target."""
    return Outcome(NON_NEGATIVE if a.x.hi <= 0.0 else EVERYTHING, known=False)


unbounded(Op.KL_DIVERGENCE, Op.POISSON_NLL, Op.GAUSSIAN_NLL, Op.OTHER_LOSS)
unbounded(Op.CTC_LOSS_WITH_LOGITS, Op.PROBABILITY_CTC_LOSS)  # -6e-9 where every frame is certain
unbounded(Op.LOG_PROB, Op.SAMPLE, arity=0)
