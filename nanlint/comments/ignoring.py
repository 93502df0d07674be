"""Writes ignore comments at findings: one for each statement's line, or a name more in the comment that is there."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nanlint.comments.directives import Directive, bracket, directives, selectors_of
from nanlint.comments.suppress import suppressions
from nanlint.comments.unused import CODE as UNUSED
from nanlint.findings import Applicability, Edit, Finding, Fix, Problem
from nanlint.fixing.fixer import apply
from nanlint.reports import FileReport
from nanlint.running.work import guarded
from nanlint.text.lexer import comments, strings
from nanlint.text.lines import Lines
from nanlint.text.source import Source, SourceError, read
from nanlint.text.source import write as write_source

_CODE = re.compile(r"[A-Za-z]+\d+")
_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Ignored:
    """The text with the comments, how many findings they silence, and the findings that have no place for one."""

    text: str
    number: int
    failed: tuple[Finding, ...] = ()


def with_ignores(source: Source, findings: Sequence[Finding], reason: str = "") -> Ignored:
    """The text with a comment at each finding; nothing else in it is changed.

    A comment goes to the end of the finding's line; if a string or a backslash forbids that, to the end of another line
    of the statement. If that has a comment of nanlint's already, it gets the rule's name.
    """
    page = _Page(source.text, " ".join(reason.split()))
    placed = [(finding, page.note(finding)) for finding in findings]
    done = [finding for finding, has_place in placed if has_place]
    edits = [fitted for edit in page.edits() if (fitted := source.fitted([edit])) is not None]
    text = apply(source.text, [Fix("", Applicability.SAFE, edit) for edit in edits])
    if not _same_program(source.text, text):
        return Ignored(source.text, 0, tuple(findings))
    heard, _ = suppressions(source.with_text(text), lambda selector: None).split(done)
    failed = (*(finding for finding, has_place in placed if not has_place), *heard)
    if heard:
        loud = {id(finding) for finding in heard}
        silent = [finding for finding in done if id(finding) not in loud]
        return replace(with_ignores(source, silent, reason), failed=failed)
    return Ignored(text, len(done), failed)


@dataclass(frozen=True, slots=True)
class Ignoring:
    """How many findings of a file have a comment now, and what kept the others from one."""

    number: int = 0
    problems: tuple[Problem, ...] = ()


def ignore_in(file: FileReport, reason: str = "") -> Ignoring:
    """Writes a comment at each finding of a report on a file; those on unused comments are for a fix to settle."""
    findings = [finding for finding in file.findings if finding.code != UNUSED]
    done = guarded(file.path, lambda: _ignore(file, findings, reason))
    return Ignoring(problems=(done,)) if isinstance(done, Problem) else done


def _ignore(file: FileReport, findings: Sequence[Finding], reason: str) -> Ignoring:
    source = read(file.path)
    if source.written != file.text:
        raise SourceError(Problem(file.path, "has changed on disk since it was linted; not written, run again"))
    done = with_ignores(source, findings, reason)
    if done.number:
        write_source(source, done.text)
    return Ignoring(done.number, _homeless(done.failed))


def _homeless(failed: Iterable[Finding]) -> tuple[Problem, ...]:
    places = ((finding, finding.place) for finding in failed)
    return tuple(
        Problem(at.path, f"has no place for a comment that ignores {finding.rule}", at.line, at.column, at.cell)
        for finding, at in places
    )


class _Page:
    """A text, and what is to be written on it."""

    def __init__(self, text: str, reason: str) -> None:
        self.text, self.reason = text, reason
        self.lines = Lines(text)
        self.closed = frozenset(_closed_lines(text, self.lines))
        self.known = [one for one in directives(text) if one.verb == "ignore" and one.works and one.selectors]
        self.more: dict[Directive, list[str]] = {}
        self.new: dict[int, list[str]] = {}

    def note(self, finding: Finding) -> bool:
        """Notes what to write for a finding; False if there is no place for it."""
        first, last = finding.statement
        about = [one for one in self.known if first <= one.line <= last or one.below == first]
        if about:
            coded = _CODE.fullmatch(self._names(about[0])[0])
            self.more.setdefault(about[0], []).append(finding.code if coded else finding.rule)
            return True
        line = self._line(finding)
        if line is not None:
            self.new.setdefault(line, []).append(finding.rule)
        return line is not None

    def edits(self) -> list[Edit]:
        grown = (self._grown(one, names) for one, names in self.more.items())
        return [*grown, *(self._appended(line, names) for line, names in self.new.items())]

    def _grown(self, one: Directive, names: Sequence[str]) -> Edit:
        """The bracket of a comment with more names."""
        length = len(bracket(self.text[one.start : one.end]))
        listed = ", ".join(dict.fromkeys([*self._names(one), *names]))
        return Edit(one.end - length, one.end, f"[{listed}]")

    def _appended(self, line: int, names: Sequence[str]) -> Edit:
        """A comment behind everything on the line, in the place of blanks."""
        start = self.lines.starts[line - 1]
        newline = _NEWLINE.search(self.text, start)
        end = len(self.text) if newline is None else newline.start()
        content = self.text[start:end].rstrip()
        comment = f"# nanlint: ignore[{', '.join(dict.fromkeys(names))}] {self.reason}".rstrip()
        return Edit(start + len(content), end, f"  {comment}")

    def _names(self, one: Directive) -> tuple[str, ...]:
        return selectors_of(bracket(self.text[one.start : one.end]))

    def _line(self, finding: Finding) -> int | None:
        """The line of the statement that takes a comment at its end: the finding's, or the next one that can."""
        first, last = finding.statement
        start = first if finding.place.cell is not None else min(max(first, finding.place.line), last)
        candidates = (*range(start, last + 1), *range(start - 1, first - 1, -1))
        return next((line for line in candidates if line not in self.closed), None)


def _closed_lines(text: str, lines: Lines) -> Iterator[int]:
    """Lines whose end is within a string, or is a backslash that joins them with the next."""
    for start, end in strings(text):
        yield from range(lines.line(start), lines.line(end))
    commented = {lines.line(offset) for offset, _ in comments(text)}
    for newline in _NEWLINE.finditer(text):
        end = newline.start()
        line = lines.line(end)
        if line not in commented and text[end - 1 : end] == "\\":
            yield line


def _same_program(before: str, after: str) -> bool:
    """Python reads both texts alike; of a text that this Python is too old for, it is enough that LibCST reads both."""
    trees = [_tree(before), _tree(after)]
    if trees[0] is not None:
        return trees[0] == trees[1]
    from nanlint.text.parsing import parse

    try:
        parse(Source("", before))
        parse(Source("", after))
    except SourceError:
        return False
    return True


def _tree(text: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
