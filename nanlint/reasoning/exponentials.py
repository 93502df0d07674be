"""What the rules on written-out functions of exponentials share: whether one overflows, and how grave that is."""

from __future__ import annotations

import re

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import above, dtype_of, limits_of
from nanlint.ops.promotion import range_in
from nanlint.ops.relations import reduction, unit_axis
from nanlint.reasoning.aftermath import selected
from nanlint.reasoning.choices import only_ranks
from nanlint.reasoning.context import differentiable, measures, quiet, words
from nanlint.reasoning.destinations import untrained
from nanlint.reasoning.growth import driven
from nanlint.reasoning.moving import contains, removable
from nanlint.reasoning.origins import POINTWISE, sources, strip
from nanlint.reasoning.spelling import Spelled
from nanlint.reasoning.terms import Term
from nanlint.reasoning.texts import code
from nanlint.rule import Insert, Remove, Replace, Rewrite

_NAME = re.compile(r"[A-Za-z_]\w*")
SIMILARITIES = frozenset({Op.NORMALIZE, Op.COSINE_SIMILARITY})


LOGARITHMS = frozenset({Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P})
STEPS = 4  # operations between a logarithm and its exponential
DENSITIES = frozenset({Op.LOG_PROB, Op.LOG_SOFTMAX, Op.LOG_SIGMOID})
_SCORING = POINTWISE | {Op.MATMUL, Op.PAIRWISE_DISTANCE, Op.ABSOLUTE}
PICTURES = frozenset({"image", "images", "img", "imgs", "pixel", "pixels"})
SPECTRA = frozenset({"spect", "spectrum", "spectrogram", "mel", "fbank"})
"""Log powers of samples, 25 for the loudest of 16 bits."""
DISTANCES = frozenset({"dist", "dists", "distance", "distances"})
LOG_PROBABILITIES = frozenset({"logp", "logprob", "logprobs", "lprob", "lprobs", "distribution", "distributions"})
PROBABILITIES = frozenset(
    {"p", "prob", "probs", "probability", "probabilities", "likelihood", "likelihoods",
     "transition", "transitions"}
)  # fmt: skip
NOISE = 40.0  # more than drawn noise adds to a logarithm: Gumbel's is at most 16.6 in float32, 36.7 in float64
SINGLE = 88.72  # the largest argument of exp in float32
SHIFTS = frozenset({Op.REDUCE_MAX, Op.MAXIMUM, Op.POOL, Op.LOGSUMEXP, Op.ARGMAX})


def overflows(x: Term) -> bool:
    """exp(x) can be infinite."""
    exp = x.event
    if shifted(x.value) or is_log_density(x) or _is_logarithm(x.value, STEPS):
        return False
    if exp is None or exp.op is not Op.EXP:
        return x.value.range.hi > 88.7
    return range_in(x.value, dtype_of(exp.operation)).hi > limits_of(exp.operation).log_max


def _is_logarithm(value: Value, steps: int) -> bool:
    """Its exponential is a number that was there before, a power or a multiple of it: log(p) / temperature + noise."""
    value = strip(value)
    if value.op in LOGARITHMS:
        return True
    if steps == 0 or value.op not in (Op.ADD, Op.SUBTRACT, Op.DIVIDE):
        return False
    x, y = value.made_by.operands[:2]
    if value.op is Op.DIVIDE:
        return y.kind is not Kind.TENSOR and y.range.hi >= 1.0 and _is_logarithm(x, steps - 1)
    if value.op is Op.SUBTRACT:
        return _is_logarithm(x, steps - 1) and -y.range.lo < NOISE
    sides = [(_is_logarithm(side, steps - 1), side.range.hi < NOISE) for side in (x, y)]
    return any(log for log, _ in sides) and all(log or low for log, low in sides)


def shifted(value: Value) -> bool:
    """A maximum was subtracted in a way that ranges do not follow: scaled, by index, the maximum of parts."""
    value = strip(value)
    if value.op in (Op.MULTIPLY, Op.DIVIDE):
        return any(lowered(operand) for operand in value.made_by.operands)
    if value.op is not Op.SUBTRACT:
        return False
    x, highest = value.made_by.operands[:2]
    of = reduction(highest, Op.REDUCE_MAX, Op.LOGSUMEXP)
    understood = of is not None and (of.same(x) or of.same(strip(x)))
    return not understood and lowered(value)


def lowered(value: Value) -> bool:
    """x - max(x), or x minus an element of x."""
    value = strip(value)
    if value.op is not Op.SUBTRACT:
        return False
    x, highest = (strip(operand) for operand in value.made_by.operands[:2])
    return highest.same(x) or any(source.op in SHIFTS for source in sources(highest))


def is_log_density(x: Term) -> bool:
    """The logarithm of a probability or a density: the density overflows only of a spread below 1e-38."""
    value = strip(x.value)
    origin = x.trace.origin(value)
    return value.op in DENSITIES or (origin is not None and origin.site.spelling == ".log_prob")


def promised(x: Term) -> bool:
    """Bounded from above by what its names promise.

    Pixels and the logarithms of powers are small numbers, a negated distance is below 0, and so are log-probabilities,
    whose exp is a distribution.
    """
    names = set[str]().union(*(words(name) for name in _NAME.findall(code(x.node)))) if x.node is not None else set()
    negated = any(source.op is Op.NEGATIVE for source in sources(x.value))
    logarithms = bool(names & LOG_PROBABILITIES) or ("log" in names and bool(names & PROBABILITIES))
    return bool(names & (PICTURES | SPECTRA)) or logarithms or (negated and bool(names & DISTANCES))


def selected_away(x: Term, trace: Trace) -> bool:
    """A later `where` takes what is computed from exp(x) only where x is small: the value is saved, a gradient not."""
    exp = x.event
    if exp is None or exp.op is not Op.EXP:
        return False
    return selected(exp, trace, 0, (above(limits_of(exp.operation).log_max),)) is not None


def differentiated(event: Event) -> bool:
    """A gradient flows through the event's result."""
    return event.result.gradient and differentiable(event.site)


def level(event: Event, x: Term, trace: Trace) -> Level | None:
    """How grave an overflow of exp(x) is for the event that is computed from it; None where it does no harm.

    The exponential of an unknown is a hazard by its form: the stable function is there for it. A cosine over a
    temperature is bounded, though nothing says by how much; so is what its names promise to be. Where the result only
    ranks, the gravest mistake is a wrong choice.
    """
    away = selected_away(x, trace)
    if away and not differentiated(event):
        return None
    if x.value.kind.scalar or (x.event is not None and registry.scalar(x.event.framework)):
        return Level.STRICT
    measured = measures(event.site) and not differentiated(event)
    if measured or (away and untrained(event, trace)):
        return Level.NOTE
    if quiet(event.site) or is_similarity(x.value) or (overflows(x) and promised(x)) or only_ranks(event, trace):
        return Level.NOTE
    return Level.WARNING


def held_level(event: Event, x: Term, trace: Trace) -> Level | None:
    """As `level`, of a function that moves with x: a score trained through it stays small, if nothing drives it.

    A softmax and a logsumexp, which take any shift of their scores, leave those free to drift away.
    """
    grade = level(event, x, trace)
    return grade if grade is None or driven(x) or selected_away(x, trace) else min(grade, Level.NOTE)


def is_similarity(value: Value) -> bool:
    """Computed from unit vectors."""
    return any(source.op in SIMILARITIES or unit_axis(source) is not None for source in sources(value, _SCORING))


def replaced(event: Event, x: Term, spelled: Spelled, title: str, applicability: Applicability) -> Rewrite:
    """A fix that puts the text in place of the event; `e = exp(x)` goes with it where nothing else needs it."""
    exp = x.event
    line = None if exp is None or contains(event.node, exp.node) else removable(exp, [event.node])
    edits: list[Replace | Insert | Remove] = [Replace(event.node, spelled.text)]
    if line is not None:
        edits.append(Remove(line))
    return Rewrite(title, applicability, tuple(edits), spelled.imports)


def limit(event: Event) -> str:
    """The largest argument with a finite exponential, for a message."""
    largest = limits_of(event.operation).log_max
    exponent = event.x.made_by.x if event.x.op is Op.EXP else event.x
    if largest > SINGLE and exponent.dtype is Dtype.UNKNOWN:
        return f"{SINGLE} in float32, {largest:.4g} in float64"
    return f"{largest:.4g}"
