"""What a run shows: problems and notices on stderr, the report or the diff on stdout or in files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nanlint import formats
from nanlint.cli.configured import Policy
from nanlint.cli.outcome import Outcome
from nanlint.cli.run import Run
from nanlint.cli.support import statistics
from nanlint.configuration.conduct import Conduct
from nanlint.configuration.resolver import Resolver
from nanlint.findings import Applicability
from nanlint.fixing.diff import diff_of
from nanlint.notebooks.ipynb import PYTHON
from nanlint.reports import FileReport, FixResult, Report
from nanlint.showing import console
from nanlint.showing.outputs import Destination, deliver, destinations, put

UNABLE = 2


def show(run: Run, policy: Policy, outcome: Outcome) -> None:
    """Problems and warnings, then the report, or the diff."""
    tell_problems(run, outcome.report)
    if run.fixes.diff:
        _show_diff(run, outcome)
        return
    if run.fixes.asked:
        tell_fixes(run, outcome)
    wanted = [one for one in destinations_of(run, policy.conduct) if one.file or not run.output.silent]
    if run.fixes.fix_only or not wanted:
        return
    if run.understanding.statistics:
        put(statistics(run, outcome.report, wanted[0].format), wanted[0].file)
        return
    view = formats.View(
        outcome.report,
        unsafe_fixes=run.fixes.unsafe_fixes,
        fail_on=policy.own.fail_on,
        root=str(Path.cwd()),
        quiet=run.output.quiet,
    )
    deliver(view, wanted)


def destinations_of(run: Run, conduct: Conduct) -> tuple[Destination, ...]:
    """Where which report goes. Raises SettingsError."""
    return destinations(run.output.output_format or [conduct.output_format], run.output.output_file)


def notice(run: Run, message: str, kind: str = "") -> None:
    """Tells something on stderr, unless the run is to be quiet."""
    if not (run.output.quiet or run.output.silent):
        console.tell(message, kind)


def tell_problems(run: Run, report: Report) -> None:
    """What went wrong, and, unless the run is to be quiet, what seems odd."""
    for problem in report.problems:
        console.tell(str(problem), "error")
    for warning in report.warnings:
        notice(run, str(warning), "warning")
    named = {str(Path(path)) for path in run.files.paths or ()}
    for file in report.files:
        if file.language != PYTHON and file.path in named:
            notice(run, f"{file.path}: is a notebook in {file.language}, not in Python: passed over", "warning")


def show_settings(resolver: Resolver, files: Sequence[str]) -> int:
    """Every setting with who gave it, for each settings file that governs a file of the run; the exit code."""
    from nanlint.configuration.showing import settings_shown

    governing = Counter(id(resolver.of_path(file)) for file in files)
    configurations = {id(one): one for one in (resolver.of_path(file) for file in files)}
    run = resolver.of_run()
    shown = [settings_shown(one, governing[key]) for key, one in configurations.items()]
    console.write("\n".join(shown or [settings_shown(run, 0)]))
    return 0


def show_files(files: Sequence[str], unfound: Sequence[FileReport]) -> int:
    """The files, one on a line; the exit code."""
    for report in unfound:
        for problem in report.problems:
            console.tell(str(problem), "error")
    console.write("".join(f"{file}\n" for file in files))
    return UNABLE if unfound else 0


def _show_diff(run: Run, outcome: Outcome) -> None:
    changed = outcome.changed
    if run.output.output_file or not run.output.silent:
        diffs = (diff_of(result) for result in changed)
        put("".join(diffs), run.output.output_file)
    kinds = [finding.fix.applicability for finding in outcome.report.findings if finding.fix is not None]
    more = 0 if run.fixes.unsafe_fixes else kinds.count(Applicability.UNSAFE)
    notice(run, f"Would fix {_number_fixed(outcome)}" + (f"; {more} more with --unsafe-fixes" if more else ""))


def tell_fixes(run: Run, outcome: Outcome) -> None:
    """How many findings were fixed, and, for --show-fixes, of which rules in which files."""
    notice(run, f"Fixed {_number_fixed(outcome)}" + (":" if run.fixes.show_fixes and outcome.changed else ""))
    if run.fixes.show_fixes:
        for result in outcome.changed:
            notice(run, f"- {result.report.path}: {', '.join(_applied(result))}")


def _applied(result: FixResult) -> list[str]:
    from nanlint.roster import known

    names = {rule.code: rule.name for rule in known()}
    return [f"{number} x {code} {names[code]}" for code, number in sorted(result.applied.items())]


def _number_fixed(outcome: Outcome) -> str:
    number = sum(sum(result.applied.values()) for result in outcome.changed)
    if not number:
        return "nothing"
    return f"{formats.count(number, 'finding')} in {formats.count(len(outcome.changed), 'file')}"
