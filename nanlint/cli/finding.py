"""Which files a run lints: those that are named or found, those that have changed, or standard input."""

from __future__ import annotations

from dataclasses import replace

from nanlint.cli.found import Found, refuse, search
from nanlint.cli.run import Run
from nanlint.cli.showing import notice
from nanlint.cli.standard_input import is_asked, taken
from nanlint.cli.whole import half_seen
from nanlint.configuration.resolver import Resolver
from nanlint.program.surroundings import Surroundings


def find(run: Run, resolver: Resolver) -> Found:
    """What the command line asks to lint. Raises SettingsError for options that do not go together."""
    if is_asked(run):
        return taken(run, resolver)
    paths = run.files.paths or ["."]
    found = search(paths, resolver)
    if not (found.files or found.unfound):
        notice(run, f"no Python files in {', '.join(paths)}", "warning")
    known = run.existing.write_baseline or run.existing.baseline or resolver.of_run().conduct.baseline
    found = replace(found, half_seen=half_seen(paths, found.files, resolver, known))
    return found if run.files.changed is None else _changed(run, found)


def _changed(run: Run, found: Found) -> Found:
    """The files that have changed, and those that use them, among all that were found."""
    from nanlint.files.changed import since

    refuse("--changed", run, "--interactive", "--write-baseline")
    reference = run.files.changed or "HEAD"
    changes = since(reference, found.files)
    if found.files and not changes.before:
        notice(run, f"no Python file has changed since {reference}")
    around = Surroundings(found.files, changes=changes)
    wanted = changes.before.keys() | around.project(()).dependents(changes.before)
    return replace(found, files=tuple(path for path in found.files if path in wanted), around=around)
