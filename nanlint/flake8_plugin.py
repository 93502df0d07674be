"""The door for flake8: an extension that reports what nanlint finds, file by file, under the codes `NAN...`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from nanlint import __version__, api
from nanlint.comments.directives import directives
from nanlint.comments.unused import CODE as UNUSED
from nanlint.configuration.resolver import settings_for
from nanlint.findings import Level
from nanlint.showing import console

_UNABLE = "NAN000"
_LEVELS = {level.label: level for level in reversed(Level)}


class Options(Protocol):
    """The options of a run of flake8."""

    nanlint_level: str


class OptionManager(Protocol):
    """What flake8 lets an extension add options to."""

    def add_option(self, *names: str, **details: object) -> None: ...


class Plugin:
    """One file as flake8 has read it; the settings are those that nanlint has for the file.

    What flake8 does itself is left to it: `# noqa`, `--select` and `--ignore`, and the report of a syntax error, after
    which it does not run this.
    """

    name = "nanlint"
    version = __version__
    lowest = Level.WARNING

    def __init__(self, tree: ast.AST, lines: Sequence[str], filename: str) -> None:  # noqa: ARG002 - flake8 asks for it
        self.text = "".join(lines)
        self.path = filename

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Tells flake8 of `--nanlint-level`, which may also stand in its configuration file."""
        manager.add_option(
            "--nanlint-level",
            choices=[*_LEVELS],
            default=cls.lowest.label,
            parse_from_config=True,
            help="Report from this level on: %(choices)s. (Default: %(default)s)",
        )

    @classmethod
    def parse_options(cls, options: Options) -> None:
        """Takes what was chosen."""
        cls.lowest = _LEVELS[options.nanlint_level]

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """Line, 0-based column and text of each finding, and of what kept the file from being linted.

        Raises SettingsError for settings of nanlint that cannot be honoured.
        """
        settings = settings_for(self.path)
        settings = replace(
            settings,
            strict=settings.strict or self.lowest is Level.STRICT,
            ignored=(*settings.ignored, UNUSED),  # whether a comment is unused may depend on other files
        )
        report = api.lint_source(_without_noqa(self.text), self.path, settings)
        for problem in report.problems:
            yield problem.line or 1, (problem.column or 1) - 1, f"{_UNABLE} not linted: {problem.message}", type(self)
        for warning in report.warnings:
            console.tell(str(warning), "warning")
        for finding in report.findings:
            if finding.level >= self.lowest:
                text = f"{finding.code} {finding.rule}: {finding.message}"
                yield finding.place.line, finding.place.column - 1, text, type(self)


def _without_noqa(text: str) -> str:
    """The text with blanks for what its comments say to flake8, which heeds that, or with `--disable-noqa` does not."""
    for directive in directives(text):
        if directive.verb == "noqa":
            blank = "#" + " " * (directive.end - directive.start - 1)
            text = text[: directive.start] + blank + text[directive.end :]
    return text
