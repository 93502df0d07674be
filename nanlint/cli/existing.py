"""Old code: known findings are hidden or written down, findings get ignore comments."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nanlint.cli.found import Found
from nanlint.cli.outcome import Outcome
from nanlint.cli.run import Run
from nanlint.cli.showing import notice
from nanlint.findings import Level
from nanlint.formats import count
from nanlint.reports import Report
from nanlint.settings import PerPath, SettingsError, of_path
from nanlint.showing import console

if TYPE_CHECKING:
    from nanlint.baseline import Baseline, Enabled


def known_before(run: Run, configured: Path | None) -> Path | None:
    """The baseline of a run that reports, which can be read; `configured` is that of the settings.

    Raises BaselineError, and SettingsError for options that do not go together.
    """
    path = run.existing.baseline or configured
    if path is None and run.existing.prune_baseline:
        raise SettingsError("--prune-baseline needs a baseline: give it --baseline FILE")
    if path is None or run.existing.write_baseline is not None or run.fixes.diff:
        return None
    from nanlint.baseline import read

    path = Path(os.path.relpath(path))
    read(path)
    return path


def unknown(run: Run, found: Found, outcome: Outcome, settings: PerPath, path: Path | None) -> Report:
    """The report without what the baseline knows; says what of it is no longer found, or takes that out.

    Raises BaselineError.
    """
    report, before = Report((*found.unfound, *outcome.report.files)), outcome.before
    if path is None:
        return report
    from nanlint import baseline

    known = baseline.read(path) if before is None else _carried(run, path, before, report)
    judged = baseline.filtered(report, known, _asked(settings, found.half_seen))
    if judged.stale and run.existing.prune_baseline:
        baseline.write(path, judged.pruned)
        notice(run, f"{path}: {count(judged.stale, 'finding')} taken out, no longer found")
    elif judged.stale:
        verb, them = ("is", "it") if judged.stale == 1 else ("are", "them")
        told = f"{count(judged.stale, 'finding')} of {path} {verb} no longer found; --prune-baseline takes {them} out"
        notice(run, told, "warning")
    return judged.report


def _carried(run: Run, path: Path, before: Report, after: Report) -> Baseline:
    """The baseline, which goes along with the changes of this run. Raises BaselineError."""
    from nanlint import baseline
    from nanlint.carrying import carried

    done = carried(baseline.read(path), before, after)
    if done.lost:
        baseline.write(path, done.baseline)
        gained = f", {done.gained} put in that this leaves in their place" if done.gained else ""
        notice(run, f"{path}: {count(done.lost, 'finding')} taken out{gained}")
    return done.baseline


def adopts(run: Run) -> bool:
    """The run writes findings down instead of telling them.

    Raises SettingsError for options that exclude each other.
    """
    options = {
        "--write-baseline": run.existing.write_baseline is not None,
        "--add-ignores": run.existing.add_ignores is not None,
        "--interactive": run.fixes.interactive,
        "--diff": run.fixes.diff,
    }
    given = [name for name, is_given in options.items() if is_given]
    if run.existing.prune_baseline and not {"--write-baseline", "--diff"}.isdisjoint(given):
        given.append("--prune-baseline")
    if len(given) > 1:
        raise SettingsError(f"{given[0]} and {given[1]} do not go together")
    return bool(given) and given[0] in ("--write-baseline", "--add-ignores")


def check_terminal() -> None:
    """Raises SettingsError if there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SettingsError(
            "--interactive needs a terminal for its questions; --diff shows the fixes, --fix applies them"
        )


def adopt(run: Run, found: Found, report: Report, settings: PerPath) -> int:
    """Writes the findings into a baseline, or comments beside them; the exit code. Raises BaselineError."""
    done = True
    if run.existing.write_baseline is not None:
        _write_baseline(run, run.existing.write_baseline, report, _asked(settings, found.half_seen))
    else:
        done = _add_ignores(run, report)
    return 0 if done and not report.problems else 2


def _write_baseline(run: Run, path: Path, report: Report, asked: Enabled) -> None:
    """Writes all findings of the report to the file, beside what it knows of files and rules that had no part in it.

    Raises BaselineError.
    """
    from nanlint import baseline

    new = baseline.written(report, path.parent)
    if path.exists():
        linted = [file.path for file in report.files if not file.problems]
        new = baseline.updated(baseline.read(path), new, linted, asked)
    baseline.write(path, new)
    files = len({entry.path for entry in new.known})
    number = sum(known.count for known in new.known.values())
    notice(run, f"{path}: {count(number, 'finding')} in {count(files, 'file')} written")


def _asked(settings: PerPath, half_seen: frozenset[str]) -> Enabled:
    """Whether the run must have told of a finding."""
    from nanlint.roster import known

    names = {rule.code: rule.name for rule in known()}

    def asked(path: str, code: str, level: Level) -> bool:
        own = of_path(settings, path)
        return (
            path not in half_seen
            and code in names
            and own.selects(code, names[code])
            and (own.strict or level > Level.STRICT)
        )

    return asked


def _add_ignores(run: Run, report: Report) -> bool:
    """Writes a comment at each finding; says how many, and which have no place for one. False if there are some."""
    from nanlint.comments.ignoring import ignore_in

    reason = run.existing.add_ignores or ""
    results = [ignore_in(file, reason) for file in report.files if file.findings]
    problems = [problem for result in results for problem in result.problems]
    for problem in problems:
        console.tell(str(problem), "error")
    numbers = [result.number for result in results if result.number]
    done = f"{count(sum(numbers), 'finding')} in {count(len(numbers), 'file')}" if numbers else "nothing"
    notice(run, f"Ignored {done}")
    return not problems
