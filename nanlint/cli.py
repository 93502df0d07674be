"""The command line: parse, call, show, exit. What is slow to import is imported where it is used."""

from __future__ import annotations

import enum
import sys
import traceback
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from nanlint import __version__, api, console, formats
from nanlint.diff import unified_diff
from nanlint.discover import discover
from nanlint.findings import Applicability, Level
from nanlint.reports import FileReport, Report
from nanlint.settings import DEFAULT, Settings, SettingsError
from nanlint.terminal import Paint, wants_colour

_HELP = """Find what will turn a loss into NaN or Inf.

\b
Examples:
  nanlint                           lint the current directory
  nanlint train.py src/             lint a file and a directory
  nanlint --diff                    show the safe fixes, write nothing
  nanlint --fix --unsafe-fixes      apply fixes, also those that change values
  nanlint --select NAN2,log-of-zero --ignore lost-digits
  nanlint rule log-of-softmax       explain a rule, by name or code
  nanlint rules                     list the rules
"""
_EXIT_CODES = "Exit code: 0 nothing to fail on, 1 findings that fail, 2 something could not be linted."
_FORMATS = ", ".join(formats.names())
_UNABLE, _INTERRUPTED = 2, 130

linter = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
commands = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
"""What runs if the first argument is the name of a command; every other command line is the linter's."""


class FailOn(str, enum.Enum):
    """The levels by name."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    STRICT = "strict"


def main() -> None:
    """Runs the command line of this process and exits."""
    console.prepare()
    arguments = sys.argv[1:]
    names = {command.name for command in commands.registered_commands}
    app = commands if arguments and arguments[0] in names else linter
    try:
        app(arguments, prog_name="nanlint")
    except (SettingsError, console.OutputError) as error:
        console.tell(str(error), "error")
        sys.exit(_UNABLE)
    except Exception:  # noqa: BLE001 - Python would exit with 1, which says that there are findings
        traceback.print_exc()
        sys.exit(_UNABLE)


def _format(name: str) -> str:
    if name not in formats.names():
        raise typer.BadParameter(f"{name!r} is none of {_FORMATS}.")
    return name


def _version(wanted: bool) -> None:
    if wanted:
        console.write(f"nanlint {__version__}\n")
        raise typer.Exit


@linter.command(help=_HELP, epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
def lint(
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATHS", hidden=True)] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help="Only these: names, codes, prefixes; repeated or commas.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Not these.")] = None,
    extend_select: Annotated[list[str] | None, typer.Option(metavar="RULES", help="These as well.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Also show what may be no hazard at all.")] = False,
    fail_on: Annotated[
        FailOn, typer.Option(metavar="LEVEL", help="Exit with 1 from this on: error, warning, note, strict.")
    ] = FailOn.WARNING,
    output_format: Annotated[str, typer.Option(metavar="FORMAT", help=f"{_FORMATS}.", callback=_format)] = "full",
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change, write nothing.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Apply safe fixes and report what remains.")] = False,
    unsafe_fixes: Annotated[bool, typer.Option("--unsafe-fixes", help="Include fixes that change values.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Lint every file anew.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Lints; shows or applies fixes."""
    settings = Settings(
        select=_split(select) or DEFAULT.select,
        ignore=_split(ignore),
        extend_select=_split(extend_select),
        strict=strict or fail_on is FailOn.STRICT,
        fail_on=Level[fail_on.name],
    )
    try:
        if diff or fix:
            raise typer.Exit(_fix(paths or ["."], settings, output_format, unsafe=unsafe_fixes, write=not diff))
        if unsafe_fixes:
            console.tell("--unsafe-fixes does nothing without --fix or --diff", "warning")
        raise typer.Exit(_lint(paths or ["."], settings, output_format))
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None


@commands.command("rule")
def rule(name: Annotated[str, typer.Argument(metavar="RULE", help="A name or a code.")]) -> None:
    """Explain a rule."""
    from nanlint.docs import terminal
    from nanlint.rules.registry import find_rule

    console.write(terminal(find_rule(name), Paint(wants_colour(sys.stdout))))


@commands.command("rules")
def rules() -> None:
    """List the rules."""
    from nanlint.docs import table
    from nanlint.rules.registry import all_rules

    console.write(table(all_rules(), Paint(wants_colour(sys.stdout))))


def _lint(paths: Sequence[str], settings: Settings, output_format: str) -> int:
    files, unfound = _discover(paths)
    report = Report((*unfound, *api.lint_paths(files, settings).files))
    _show(report, output_format, unsafe=False)
    return report.exit_code(settings.fail_on)


def _fix(paths: Sequence[str], settings: Settings, output_format: str, *, unsafe: bool, write: bool) -> int:
    """Fixes and reports what remains, or only shows what it would change."""
    files, unfound = _discover(paths)
    results = api.fix_paths(files, settings, unsafe=unsafe, write=write)
    report = Report((*unfound, *(result.report for result in results)))
    changed = [result for result in results if result.changed]
    number = sum(sum(result.applied.values()) for result in changed)
    done = f"{formats.count(number, 'finding')} in {formats.count(len(changed), 'file')}" if changed else "nothing"
    if write:
        console.tell(f"Fixed {done}")
        _show(report, output_format, unsafe=unsafe)
        return report.exit_code(settings.fail_on)
    _tell_problems(report)
    console.write("".join(unified_diff(result.report.path, result.before, result.text) for result in changed))
    kinds = [finding.fix.applicability for finding in report.findings if finding.fix is not None]
    more = 0 if unsafe else kinds.count(Applicability.UNSAFE)
    console.tell(f"Would fix {done}" + (f"; {more} more with --unsafe-fixes" if more else ""))
    return _UNABLE if report.problems else int(bool(changed))


def _discover(paths: Sequence[str]) -> tuple[tuple[str, ...], tuple[FileReport, ...]]:
    """The files to lint, and a report for each path where there is none."""
    found = discover(paths)
    if not (found.files or found.problems):
        console.tell(f"no Python files in {', '.join(paths)}", "warning")
    unfound = tuple(FileReport(problem.path, problems=(problem,)) for problem in found.problems)
    return tuple(map(str, found.files)), unfound


def _show(report: Report, output_format: str, *, unsafe: bool) -> None:
    _tell_problems(report)
    view = formats.View(report, colour=wants_colour(sys.stdout), unsafe_fixes=unsafe)
    console.write(formats.render(output_format, view))


def _tell_problems(report: Report) -> None:
    for problem in report.problems:
        console.tell(str(problem), "error")
    for warning in report.warnings:
        console.tell(str(warning), "warning")


def _split(selectors: Iterable[str] | None) -> tuple[str, ...]:
    """The selectors of all uses of an option, each a list with commas."""
    listed = (part.strip() for text in selectors or () for part in text.split(","))
    return tuple(part for part in listed if part)
