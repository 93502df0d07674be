"""Logarithms of probabilities: which there are, how grave each is, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import point
from nanlint.domain.vocabulary import Op
from nanlint.findings import Level
from nanlint.frameworks import registry
from nanlint.interp.draws import weights_of
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import ZERO, dtype_of
from nanlint.reasoning.aftermath import selected
from nanlint.reasoning.choices import only_ranks
from nanlint.reasoning.context import differentiable, measures, quiet
from nanlint.reasoning.destinations import asked
from nanlint.reasoning.exponentials import is_similarity
from nanlint.reasoning.formulas import GUARD, Side, inside, negated, one_minus, unguarded
from nanlint.reasoning.origins import SAME_ELEMENTS, strip
from nanlint.reasoning.probabilities import Form, Probability, probability
from nanlint.reasoning.terms import Term, operand

LOGARITHMS = (Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P)
SOFTMAX_UNDERFLOW = {Dtype.FLOAT16: 17.3, Dtype.BFLOAT16: 93.0, Dtype.FLOAT32: 104.0, Dtype.FLOAT64: 745.0}
SIGMOID_ZERO = {Dtype.FLOAT16: -17.3, Dtype.BFLOAT16: -89.0, Dtype.FLOAT32: -88.7, Dtype.FLOAT64: -709.8}
FLUSHED = {Dtype.FLOAT16: 17.3, Dtype.BFLOAT16: 87.5, Dtype.FLOAT32: 87.4, Dtype.FLOAT64: 708.4}
"""From where on exp(-x) is 0 in frameworks that flush what is smaller than the smallest normal number."""
TANH_FORM = {Dtype.FLOAT16: 9.2, Dtype.BFLOAT16: 7.0, Dtype.FLOAT32: 20.0, Dtype.FLOAT64: 38.2}
"""Where (1 + tanh(x / 2)) / 2 is exactly 1, and at minus this exactly 0."""
SIGMOID_ONE = {Dtype.FLOAT16: 8.32, Dtype.BFLOAT16: 6.25, Dtype.FLOAT64: 37.5}


@dataclass(frozen=True, slots=True)
class Reading:
    """The logarithm of a probability p, or of 1 - p where `complement`.

    term: p, with what stands between it and the logarithm; bounded: an epsilon or a clamp is part of that;
    guarded: it is meant to keep the logarithm finite.
    """

    event: Event
    p: Probability
    term: Term
    complement: bool
    bounded: bool
    guarded: bool

    @property
    def flipped(self) -> bool:
        """It is the logarithm of sigmoid(-x)."""
        return self.p.flipped != self.complement


def effective(event: Event) -> bool:
    """A guard, or the range of what it is computed from, keeps the logarithm finite."""
    return not event.x.range.contains(-1.0 if event.op is Op.LOG1P else 0.0)


def readings(trace: Trace, form: Form) -> Iterator[Reading]:
    """The logarithms of such probabilities, each once."""
    for event in trace.of(*LOGARITHMS):
        reading = read(trace, event)
        if reading is not None and reading.p.form is form:
            yield reading


@dataclass(frozen=True, slots=True)
class Argument:
    """What a logarithm is taken of, as far as it is p or 1 - p; see Reading."""

    term: Term
    complement: bool
    bounded: bool
    guarded: bool


def arguments(trace: Trace, event: Event) -> Iterator[Argument]:
    """The p of log(p), log(1 - p), log1p(-p), on each way through the branches."""
    for term in operand(trace, event).alternatives():
        inner, outside = unguarded(term)
        low = Side.LOW in (outside or ())
        rest = negated(inner) if event.op is Op.LOG1P else one_minus(inner, GUARD)
        if rest is None:
            if event.op is not Op.LOG1P:
                yield Argument(inner.behind(SAME_ELEMENTS), False, outside is not None, low)
            continue
        slack = event.op is not Op.LOG1P and one_minus(inner) is None
        found, inside_one = unguarded(rest.behind(SAME_ELEMENTS))
        bounded = slack or outside is not None or inside_one is not None
        yield Argument(found.behind(SAME_ELEMENTS), True, bounded, slack or low or Side.HIGH in (inside_one or ()))


def read(trace: Trace, event: Event) -> Reading | None:
    """The event as the logarithm of a probability: of the one on the first of the ways through the branches."""
    for found in arguments(trace, event):
        p = probability(found.term)
        if p is not None and (p.form is Form.SIGMOID or not found.complement):
            return Reading(event, p, found.term, found.complement, found.bounded, found.guarded)
    return None


def _drawn_elsewhere(event: Event, trace: Trace) -> bool:
    """It is of chosen elements, and the file draws by the same probabilities: a policy, and the actions it took.

    What is drawn has a probability, which a few steps of training do not make 0.
    """
    chosen, value = False, event.x
    while value.op in SAME_ELEMENTS and value.made_by.operands:
        keys = [*value.made_by.operands[1:], *(key for name, key in value.made_by.options.items() if name == "index")]
        chosen = chosen or (value.op is Op.SELECT and any(not key.kind.scalar for key in keys))
        value = value.made_by.x
    made = trace.origin(value)
    if not chosen or made is None:
        return False
    drawn = (weights_of(draw.result) for draw in trace.of(Op.SAMPLE, Op.RANDOM_INTEGER))
    origins = (trace.origin(strip(weights)) for weights in drawn if weights is not None)
    return any(origin is not None and origin.node is made.node for origin in origins)


def level(reading: Reading) -> Level | None:
    """How grave; None where a bound keeps the logarithm finite and no gradient can fade, or a `where` leaves it out.

    A guard that rounding takes away is another rule's: what is wrong there is the guard.
    """
    event = reading.event
    if reading.guarded and not effective(event):
        return None
    if event.x.kind.scalar or registry.scalar(event.framework):
        return None if effective(event) else Level.STRICT
    if effective(event):
        fading = reading.guarded and _differentiated(event) and not quiet(event.site)
        return Level.NOTE if fading else None
    if _selected_away(reading) and not _differentiated(event):
        return None
    measured = measures(event.site) and not _differentiated(event)
    if quiet(event.site) or measured or only_ranks(event, reading.term.trace) or asked(event, reading.term.trace):
        return Level.NOTE  # inference and metrics: an infinite score ranks last, and no weight is lost
    if _drawn_elsewhere(event, reading.term.trace) or _published(reading):
        return Level.NOTE
    return Level.NOTE if is_similarity(reading.p.logits.value) or _divides(reading) else Level.ERROR


def _published(reading: Reading) -> bool:
    """A score of what a network has learnt, computed without it: classes hardly lie so far apart, nor do steps follow.

    A sigmoid is 1 from a logit of 16.6 on, which is near.
    """
    made = reading.p.made
    if reading.p.form is not Form.SOFTMAX or made is None:
        return False
    return registry.table(made.framework).gradients and not registry.table(reading.event.framework).gradients


def _differentiated(event: Event) -> bool:
    return event.x.gradient and differentiable(event.site)


def _selected_away(reading: Reading) -> bool:
    """A later `where` takes the logarithm only where it is finite."""
    event = reading.event
    edge = point(-1.0) if event.op is Op.LOG1P else ZERO
    return selected(event, reading.term.trace, 0, (edge,)) is not None


def _divides(reading: Reading) -> bool:
    """The probability itself is a divisor as well: at 0 the quotient is infinite, whatever the logarithm is."""
    made = reading.p.made
    if made is None or reading.complement:
        return False
    return any(
        use.op is Op.DIVIDE and strip(use.y).same(made.result) and use.site.frame is reading.event.site.frame
        for use in reading.term.trace.uses(made.result)
    )


def cause(reading: Reading) -> str:
    """Why the logarithm is not finite, with the number for its dtype."""
    made = reading.p.made or reading.event
    dtype = dtype_of(made.operation)
    flushed = FLUSHED.get(dtype) if registry.table(made.framework).flushes else None
    if reading.p.form is Form.SOFTMAX:
        gap = flushed or SOFTMAX_UNDERFLOW[dtype]
        return f"softmax is exactly 0 once a logit trails the largest by {gap:g}"
    if reading.p.through_tanh:
        end = TANH_FORM[dtype]
        return f"it is exactly {'1 at a logit of ' if reading.complement else '0 at a logit of -'}{end:g}"
    if reading.complement:
        return f"sigmoid is exactly 1 from a logit of {SIGMOID_ONE.get(dtype, 16.64):g} on"
    return f"sigmoid is exactly 0 at a logit of {-flushed if flushed else SIGMOID_ZERO[dtype]:g}"


def consequence(reading: Reading) -> str:
    if not _differentiated(reading.event) or asked(reading.event, reading.term.trace):
        return "the logarithm is -inf"
    if _selected_away(reading):
        return "the gradient is NaN, although `where` leaves the logarithm, -inf, out"
    return "the logarithm is -inf and the gradient NaN"


def explained(reading: Reading) -> tuple[Event, ...]:
    """The operations of a softmax or sigmoid that is written out in the same function."""
    made = reading.p.made
    if made is None or made.site.frame is not reading.event.site.frame:
        return ()
    if made.op in (Op.SOFTMAX, Op.SOFTMIN, Op.SIGMOID):
        return ()
    return (made, *inside(reading.term.trace, made))
