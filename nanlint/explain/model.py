"""What there is to tell of a line: its operations, what reaches them, their poles, and what the rules made of it."""

from __future__ import annotations

from dataclasses import dataclass

from nanlint.findings import Place


@dataclass(frozen=True, slots=True)
class Seen:
    """A value: what the source says, what kind of thing it is, and what is known of its elements.

    known: the ends of the range are reached, as far as what made it tells; gradient: one can flow through it.
    """

    text: str
    kind: str
    range: str
    dtype: str
    known: bool
    gradient: bool
    may_nan: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A step of where a value comes from; no place for what no expression made."""

    text: str
    range: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Operand:
    value: Seen
    origin: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Pole:
    """Where operand number `operand` breaks the operation: what happens there, and why it does no harm, or does.

    at: the place that `why` speaks of.
    """

    operand: int
    where: str
    what: str
    harmless: bool
    why: str
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One way in which the operation is met: the calls that lead there, innermost first, and what reaches it."""

    calls: tuple[str, ...]
    operands: tuple[Operand, ...]
    result: Seen
    dtype: str
    poles: tuple[Pole, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a rule's report on the operation, or why it has none: `status` is one of a few words."""

    code: str
    name: str
    status: str
    level: str
    message: str
    why: str = ""
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """more: contexts that are not shown; silent: the codes of the rules that looked at it and have nothing to say."""

    place: Place
    source: str
    name: str
    framework: str
    contexts: tuple[Context, ...]
    more: int
    verdicts: tuple[Verdict, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """place: of the line; hint: what to say if there are no operations on it."""

    asked: str
    place: Place
    code: str
    operations: tuple[Operation, ...]
    hint: str = ""
