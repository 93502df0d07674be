"""What comments silence: a statement (`ignore`, `noqa`), a stretch (`off` ... `on`), a whole file (`ignore-file`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nanlint.comments.directives import Complaint, Directive, directives, last_of_block, wrong
from nanlint.findings import Finding, Problem
from nanlint.text.source import Source

EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment and what it silences.

    selectors: codes, prefixes of codes and names in lower case; none means every rule.
    line: its own; below: the line under it and the comments that follow, if it stands alone on its line; until: the
    last line of the stretch that it begins.
    places: offsets of the directive, and of the one that ends the stretch; own: it is nanlint's, not a `noqa`.
    """

    line: int
    selectors: tuple[str, ...] = ()
    below: int | None = None
    until: int | None = None
    whole_file: bool = False
    places: tuple[tuple[int, int], ...] = ()
    own: bool = True

    def silences(self, finding: Finding) -> bool:
        return self.reaches(finding) and (not self.selectors or bool(self.naming(finding)))

    def reaches(self, finding: Finding) -> bool:
        """The comment is about the lines where the finding is."""
        if self.whole_file:
            return True
        first, last = finding.statement
        if self.until is not None:
            return first <= self.until and self.line < last
        return first <= self.line <= last or self.below == first

    def naming(self, finding: Finding) -> frozenset[str]:
        """The selectors that mean the finding's rule."""
        code, name = finding.code.lower(), finding.rule.lower()
        return frozenset(one for one in self.selectors if code.startswith(one) or name == one or one == EVERYTHING)


Used = Mapping[Suppression, frozenset[str]]
"""The comments that silence something, and those of their selectors that do."""


@dataclass(frozen=True, slots=True)
class Suppressions:
    """The comments of a file that may silence something, and what is wrong with those that do not."""

    comments: tuple[Suppression, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def own(self) -> bool:
        """Some comment is nanlint's."""
        return any(comment.own for comment in self.comments)

    def split(self, findings: Iterable[Finding]) -> tuple[list[Finding], Used]:
        """The findings that no comment silences, and the comments that silence one."""
        kept: list[Finding] = []
        used: dict[Suppression, frozenset[str]] = {}
        for finding in findings:
            silencing = [comment for comment in self.comments if comment.silences(finding)]
            for comment in silencing:
                used[comment] = used.get(comment, frozenset()) | comment.naming(finding)
            if not silencing:
                kept.append(finding)
        return kept, used


def suppressions(source: Source, complaint: Complaint) -> Suppressions:
    """The suppression comments of a file."""
    found = directives(source.text)
    told = [(one, message) for one in found for message in wrong(one, complaint)]
    working = [one for one in found if one.works]
    ranges, unmatched = _ranges(source.text, [one for one in working if one.verb in ("off", "on")])
    comments = [_suppression(one) for one in working if one.verb not in ("off", "on")]
    warnings = sorted([*told, *unmatched], key=lambda pair: pair[0].start)
    problems = (source.problem(message, one.line, one.column) for one, message in warnings)
    return Suppressions((*comments, *ranges), tuple(problems))


def _suppression(directive: Directive) -> Suppression:
    return Suppression(
        directive.line,
        directive.selectors,
        directive.below if directive.verb == "ignore" else None,
        whole_file=directive.verb == "ignore-file",
        places=((directive.start, directive.end),),
        own=directive.verb != "noqa",
    )


def _ranges(text: str, found: Sequence[Directive]) -> tuple[list[Suppression], list[tuple[Directive, str]]]:
    """What each `off` silences, up to the `on` of the same names and indentation, or to the end of its block."""
    ranges: list[Suppression] = []
    open_: list[tuple[Directive, int]] = []
    unmatched: list[tuple[Directive, str]] = []
    for one in found:
        if one.verb == "off":
            open_.append((one, last_of_block(text, one)))
            continue
        matching = [pair for pair in open_ if _matches(pair[0], one) and one.line <= pair[1]]
        if matching:
            off = matching[-1]
            open_.remove(off)
            ranges.append(_range(off[0], one.line, one))
        else:
            unmatched.append((one, "this comment has no effect: no `off` above has its names and its indentation"))
    for off_alone, last in open_:
        message = "this `off` holds to the end of its block: no `on` below has its names and its indentation"
        unmatched.append((off_alone, message))
        ranges.append(_range(off_alone, last))
    return ranges, unmatched


def _matches(off: Directive, on: Directive) -> bool:
    return frozenset(off.selectors) == frozenset(on.selectors) and off.column == on.column


def _range(off: Directive, last: int, *on: Directive) -> Suppression:
    places = tuple((one.start, one.end) for one in (off, *on))
    return Suppression(off.line, off.selectors, until=last, places=places)
