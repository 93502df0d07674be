"""Fixes reviewed one by one: what is asked, what an answer does. Who asks, and on what terminal, is not said here."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nanlint.baseline import code_of
from nanlint.comments.ignoring import with_ignores
from nanlint.findings import Applicability, Finding, Fix, Problem
from nanlint.fixing.fixer import apply, compatible
from nanlint.fixing.sitting import Sitting
from nanlint.reports import FileReport
from nanlint.text.source import SourceError

_Key = tuple[str, str, str]
"""What tells a finding from others, wherever its lines have moved to: rule, scope, code."""


class Answer(enum.Enum):
    """What may be said to a fix."""

    YES = "y"
    NO = "n"
    ALL = "a"
    IGNORE = "i"
    QUIT = "q"


@dataclass(frozen=True, slots=True)
class Question:
    """A finding with a fix. answers: those that make sense; to_go: how many more there are in the file."""

    finding: Finding
    fix: Fix
    file: FileReport
    answers: tuple[Answer, ...]
    to_go: int


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and the reason of one that ignores."""

    answer: Answer
    reason: str = ""


@dataclass(slots=True)
class Review:
    """A pass over all files. ask: gets the next question answered; tell: hears of what could not be done.

    After each change the file is linted again, so that every question is about the text that is on disk.
    """

    sitting: Sitting
    ask: Callable[[Question], Reply]
    tell: Callable[[Problem], None]
    applied: int = 0
    ignored: int = 0
    _declined: dict[str, Counter[_Key]] = field(default_factory=dict)
    _always: dict[str, set[Applicability]] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def run(self) -> None:
        """Asks until nothing is left or somebody quits."""
        for path in self.sitting.paths:
            while (pending := list(self._pending(path))) and self._go_on(path, pending):
                pass
            if pending:
                return

    def _pending(self, path: str) -> Iterator[tuple[Finding, Fix]]:
        """The findings with fixes that nobody has decided on."""
        file = self.sitting.report(path)
        declined = self._declined.get(path, Counter()).copy()
        for finding in file.findings:
            if finding.fix is None:
                continue
            key = _key(finding, file)
            if declined[key]:
                declined[key] -= 1
            else:
                yield finding, finding.fix

    def _go_on(self, path: str, pending: list[tuple[Finding, Fix]]) -> bool:
        """Applies what is to be applied unasked, or asks for the first; False if somebody quits."""
        agreed = [pair for pair in pending if pair[1].applicability in self._always.get(pair[0].code, ())]
        if agreed:
            self._apply(path, agreed)
            return True
        finding, fix = pending[0]
        suggested = fix.applicability is Applicability.SUGGESTION
        answers = (Answer.NO, Answer.IGNORE, Answer.QUIT) if suggested else tuple(Answer)
        reply = self.ask(Question(finding, fix, self.sitting.report(path), answers, len(pending) - 1))
        match reply.answer:
            case Answer.QUIT:
                return False
            case Answer.NO:
                self._decline(path, finding)
            case Answer.YES:
                self._apply(path, pending[:1])
            case Answer.ALL:
                self._always.setdefault(finding.code, set()).update(_as_safe_as(fix))
            case Answer.IGNORE:
                self._ignore(path, finding, reply.reason)
        return True

    def _apply(self, path: str, agreed: list[tuple[Finding, Fix]]) -> None:
        """Applies those of the fixes that leave each other alone; the others come again."""
        source = self.sitting.source(path)
        chosen = compatible(fix for _, fix in agreed)
        text = "" if source is None else apply(source.text, chosen)
        done = [finding for finding, fix in agreed if fix in chosen]
        if self._write(path, text, done):
            self.applied += len(done)

    def _ignore(self, path: str, finding: Finding, reason: str) -> None:
        source = self.sitting.source(path)
        done = None if source is None else with_ignores(source, [finding], reason)
        if done is None or not done.number:
            place = finding.place
            self.tell(Problem(path, "there is no place for a comment", place.line, place.column, place.cell))
            self._decline(path, finding)
        elif self._write(path, done.text, [finding]):
            self.ignored += 1

    def _write(self, path: str, text: str, findings: list[Finding]) -> bool:
        """Writes, or says why not; what could not be written does not come again, unless somebody changed the file."""
        before = self.sitting.source(path)
        try:
            if (path, text) in self._seen:
                raise SourceError(Problem(path, "bug in nanlint: these fixes undo each other; not applied"))
            self.sitting.write(path, text)
        except SourceError as error:
            self.tell(error.problem)
            self.sitting.forget(path)
            if self.sitting.source(path) == before:
                for finding in findings:
                    self._decline(path, finding)
            return False
        self._seen.add((path, text))
        return True

    def _decline(self, path: str, finding: Finding) -> None:
        self._declined.setdefault(path, Counter())[_key(finding, self.sitting.report(path))] += 1


def _as_safe_as(fix: Fix) -> set[Applicability]:
    """What a yes to all fixes of a rule means, said to this one: not that unsafe ones are welcome as well."""
    return {Applicability.SAFE, fix.applicability}


def _key(finding: Finding, file: FileReport) -> _Key:
    return finding.code, finding.scope, code_of(finding, file)
