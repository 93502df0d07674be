"""Fixes applied to a text, pass after pass, until nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from nanlint.findings import Applicability, Edit, Finding, Fix, Problem
from nanlint.source import SourceError

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
    """Lints and applies all allowed fixes that do not touch each other, again and again.

    A pass after which the text does not parse is undone, and the rule whose fix alone breaks it is left out from then
    on. It ends when there is nothing to apply, or when a text comes back that was there before.
    """
    applied: Counter[str] = Counter()
    problems: list[Problem] = []
    broken: set[str] = set()
    seen = {text}
    findings = lint(text)
    for _ in range(MAX_PASSES):
        chosen = _chosen(findings, allowed, broken)
        if not chosen:
            return Fixed(text, applied, tuple(problems))
        candidate = apply(text, [fix for _, fix in chosen])
        try:
            remaining = lint(candidate)
        except SourceError as error:
            culprits = _culprits(text, lint, chosen) or {finding.code: error for finding, _ in chosen}
            broken.update(culprits)
            problems += [_undone(path, code, culprit) for code, culprit in sorted(culprits.items())]
            continue
        if candidate in seen:
            break
        seen.add(candidate)
        text, findings = candidate, remaining
        applied.update(finding.code for finding, _ in chosen)
    rules = ", ".join(sorted({finding.code for finding, _ in chosen}))
    problems.append(Problem(path, f"bug in nanlint: the fixes of {rules} never come to an end; stopped"))
    return Fixed(text, applied, tuple(problems))


def _chosen(
    findings: Iterable[Finding], allowed: Collection[Applicability], broken: Collection[str]
) -> list[tuple[Finding, Fix]]:
    """The findings whose fixes this pass applies."""
    fixable = {
        id(finding.fix): (finding, finding.fix)
        for finding in findings
        if finding.fix is not None and finding.fix.applicability in allowed and finding.code not in broken
    }
    return [fixable[id(fix)] for fix in compatible(fix for _, fix in fixable.values())]


def _culprits(text: str, lint: Lint, chosen: Iterable[tuple[Finding, Fix]]) -> dict[str, SourceError]:
    """The rules whose fix, alone, leaves a text that does not parse."""
    errors = [(finding.code, _error(apply(text, [fix]), lint)) for finding, fix in chosen]
    return {code: error for code, error in errors if error is not None}


def _error(text: str, lint: Lint) -> SourceError | None:
    try:
        lint(text)
    except SourceError as error:
        return error
    return None


def _undone(path: str, code: str, error: SourceError) -> Problem:
    reason = error.problem.message
    return Problem(path, f"bug in nanlint: a fix of {code} leaves a text that does not parse ({reason}); undone")
