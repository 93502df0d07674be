"""What rules ask of values: where they come from, whether a pole is proven, likely or merely possible."""

from __future__ import annotations

from collections.abc import Iterator

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.trace import Event, Frame, Site, Trace
from nanlint.rules.model import Clue

SAME_ELEMENTS = frozenset(
    {Op.RESHAPE, Op.COPY, Op.DETACH, Op.CAST, Op.ITEM, Op.SELECT, Op.ITERATE, Op.CONCATENATE, Op.STORE}
)
"""Operations that hand elements on as they are."""
POINTWISE = frozenset(
    {Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.RECIPROCAL, Op.NEGATIVE, Op.WHERE, Op.CLAMP, Op.MAXIMUM,
     Op.MINIMUM, Op.MASKED_FILL, Op.MEAN, Op.SUM, Op.POWER, Op.SQUARE, Op.SQRT, Op.EXP, Op.EXPM1, Op.LOG, Op.LOG1P}
)  # fmt: skip
NETWORKS = frozenset({Op.LINEAR, Op.RECURRENT, Op.ATTENTION})
RANDOM = frozenset({Op.UNIFORM, Op.NORMAL, Op.RANDOM_INTEGER, Op.SAMPLE})
MAX_SOURCES = 60  # values visited when looking for where a value comes from

QUIET_WORDS = frozenset(
    {"schedule", "scheduler", "schedules", "sampler", "sample", "init", "reset", "metric", "metrics", "augment",
     "transform", "transforms", "evaluate", "eval", "validate", "test", "plot", "visualize", "benchmark"}
)  # fmt: skip
"""Words in a function's name that say it computes no loss."""
LOSS_WORDS = frozenset({"loss", "losses", "criterion", "objective", "nll", "bce", "kl", "elbo", "likelihood"})


def strip(value: Value) -> Value:
    """The value before reshaping, casting, detaching and indexing; a join of one thing is that thing."""
    while value.op in SAME_ELEMENTS and value.made_by.operands:
        value = value.made_by.x
    return value


def alternatives(value: Value) -> Iterator[Value]:
    """What the value is on each way through the branches, stripped."""
    pending: list[Value] = [value]
    seen: set[int] = set()
    while pending and len(seen) < MAX_SOURCES:
        current = strip(pending.pop())
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        if current.op is Op.JOIN:
            pending.extend(reversed(current.made_by.operands))
        else:
            yield current


def sources(value: Value, through: frozenset[Op] = POINTWISE) -> Iterator[Value]:
    """Everything the value was computed from, itself first, as far as `through` (and joins, reshapes) goes."""
    pending: list[Value] = [value]
    seen: set[int] = set()
    while pending and len(seen) < MAX_SOURCES:
        current = pending.pop()
        if id(current.made_by) in seen:
            continue
        seen.add(id(current.made_by))
        yield current
        if current.op in through or current.op in SAME_ELEMENTS or current.op is Op.JOIN:
            pending.extend(reversed(current.made_by.operands))


def comes_from(value: Value, ops: frozenset[Op]) -> Value | None:
    """The nearest source made by one of `ops`."""
    return next((source for source in sources(value) if source.op in ops), None)


def words(name: str) -> set[str]:
    """`masked_softmaxLoss` -> masked, softmax, loss."""
    found, word = set(), ""
    for character in name + "_":
        if character in "._" or (character.isupper() and word and not word[-1].isupper()):
            found.add(word.lower())
            word = "" if character in "._" else character
        else:
            word += character
    return found - {""}


def names_of(frame: Frame) -> set[str]:
    return words(frame.name) | words(frame.class_name)


def in_loss(site: Site) -> bool:
    """The code computes a loss, by the name of its function or class."""
    frame: Frame | None = site.frame
    while frame is not None:
        if names_of(frame) & LOSS_WORDS:
            return True
        frame = frame.parent
    return False


def in_training(site: Site) -> bool:
    """Code through which a gradient is likely to flow: a loss, a `forward`, a training step; not under `no_grad`."""
    if site.no_gradient:
        return False
    last = site.frame.name.rpartition(".")[2]
    return in_loss(site) or last in ("forward", "__call__", "training_step", "step", "train") or site.frame.name == ""


def quiet(site: Site) -> bool:
    """Code that computes schedules, metrics, samples or initial values."""
    named = words(site.frame.name.rpartition(".")[2])
    return site.no_gradient or bool(named & QUIET_WORDS and not named & LOSS_WORDS)


# evidence


def trail(event: Event, trace: Trace, operand: Value, limit: int = 6) -> tuple[Clue, ...]:
    """The places from the producer of `operand` to the event, with the range at each."""
    steps: list[Clue] = []
    value = operand
    while len(steps) < limit:
        origin = trace.origin(value)
        if origin is not None and origin.node is not event.node:
            steps.append(clue(origin))
        if value.op in NETWORKS and steps:
            break  # nothing before a layer bounds what comes out of it
        following = _next_source(value)
        if following is None:
            break
        value = following
    return tuple(reversed(steps))


def clue(event: Event) -> Clue:
    """The event as a step of the evidence."""
    return Clue(event.node, describe(event), event.result)


def _next_source(value: Value) -> Value | None:
    """The operand that matters most for where a value comes from."""
    operands = [v for v in value.made_by.operands if v.op is not Op.CONSTANT]
    return operands[0] if operands else None


def describe(event: Event) -> str:
    """`softmax`, `x / y`: the operation as a person names it."""
    spelling = event.site.spelling.rpartition(".")[2] or event.op.value
    return spelling if spelling.isidentifier() else event.op.value
