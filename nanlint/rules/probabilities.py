"""Softmax and sigmoid under a logarithm: recognising them, however they are written, and writing the log forms."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace
from nanlint.ops.poles import dtype_of
from nanlint.ops.relations import axis_of, reduction, same_axis
from nanlint.rules.formulas import (
    GUARD,
    PLAIN,
    Side,
    Term,
    exponential,
    inside,
    minus,
    negated,
    one_minus,
    one_plus,
    operand,
    plainly_written,
    plus,
    quotient,
    rebuilt,
    reciprocal,
    unguarded,
)
from nanlint.rules.model import Remove, Replace, Rewrite
from nanlint.rules.reasoning import SAME_ELEMENTS, quiet
from nanlint.rules.rewriting import Spelled, code, contains, reachable_source, removable, spell, spell_name

LOGARITHMS = (Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P)
SOFTMAX_UNDERFLOW = {Dtype.FLOAT16: 17.3, Dtype.BFLOAT16: 93.0, Dtype.FLOAT64: 745.0}
SIGMOID_ZERO = {Dtype.FLOAT16: -17.3, Dtype.BFLOAT16: -89.0, Dtype.FLOAT64: -709.8}
SIGMOID_ONE = {Dtype.FLOAT16: 8.32, Dtype.BFLOAT16: 6.25, Dtype.FLOAT64: 36.7}


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


def probability(term: Term) -> Probability | None:
    """What makes the term a probability, if a softmax or a sigmoid of something does."""
    term = term.behind(SAME_ELEMENTS)
    if term.op in (Op.SOFTMAX, Op.SOFTMIN):
        return Probability(Form.SOFTMAX, term.operand(), term.origin, term.op is Op.SOFTMIN)
    if term.op is Op.SIGMOID:
        return Probability(Form.SIGMOID, term.operand(), term.origin)
    if term.op is Op.WHERE and len(term.value.made_by.operands) == 3:
        return _split(term)
    return logistic(term) or _share(term)


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


def level(reading: Reading) -> Level | None:
    """How grave; None where a bound keeps the logarithm finite and no gradient can fade.

    A guard that rounding takes away is another rule's: what is wrong there is the guard.
    """
    event = reading.event
    if reading.guarded and not effective(event):
        return None
    if event.x.kind.scalar or event.framework == "math":
        return None if effective(event) else Level.STRICT
    if effective(event):
        fading = reading.guarded and event.x.gradient and not event.site.no_gradient and not quiet(event.site)
        return Level.NOTE if fading else None
    if event.site.no_gradient:
        return Level.NOTE  # inference and metrics: an infinite score ranks last, and no weight is lost
    return Level.WARNING if quiet(event.site) else Level.ERROR


# writing the log forms


def rewritten(reading: Reading, trace: Trace) -> Rewrite | None:
    """The logarithm from the logits, with `p = ...` removed where nothing else needs it."""
    edit = replacement(reading)
    if edit is None:
        return None
    name = "log_softmax" if reading.p.form is Form.SOFTMAX else "logsigmoid"
    return assembled(f"Use {name} of the logits", [reading], [edit], trace)


def assembled(title: str, found: list[Reading], edits: list[tuple[Replace, Spelled]], trace: Trace) -> Rewrite:
    """One fix of several logarithms."""
    replaced = [edit.node for edit, _ in edits]
    removals = {id(line): Remove(line) for reading in found if (line := unneeded(reading, replaced, trace)) is not None}
    imports = dict.fromkeys(line for _, spelled in edits for line in spelled.imports)
    unsafe = any(reading.bounded for reading in found)
    applicability = Applicability.UNSAFE if unsafe else Applicability.SAFE
    return Rewrite(title, applicability, (*(edit for edit, _ in edits), *removals.values()), tuple(imports))


def unneeded(reading: Reading, replaced: list[cst.CSTNode], trace: Trace) -> cst.CSTNode | None:
    """The statement that assigns the probability, if only `replaced` reads it."""
    made = reading.p.made
    if made is None or any(contains(node, made.node) for node in replaced):
        return None
    return removable(made, replaced)


def replacement(reading: Reading) -> tuple[Replace, Spelled] | None:
    """The log form in place of the logarithm; None where no source of the logits is at hand, or in another base."""
    event = reading.event
    if event.op not in (Op.LOG, Op.LOG1P) or not plainly_written(event) or event.framework == "math":
        return None
    if reading.p.logits.value.dtype.integer or reading.p.logits.links != reading.term.links:
        return None
    spelled = _log_softmax(reading) if reading.p.form is Form.SOFTMAX else _log_sigmoid(reading)
    if spelled is None:
        return None
    text = rebuilt(spelled.text, reading.term.links, event)
    return None if text is None else (Replace(event.node, text), Spelled(text, spelled.imports))


def _log_sigmoid(reading: Reading) -> Spelled | None:
    event, logits = reading.event, reading.p.logits
    if event.framework == "numpy":
        text = plus(logits, event) if reading.flipped else minus(logits, event)
        spelled = None if text is None else spell(event, Op.SOFTPLUS, {"x": text})
        return None if spelled is None else Spelled(f"-{spelled.text}", spelled.imports)
    text = minus(logits, event) if reading.flipped else plus(logits, event)
    return None if text is None else spell(event, Op.LOG_SIGMOID, {"x": text})


def _log_softmax(reading: Reading) -> Spelled | None:
    event, p = reading.event, reading.p
    if p.made is None:
        return None
    if p.total is not None:
        return _log_share(reading)
    parts = _options(p.made, event)
    if parts is None:
        return None
    if p.made.site.spelling == ".softmax":
        receiver = p.logits.atom(event)
        arguments = [parts[name] if name == "axis" else f"{name}={parts[name]}" for name in parts]
        return None if receiver is None else Spelled(f"{receiver}.log_softmax({', '.join(arguments)})")
    text = minus(p.logits, event) if p.flipped else plus(p.logits, event)
    if text is None:
        return None
    if p.made.framework == "torch" and "axis" not in parts:  # torch.log_softmax has no implicit axis
        name, imports = spell_name(event.site, "torch.nn.functional.log_softmax")
        return Spelled(f"{name}({text})", imports)
    return spell(event, Op.LOG_SOFTMAX, {"x": text, **parts}, p.made.framework, like=p.made)


def _log_share(reading: Reading) -> Spelled | None:
    """Of exp(x) / sum(exp(x)), if the quotient divides along the axis of the sum."""
    event, p = reading.event, reading.p
    if p.total is None or not plainly_written(p.total) or not p.aligned:
        return None
    parts, text, atom = _options(p.total, event), p.logits.bare(event), p.logits.atom(event)
    if parts is None or text is None or atom is None or not set(p.total.site.options) <= {"axis", "keepdim"}:
        return None
    if event.framework == "torch":
        return spell(event, Op.LOG_SOFTMAX, {"x": text, **parts}) if "axis" in parts else None
    if event.framework != "numpy":
        return None
    keeping = {"axis": parts["axis"], "keepdim": "True"} if "axis" in parts else {"axis": "None"}
    summed = spell(event, Op.LOGSUMEXP, {"x": text, **keeping})
    return None if summed is None else Spelled(f"{atom} - {summed.text}", summed.imports)


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


def _options(made: Event, target: Event) -> dict[str, str] | None:
    """The texts of axis and dtype, as they were given; None where one cannot be written at `target`."""
    parts = {}
    for name in ("axis", "dtype"):
        value = made.options.get(name)
        if value is None or value.is_none:
            continue
        text = reachable_source(made.site.options.get(name), made, target)
        if text is None and isinstance(value.constant, int):
            text = str(value.constant)
        if text is None:
            return None
        parts[name] = text
    return parts


# words


def cause(reading: Reading) -> str:
    """Why the logarithm is not finite, with the number for its dtype."""
    dtype = dtype_of(reading.event.operation)
    if reading.p.form is Form.SOFTMAX:
        gap = SOFTMAX_UNDERFLOW.get(dtype, 104.0)
        return f"softmax is exactly 0 once a logit trails the largest by {gap:g}"
    if reading.complement:
        return f"sigmoid is exactly 1 from a logit of {SIGMOID_ONE.get(dtype, 16.64):g} on"
    return f"sigmoid is exactly 0 at a logit of {SIGMOID_ZERO.get(dtype, -88.7):g}"


def consequence(reading: Reading) -> str:
    gradient = " and the gradient NaN" if reading.event.x.gradient and not reading.event.site.no_gradient else ""
    return f"the logarithm is -inf{gradient}"


def explained(reading: Reading) -> tuple[Event, ...]:
    """The operations of a softmax or sigmoid that is written out in the same function."""
    made = reading.p.made
    if made is None or made.site.frame is not reading.event.site.frame:
        return ()
    if made.op in (Op.SOFTMAX, Op.SOFTMIN, Op.SIGMOID):
        return ()
    return (made, *inside(reading.term.trace, made))
