"""Suppression comments that silence nothing (NAN001), with the edits that take them out.

They are no hazard that an interpretation could meet: which comment is unused is known after all files were heard.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from nanlint.comments.directives import bracket, selectors_of
from nanlint.comments.suppress import Suppression
from nanlint.findings import Applicability, Edit, Finding, Fix, Level
from nanlint.fixing.fixer import apply, compatible
from nanlint.program.verdicts import Linted
from nanlint.roster import known, meant
from nanlint.running.work import Fixing
from nanlint.text.source import Source

CODE, NAME, REMEDY = "NAN001", "unused-ignore", "Remove the comment, or the names that it does not need."
"""As in the rule, which is not imported here: LibCST would come with it."""
_ITSELF = frozenset({"nan0", "nan00", CODE.lower(), NAME})
"""Selectors in a comment that silence the report on an unused comment; one that means everything does not."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_DASH = re.compile(r"\A[ \t]*([:–—-]+[ \t]+)?")
"""What may stand between a directive and its reason."""


def unused_ignores(source: Source, linted: Linted, enabled: frozenset[str]) -> list[Finding]:
    """A finding for each of nanlint's comments that, or some name in which, silences nothing.

    enabled: the codes of the rules that were asked; a comment is not judged by rules that were not.
    """
    comments = linted.suppressions.comments
    if CODE not in enabled:
        return []
    found = (_finding(source, comment, linted, enabled) for comment in comments if comment.own)
    return [
        finding
        for finding in found
        if finding is not None and not any(_permits(comment, finding) for comment in comments)
    ]


def _permits(comment: Suppression, finding: Finding) -> bool:
    return not _ITSELF.isdisjoint(comment.selectors) and comment.reaches(finding)


def _finding(source: Source, comment: Suppression, linted: Linted, enabled: frozenset[str]) -> Finding | None:
    needed = linted.used.get(comment)
    if not comment.selectors:
        everything = {rule.code for rule in known()} <= enabled
        return _report(source, comment, ()) if needed is None and everything else None
    useless = [one for one in comment.selectors if one not in (needed or ()) and _judged(one, enabled)]
    return _report(source, comment, useless) if useless else None


def _judged(selector: str, enabled: frozenset[str]) -> bool:
    """Every rule that the selector means was asked."""
    codes = {rule.code for rule in meant(selector)} - {CODE}
    return bool(codes) and codes <= enabled


def _report(source: Source, comment: Suppression, useless: Sequence[str]) -> Finding:
    start, end = comment.places[0]
    written = dict.fromkeys(name for name in selectors_of(bracket(source.text[start:end])) if name.lower() in useless)
    names = ", ".join(written)
    whole = set(useless) >= set(comment.selectors)
    places = comment.places
    edits = source.fitted(_removed(source.text, *at) if whole else _without(source.text, *at, useless) for at in places)
    title = "Remove the comment" if whole else f"Remove {names} from the comment"
    return Finding(
        place=source.lines.place(source.path, start, end),
        code=CODE,
        rule=NAME,
        level=Level.NOTE,
        message=f"unused comment: there is nothing to silence{f' for {names}' if names else ''}",
        remedy=REMEDY,
        evidence=(),
        fix=None if edits is None else Fix(title, Applicability.SAFE, edits),
        statement=(comment.line, comment.line),
    )


def _without(text: str, start: int, end: int, useless: Sequence[str]) -> Edit:
    """The bracket with the other names."""
    names = bracket(text[start:end])
    kept = [name for name in selectors_of(names) if name.lower() not in useless]
    return Edit(end - len(names), end, f"[{', '.join(kept)}]")


def _removed(text: str, start: int, end: int) -> Edit:
    """Without the directive, and without its line if nothing else is on it; a reason stays as an ordinary comment."""
    newline = _NEWLINE.search(text, end)
    line_end = newline.start() if newline else len(text)
    rest = _DASH.sub("", text[end:line_end])
    if rest:
        return Edit(start, line_end - len(rest), "" if rest.startswith("#") else "# ")
    before = text[:start].rstrip(" \t\f")
    if before and before[-1] not in "\r\n":
        return Edit(len(before), line_end, "")
    if newline:
        return Edit(len(before), newline.end(), "")
    above = re.search(r"(\r\n|\r|\n)?\Z", before)
    return Edit(above.start() if above else 0, line_end, "")


def tidied(fixing: Fixing, findings: Iterable[Finding], allowed: Collection[Applicability]) -> Fixing | None:
    """The file without the unused comments that are among its findings, not examined yet; None if there are none."""
    source = fixing.after.source
    fixes = [finding.fix for finding in findings if finding.code == CODE and finding.fix is not None]
    chosen = compatible(fix for fix in fixes if fix.applicability in allowed)
    if source is None or not chosen:
        return None
    after = replace(fixing.after, source=source.with_text(apply(source.text, chosen)).saved())
    applied = {**fixing.applied, CODE: fixing.applied.get(CODE, 0) + len(chosen)}
    return Fixing(fixing.before, after, applied)
