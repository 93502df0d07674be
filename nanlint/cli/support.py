"""What accompanies a run: kept results, progress on the terminal, the account of where the time went."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from nanlint.cli.run import Run
from nanlint.configuration.merged import Configuration
from nanlint.findings import Applicability
from nanlint.reports import Report
from nanlint.running.aids import Aids
from nanlint.running.stopwatch import Stopwatch
from nanlint.settings import SettingsError
from nanlint.showing import console
from nanlint.showing.terminal import Paint, wants_colour

_STATISTICS_FORMATS = frozenset({"full", "concise", "grouped", "json"})


def aids_of(run: Run, configuration: Configuration) -> Aids:
    """Those that the command line and the settings of the run ask for."""
    from nanlint.caching.cache import Cache
    from nanlint.caching.cache_directory import DIRECTORY

    directory = configuration.conduct.cache_dir or configuration.root / DIRECTORY
    cache = None if run.files.no_cache else Cache(directory)
    return Aids(cache, stopwatch=Stopwatch(run.understanding.verbose))


@contextmanager
def in_progress(run: Run, aids: Aids) -> Iterator[Aids]:
    """The aids with a display of progress, which is gone afterwards; then says what keeps results from being kept."""
    from nanlint.running.progress import Progress, wants_progress

    if run.understanding.no_progress or not wants_progress(sys.stderr):
        yield aids
    else:
        progress = Progress(sys.stderr)
        try:
            yield Aids(aids.cache, progress, aids.stopwatch)
        finally:
            progress.erase()
    if aids.cache is not None and aids.cache.trouble:
        console.tell(f"{aids.cache.trouble}; --no-cache goes without", "warning")


def tell_account(run: Run, report: Report, aids: Aids) -> None:
    """On stderr, for --verbose: what was skipped, and where the time went."""
    if not run.understanding.verbose:
        return
    from nanlint.running.verbose import Account, lines

    skipped = [file.path for file in report.files if file.skipped]
    account = Account(len(report.files), skipped, aids.stopwatch.seconds)
    if aids.cache is not None:
        account = Account(account.files, skipped, account.seconds, str(aids.cache.directory), aids.cache.hits)
    for line in lines(account):
        sys.stderr.write(f"{line}\n")


def statistics(run: Run, report: Report, output_format: str) -> str:
    """The table of --statistics: for people, or as JSON. Raises SettingsError for another format."""
    from nanlint.showing.statistics import as_json, table, tallies

    if output_format not in _STATISTICS_FORMATS:
        raise SettingsError(f"--statistics is a table for people, or JSON; there is none as {output_format}")

    allowed = {Applicability.SAFE} | ({Applicability.UNSAFE} if run.fixes.unsafe_fixes else set())
    found = tallies(report.findings, allowed)
    if output_format == "json":
        return as_json(found)
    option = "--fix --unsafe-fixes" if run.fixes.unsafe_fixes else "--fix"
    from nanlint.formats._summary import total

    closing = "" if run.output.quiet else f"{total(report)}\n"
    return table(found, Paint(wants_colour(sys.stdout)), option) + closing
