"""Softmax and sigmoid, however they are written."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event
from nanlint.ops.relations import axis_of, reduction, same_axis
from nanlint.reasoning.formulas import exponential, halved, negated, one_plus, quotient, reciprocal, unguarded
from nanlint.reasoning.origins import SAME_ELEMENTS
from nanlint.reasoning.terms import PLAIN, Term
from nanlint.reasoning.texts import code


class Form(enum.Enum):
    """Which function makes the probability."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True)
class Probability:
    """softmax(x) or sigmoid(x), of -x where `flipped`; made by an event of the trace.

    total: the sum of a softmax that is written out, None where a function makes it.
    """

    form: Form
    logits: Term
    made: Event | None
    flipped: bool = False
    total: Event | None = None
    aligned: bool = True
    """The quotient divides along the axis of the sum."""
    through_tanh: bool = False
    """(1 + tanh(x / 2)) / 2, which rounds to 0 long before a sigmoid does."""


def probability(term: Term) -> Probability | None:
    """What makes the term a probability, if a softmax or a sigmoid of something does."""
    term = term.behind(SAME_ELEMENTS)
    if term.op in (Op.SOFTMAX, Op.SOFTMIN):
        return Probability(Form.SOFTMAX, term.operand(), term.origin, term.op is Op.SOFTMIN)
    if term.op is Op.SIGMOID:
        return Probability(Form.SIGMOID, term.operand(), term.origin)
    if term.op is Op.WHERE and len(term.value.made_by.operands) == 3:
        return _split(term)
    return logistic(term) or _through_tanh(term) or _share(term)


def _split(term: Term) -> Probability | None:
    """`where(x >= 0, 1 / (1 + exp(-x)), exp(x) / (1 + exp(x)))`: both branches are one sigmoid."""
    first, second = probability(term.operand(1)), probability(term.operand(2))
    if first is None or second is None or first.form is not Form.SIGMOID or second.form is not Form.SIGMOID:
        return None
    same = first.flipped == second.flipped and first.logits.same(second.logits)
    return first if same or (first.flipped != second.flipped and _opposite(first, second)) else None


def _opposite(first: Probability, second: Probability) -> bool:
    inner = negated(first.logits) or negated(second.logits)
    return inner is not None and (inner.same(first.logits) or inner.same(second.logits))


def logistic(term: Term) -> Probability | None:
    """1 / (1 + exp(-x)), exp(x) / (1 + exp(x))."""
    if (below := reciprocal(term)) is not None:
        grown = one_plus(below)
        x = None if grown is None else exponential(grown)
        return None if x is None else Probability(Form.SIGMOID, x, term.origin, flipped=True)
    parts = quotient(term)
    x = None if parts is None else exponential(parts[0])
    if parts is None or x is None:
        return None
    grown = one_plus(parts[1])
    y = None if grown is None else exponential(grown)
    return Probability(Form.SIGMOID, x, term.origin) if y is not None and x.same(y) else None


def _through_tanh(term: Term) -> Probability | None:
    """(1 + tanh(x / 2)) / 2."""
    doubled = halved(term)
    slope = None if doubled is None else one_plus(doubled)
    tanh = None if slope is None else slope.behind(PLAIN)
    x = halved(tanh.operand()) if tanh is not None and tanh.op is Op.TANH else None
    return None if x is None else Probability(Form.SIGMOID, x, term.origin, through_tanh=True)


def _share(term: Term) -> Probability | None:
    """exp(x) / sum(exp(x)), of z where x is z - max(z)."""
    found = share(term)
    if found is None or found.guarded:
        return None
    logits = unshifted(found.x, found.total)
    return Probability(Form.SOFTMAX, logits, term.origin, total=found.total, aligned=found.aligned)


@dataclass(frozen=True, slots=True)
class Share:
    """exp(x) / sum(exp(x)); `guarded` by an epsilon beside the sum."""

    x: Term
    total: Event
    aligned: bool
    """The quotient divides along the axis of the sum."""
    guarded: bool


def share(term: Term) -> Share | None:
    """The quotient of an exponential and its sum."""
    parts = quotient(term)
    if parts is None:
        return None
    divisor, guard = unguarded(parts[1].behind(SAME_ELEMENTS))
    above, below = parts[0].behind(PLAIN), divisor.behind(SAME_ELEMENTS)
    x, total = exponential(above), below.origin
    if x is None or below.op is not Op.SUM or total is None or not above.same(below.operand()):
        return None
    return Share(x, total, aligned(total, below.links[len(parts[1].links) :]), guard is not None)


def unshifted(x: Term, total: Event) -> Term:
    """z of z - max(z), if the maximum is the same for all that the softmax divides."""
    if x.op is not Op.SUBTRACT:
        return x
    logits, highest = x.operand(0), x.operand(1)
    of, along = reduction(highest.value, Op.REDUCE_MAX), axis_of(highest.value)
    if of is None or not of.same(logits.value) or not (along is None or same_axis(along, axis_of(total.result))):
        return x
    return logits


def aligned(total: Event, links: Sequence[Event | None]) -> bool:
    """What is divided by the sum, reshaped by `links`, is divided along the sum's axis.

    The axis is kept, or put back by `unsqueeze(d)` or `[:, None]`, or the first, or there is none.
    """
    axis, kept = total.options.get("axis"), total.options.get("keepdim")
    if len(links) == 1 and links[0] is not None and axis is not None:
        return axis.constant is not None and _inserted(links[0]) == axis.constant
    if links:
        return False
    if axis is None or axis.is_none or axis.constant == 0:
        return True
    return kept is not None and kept.constant is True


def _inserted(event: Event) -> object:
    """The position at which the event puts a new axis; None if it does something else."""
    if event.op is Op.RESHAPE and event.site.spelling.rpartition(".")[2] in ("unsqueeze", "expand_dims"):
        axis = event.options.get("axis")
        return None if axis is None else axis.constant
    if not isinstance(event.node, cst.Subscript):
        return None
    *before, last = ("".join(code(part.slice).split()) for part in event.node.slice)
    if last not in ("None", "np.newaxis", "numpy.newaxis"):
        return None
    return -1 if before == ["..."] else len(before) if all(part == ":" for part in before) else None
