"""Fixes applied to a text, pass after pass, until nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from nanlint.findings import Applicability, Edit, Finding, Fix, Problem
from nanlint.text.source import SourceError

MAX_PASSES = 100
SAFE = frozenset({Applicability.SAFE})
UNSAFE = frozenset({Applicability.SAFE, Applicability.UNSAFE})

Lint = Callable[[str], Collection[Finding]]
"""The findings in a text; raises SourceError if it does not parse."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The text after all passes, how often each rule's fix was applied, and what went wrong on the way."""

    text: str
    applied: Mapping[str, int]
    problems: tuple[Problem, ...] = ()


def apply(text: str, fixes: Iterable[Fix]) -> str:
    """The text with those fixes that `compatible` leaves, each of them whole."""
    edits = sorted((edit for fix in compatible(fixes) for edit in fix.edits), key=_place)
    parts: list[str] = []
    position = 0
    for edit in edits:
        parts += (text[position : edit.start], edit.text)
        position = edit.end
    return "".join((*parts, text[position:]))


def compatible(fixes: Iterable[Fix]) -> list[Fix]:
    """In order of their places, the fixes no edit of which overlaps or touches an edit of one before."""
    chosen: list[Fix] = []
    taken: list[Edit] = []
    for fix in sorted(fixes, key=lambda fix: [_place(edit) for edit in fix.edits]):
        if fix.edits and not any(_touch(edit, other) for edit in fix.edits for other in taken):
            chosen.append(fix)
            taken.extend(fix.edits)
    return chosen


def _place(edit: Edit) -> tuple[int, int]:
    return edit.start, edit.end


def _touch(one: Edit, other: Edit) -> bool:
    return one.start <= other.end and other.start <= one.end


def fix_text(text: str, path: str, lint: Lint, allowed: Collection[Applicability]) -> Fixed:
    """Lints and applies all allowed fixes that do not touch each other, again and again, until there are none.

    A pass after which the text does not parse is undone, and the rule whose fix alone breaks it is left out from then
    on. If there is no end to it, all passes are undone and made again without the rules that were still busy.
    """
    run = _Run(path, lint, allowed)
    while (fixed := run.passes(text)) is None:
        pass
    return fixed


@dataclass(slots=True)
class _Run:
    """The passes over one file. `broken` holds the rules that are left out: each attempt adds some, so attempts end."""

    path: str
    lint: Lint
    allowed: Collection[Applicability]
    broken: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def passes(self, text: str) -> Fixed | None:
        """The text after all passes; None if they do not end."""
        applied: Counter[str] = Counter()
        seen = {text}
        findings = self.lint(text)
        for _ in range(MAX_PASSES):
            chosen = self._chosen(findings)
            if not chosen:
                return Fixed(text, applied, tuple(self.problems))
            candidate = apply(text, [fix for _, fix in chosen])
            try:
                remaining = self.lint(candidate)
            except SourceError as error:
                self._leave_out(text, chosen, error)
                continue
            if candidate in seen:
                break
            seen.add(candidate)
            text, findings = candidate, remaining
            applied.update(finding.code for finding, _ in chosen)
        busy = {finding.code for finding, _ in chosen}
        self._report(f"the fixes of {', '.join(sorted(busy))} never come to an end; not applied")
        self.broken |= busy
        return None

    def _chosen(self, findings: Iterable[Finding]) -> list[tuple[Finding, Fix]]:
        """The findings whose fixes this pass applies."""
        fixable = {
            id(finding.fix): (finding, finding.fix)
            for finding in findings
            if finding.fix is not None and finding.fix.applicability in self.allowed and finding.code not in self.broken
        }
        return [fixable[id(fix)] for fix in compatible(fix for _, fix in fixable.values())]

    def _leave_out(self, text: str, chosen: Iterable[tuple[Finding, Fix]], error: SourceError) -> None:
        """Finds the rules whose fix, alone, leaves a text that does not parse; if there is none, it is all of them."""
        alone = [(finding.code, _error(apply(text, [fix]), self.lint)) for finding, fix in chosen]
        culprits = {code: broken for code, broken in alone if broken} or {code: error for code, _ in alone}
        for code, broken in sorted(culprits.items()):
            self._report(f"a fix of {code} leaves a text that does not parse ({broken.problem.message}); undone")
        self.broken.update(culprits)

    def _report(self, message: str) -> None:
        self.problems.append(Problem(self.path, f"bug in nanlint: {message}"))


def _error(text: str, lint: Lint) -> SourceError | None:
    try:
        lint(text)
    except SourceError as error:
        return error
    return None
