"""Known findings of old code, kept in a file: what it counts is not told again, what is new is.

A finding is known by its rule, the function or class around it, and its code, whatever the lines and blanks; findings
that are alike are counted. Paths are relative to the file, which is JSON with an entry on each line.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nanlint.findings import Finding, Level
from nanlint.reports import FileReport, Report
from nanlint.settings import SettingsError
from nanlint.text.lines import lines_of
from nanlint.text.normal import normalised
from nanlint.text.source import replace_content

FORMAT = 1
_LONGEST = 200  # characters of code that an entry quotes; of more, the beginning and a digest
_QUOTED = 120
_MODE = 0o644  # of a new file

Enabled = Callable[[str, str, Level], bool]
"""Whether a run would have told of a finding: the path of its file, the code of its rule, its level."""


class BaselineError(SettingsError):
    """A baseline that cannot be used; the message is one line for the user."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What a finding is known by. path: relative to the baseline, with slashes; code: of the source, normalised."""

    path: str
    scope: str
    rule: str
    code: str


@dataclass(frozen=True, slots=True)
class Known:
    """How often there is such a finding, and the lowest level that one of them has."""

    count: int
    level: Level


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings, and the directory that their paths start from."""

    root: Path
    known: Mapping[Entry, Known] = field(default_factory=dict)

    def entries(self, file: FileReport) -> list[tuple[Entry, Finding]]:
        """The findings of a file with what they are known by."""
        path = self.relative(file.path)
        return [
            (Entry(path, finding.scope, finding.code, code_of(finding, file)), finding) for finding in file.findings
        ]

    def relative(self, path: str) -> str:
        """A file's path as entries have it."""
        return Path(os.path.relpath(path, self.root)).as_posix()


@dataclass(frozen=True, slots=True)
class Filtered:
    """A report without known findings, how many these were, and the baseline without what is no longer needed.

    stale: how many findings the baseline has too many.
    """

    report: Report
    hidden: int
    pruned: Baseline
    stale: int


def read(path: Path) -> Baseline:
    """The baseline in a file. Raises BaselineError if there is none, or none that this version can read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BaselineError(f"{path}: there is no such baseline; `--write-baseline {path}` writes one") from None
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{path}: is no baseline: {_reason(error)}; `--write-baseline` writes one") from None
    version = content.get("nanlint-baseline") if isinstance(content, dict) else None
    if type(version) is not int or version < 1:
        raise BaselineError(f'{path}: is no baseline: it has no "nanlint-baseline": {FORMAT}')
    if version > FORMAT:
        raise BaselineError(f"{path}: is of format {version}, newer than this nanlint, which knows {FORMAT}: update it")
    return Baseline(path.parent, _read_entries(path, content.get("findings")))


def written(report: Report, root: Path) -> Baseline:
    """All findings of a report as a baseline for a file in the directory `root`."""
    empty = Baseline(root)
    found: dict[Entry, Known] = {}
    for file in report.files:
        for entry, finding in empty.entries(file):
            before = found.get(entry, Known(0, finding.level))
            found[entry] = Known(before.count + 1, min(before.level, finding.level))
    return Baseline(root, found)


def updated(old: Baseline, new: Baseline, linted: Iterable[str], enabled: Enabled) -> Baseline:
    """The new findings, and the old entries that the run could not have found again."""
    judged = _judge(old, linted, enabled)
    kept = {entry: known for entry, known in old.known.items() if not judged(entry, known)}
    return Baseline(new.root, _united([*kept.items(), *new.known.items()]))


def filtered(report: Report, baseline: Baseline, enabled: Enabled) -> Filtered:
    """Hides the known findings; where there are more alike than known, the gravest and last are told."""
    left = {entry: known.count for entry, known in baseline.known.items()}
    files = tuple(_unknown(file, baseline, left) for file in report.files)
    linted = [file.path for file in report.files if not file.problems]
    judged = _judge(baseline, linted, enabled)
    surplus = Counter({entry: n for entry, n in left.items() if n and judged(entry, baseline.known[entry])})
    pruned = {entry: replace(known, count=known.count - surplus[entry]) for entry, known in baseline.known.items()}
    return Filtered(
        Report(files),
        len(report.findings) - sum(len(file.findings) for file in files),
        Baseline(baseline.root, {entry: known for entry, known in pruned.items() if known.count}),
        surplus.total(),
    )


def text_of(baseline: Baseline) -> str:
    """The file's content: sorted, an entry on each line, so that changes are easy to read and to merge."""
    rows = ",\n".join(
        f"  {_row(entry, known)}" for entry, known in sorted(baseline.known.items(), key=lambda it: it[0])
    )
    return f'{{\n "nanlint-baseline": {FORMAT},\n "findings": [\n{rows}{chr(10) if rows else ""} ]\n}}\n'


def write(path: Path, baseline: Baseline) -> None:
    """Replaces the file at once. Raises BaselineError if the system does not let us."""
    try:
        target = path.resolve()
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else _MODE
        replace_content(target, text_of(baseline).encode(), mode)
    except OSError as error:
        raise BaselineError(f"{path}: cannot be written: {error.strerror or error}") from None


def code_of(finding: Finding, file: FileReport) -> str:
    """The normalised code of a finding; of long code, its beginning and a digest."""
    text, place = file.code(finding.place.cell), finding.place
    lines = lines_of(text)
    start, end = lines.offset(place.line, place.column), lines.offset(place.end_line, place.end_column)
    code = normalised(text[start:end])
    if len(code) <= _LONGEST:
        return code
    return f"{code[:_QUOTED]}... sha256:{hashlib.sha256(code.encode()).hexdigest()[:16]}"


def _unknown(file: FileReport, baseline: Baseline, left: dict[Entry, int]) -> FileReport:
    """The file with the findings that `left` does not cover; it is used up on the way, the least grave first."""
    told: set[int] = set()
    for entry, finding in sorted(baseline.entries(file), key=lambda pair: pair[1].level):
        if left.get(entry, 0):
            left[entry] -= 1
        else:
            told.add(id(finding))
    return replace(file, findings=tuple(finding for finding in file.findings if id(finding) in told))


def _judge(baseline: Baseline, linted: Iterable[str], enabled: Enabled) -> Callable[[Entry, Known], bool]:
    """Whether an entry's findings, if they are still there, must be in a report on the `linted` files."""
    names = {baseline.relative(path): path for path in linted}

    def judged(entry: Entry, known: Known) -> bool:
        path = names.get(entry.path)
        if path is None:
            return not (baseline.root / entry.path).exists()
        return enabled(path, entry.rule, known.level)

    return judged


def _row(entry: Entry, known: Known) -> str:
    row: dict[str, object] = {"path": entry.path, "scope": entry.scope, "rule": entry.rule, "code": entry.code}
    row |= {"level": known.level.label}
    if known.count > 1:
        row["count"] = known.count
    return json.dumps(row, ensure_ascii=False)


def _read_entries(path: Path, rows: object) -> dict[Entry, Known]:
    """A merge of two branches may have left an entry twice."""
    if not isinstance(rows, list):
        raise BaselineError(f'{path}: is no baseline: it has no list "findings"')
    return _united(_read_entry(path, number, row) for number, row in enumerate(rows, 1))


def _united(entries: Iterable[tuple[Entry, Known]]) -> dict[Entry, Known]:
    """Of two alike, the larger count."""
    found: dict[Entry, Known] = {}
    for entry, known in entries:
        before = found.get(entry, known)
        found[entry] = Known(max(before.count, known.count), min(before.level, known.level))
    return found


def _read_entry(path: Path, number: int, row: object) -> tuple[Entry, Known]:
    given = row if isinstance(row, dict) else {}
    texts = [given.get(name) for name in ("path", "scope", "rule", "code")]
    count, level = given.get("count", 1), str(given.get("level", "note")).upper()
    if not all(isinstance(text, str) for text in texts) or type(count) is not int or level not in Level.__members__:
        raise BaselineError(f"{path}: is no baseline: its finding {number} is not one; `--write-baseline` writes one")
    return Entry(*map(str, texts)), Known(count, Level[level])


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}"
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
