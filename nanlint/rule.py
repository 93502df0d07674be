"""The form of a rule: metadata, documentation, examples, check. A rule's file is its documentation and its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import libcst as cst

from nanlint.domain.value import Value
from nanlint.findings import Applicability, Level
from nanlint.interp.trace import Event, Trace


@dataclass(frozen=True, slots=True)
class Bad:
    """Code that the rule reports, once, and what the fix makes of it (None: no rewrite).

    The code defines a function `f`. `hostile` is the text of its arguments that make `f` (or its gradient)
    non-finite; `ordinary` of arguments where a safe fix must agree within `tolerance` (relative; float32).
    """

    framework: str
    code: str
    fixed: str | None = None
    hostile: str = ""
    ordinary: str = ""
    tolerance: float = 1e-5
    level: Level = Level.ERROR
    proof: str = ""
    """For a bad form that gives no NaN but raises or degrades: an expression true of `f`, false of the fixed `f`."""


@dataclass(frozen=True, slots=True)
class Good:
    """Code on which the rule stays silent, and why that is right."""

    framework: str
    code: str
    because: str


@dataclass(frozen=True, slots=True)
class Miss:
    """A known blind spot: a hazard that the rule does not see yet."""

    framework: str
    code: str
    because: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Puts `text` where the expression `node` stands, inside its parentheses if it has some."""

    node: cst.CSTNode
    text: str


@dataclass(frozen=True, slots=True)
class Insert:
    """Puts one or more lines before (or after) `statement`, at its indentation."""

    statement: cst.CSTNode
    text: str
    after: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Takes out a whole statement line; refused by the engine if a comment would be lost."""

    statement: cst.CSTNode


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A fix in terms of nodes; `imports` are statements such as `import torch.nn.functional as F` that it needs."""

    title: str
    applicability: Applicability
    edits: tuple[Replace | Insert | Remove, ...]
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clue:
    """A step of the evidence: an event, or any node with a value, and what to say of it."""

    node: cst.CSTNode
    text: str
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding before it has positions.

    claims: operations that this finding explains, so that no less specific rule reports them again.
    """

    event: Event
    level: Level
    message: str
    remedy: str
    evidence: tuple[Clue, ...] = ()
    claims: tuple[Event, ...] = ()
    rewrite: Rewrite | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """Something that the user may tell one rule; `type` is that of its values: bool, float, str, or tuple of str.

    default: what holds otherwise, None if the rule takes it from elsewhere, as `doc` says.
    """

    name: str
    type: type
    default: object
    doc: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What the user may set: the epsilon of fixes, the largest rate, the norm to clip gradients to, a rule's options.

    options: those of the rule that is asked, by name, if they were set.
    """

    epsilon: float = 1e-8
    max_learning_rate: float = 0.1
    max_grad_norm: float = 1.0
    options: Mapping[str, object] = field(default_factory=dict)

    def number(self, option: Option, otherwise: float | None = None) -> float:
        """What an option of type float is set to, or its default, or `otherwise` if it has none."""
        value = self.options.get(option.name, option.default if otherwise is None else otherwise)
        assert isinstance(value, (int, float))
        return value


Check = Callable[[Trace, Limits], Iterator[Draft]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of hazard. `specific` orders rules that claim one operation: the largest wins.

    ceiling: the gravest level of its findings, however good the evidence: an error is what a reader of real code would
    change nine times in ten, and not every hazard that can be proven is met.
    optional: what it reports on mere absence of a guard (level STRICT) is shown, as a note, to who selects the rule by
    its code or name, not only in strict runs.
    about_poles: it has nothing to say where the operand comes from a function that the user knows to be safe.
    """

    code: str
    name: str
    summary: str
    why: str
    check: Check
    specific: int
    bad: tuple[Bad, ...] = ()
    good: tuple[Good, ...] = ()
    missed: tuple[Miss, ...] = ()
    fix: Applicability | None = None
    fix_note: str = ""
    remedy: str = ""
    references: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    ceiling: Level = Level.ERROR
    optional: bool = False
    about_poles: bool = True
