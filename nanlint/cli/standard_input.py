"""Standard input: linted as the file whose name it is given, and handed back fixed on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from nanlint.cli.found import Found, refuse
from nanlint.cli.outcome import Outcome
from nanlint.cli.run import Run
from nanlint.cli.whole import of_project
from nanlint.configuration.resolver import Resolver
from nanlint.program.surroundings import Surroundings
from nanlint.reports import FileReport
from nanlint.settings import SettingsError
from nanlint.showing import console
from nanlint.text.source import SourceError, decoded

NAME = "-"


def is_asked(run: Run) -> bool:
    """The text to lint comes on standard input."""
    return run.files.stdin_filename is not None or NAME in (run.files.paths or ())


def taken(run: Run, resolver: Resolver) -> Found:
    """The text, as if it were in the file of its name, among the other files of the project.

    Raises SettingsError for paths and options that do not go with it.
    """
    beside = [path for path in run.files.paths or () if path != NAME]
    if beside:
        raise SettingsError(f"standard input is linted by itself, not with {', '.join(beside)}")
    refuse("standard input", run, "--changed", "--watch", "--interactive", "--write-baseline", "--add-ignores")
    name = str(Path(run.files.stdin_filename or NAME))
    content = sys.stdin.buffer.read()
    if resolver.of_run().conduct.force_exclude and resolver.excludes(Path(name), within=True):
        return Found((), content=content)
    try:
        source = decoded(name, content)
    except SourceError as error:
        return Found((), (FileReport(name, problems=(error.problem,)),), content=content)
    others = (path for path in of_project(name, resolver) if Path(path).absolute() != Path(name).absolute())
    around = Surroundings((name, *others), {name: source.whole})
    return Found((name,), around=around, half_seen=frozenset({name}), content=content, source=source)


@contextmanager
def handed_back(run: Run, found: Found, outcome: Outcome) -> Iterator[None]:
    """Where the text is fixed, it is what standard output gets; the report then goes where errors go."""
    if found.content is None or run.fixes.diff or not run.fixes.asked:
        yield
        return
    text = next((result.text for result in outcome.changed), None)
    console.write_bytes(
        found.content if text is None or found.source is None else _encoded(text, found.source.encoding)
    )
    with redirect_stdout(sys.stderr):
        yield


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        lost = error.object[error.start : error.end]
        raise console.OutputError(f"cannot write what is fixed: {encoding} has no {lost!r}") from None
