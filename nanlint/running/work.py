"""The work on one file of a run, in whatever process it is done; one bad file does not stop the others."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nanlint.caching.ledger import Ledger, Uses
from nanlint.comments.directives import mentions_nanlint
from nanlint.comments.suppress import suppressions
from nanlint.findings import Bug, Finding, Problem
from nanlint.fixing.fixer import SAFE, UNSAFE, fix_text
from nanlint.plugins import at_fault
from nanlint.policy import judged
from nanlint.program.project import Project
from nanlint.program.surroundings import ALONE, Surroundings
from nanlint.program.verdicts import Examined, verdict
from nanlint.running.stack import with_deep_stack
from nanlint.settings import PerPath, Settings, of_path
from nanlint.text.source import Source, SourceError
from nanlint.text.syntax import check_nesting, depth_explained, python_refuses

if TYPE_CHECKING:  # what imports LibCST (0.2 s) waits until a file needs it
    from nanlint.rule import Rule

_HOME = Path(__file__).parents[1]
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Examination:
    """What examining one file gave. source: None for one that could not be read or parsed, as `problems` say.

    skipped: it was not interpreted, for want of a framework; uses: what the result depends on, None if nobody knows;
    seconds: spent on each stage, if the project's watch runs.
    """

    path: str
    source: Source | None = None
    examined: Examined = field(default_factory=Examined)
    problems: tuple[Problem, ...] = ()
    skipped: bool = False
    uses: Uses | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def light(self) -> Examination:
        """All that reports need: a notebook's JSON can be a thousand times as long as its code."""
        return self if self.source is None else replace(self, source=replace(self.source, json=""))


@dataclass(frozen=True, slots=True)
class Fixing:
    """What fixing one file gave: the text before, how often each rule's fix was applied, the text after, examined."""

    before: Source | None
    after: Examination
    applied: Mapping[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return self.before != self.after.source


def examine_file(path: str, settings: PerPath, project: Project) -> Examination:
    """Reads and examines a file of the project."""
    ledger = Ledger()

    def work() -> Examination:
        with project.recorded(ledger):
            return _examine(project.source(path), settings, project)

    done = guarded(path, work)
    seconds = project.watch.taken()
    if isinstance(done, Problem):
        uses = None if isinstance(done, Bug) else ledger.closed()
        return Examination(path, problems=(done,), uses=uses, seconds=seconds)
    return replace(done, uses=ledger.closed(), seconds=seconds).light


def fix_file(path: str, settings: PerPath, unsafe: bool, project: Project, around: Surroundings = ALONE) -> Fixing:
    """Reads a file of the project and applies its fixes until nothing changes; the file stays as it is."""
    done = guarded(path, lambda: _fix(project.source(path), settings, unsafe, project, around))
    seconds = project.watch.taken()
    if isinstance(done, Problem):
        return Fixing(None, Examination(path, problems=(done,), seconds=seconds))
    return replace(done, after=replace(done.after, seconds=seconds))


def _examine(source: Source, settings: PerPath, project: Project) -> Examination:
    if project.matters(source, of_path(settings, source.path).alias_roots):
        return Examination(source.path, source, _examined(source, settings, project))
    with project.watch.stage("checking the syntax of what is skipped"):
        _check_syntax(source)
    return Examination(source.path, source, _commented(source, of_path(settings, source.path)), skipped=True)


def _commented(source: Source, settings: Settings) -> Examined:
    """What there is of a file that is not interpreted: the comments that silence nothing there."""
    if not mentions_nanlint(source.text):
        return Examined()
    from nanlint.roster import complaint
    from nanlint.rules.selecting import judging

    enabled = frozenset(rule.code for rule in rules_of(judging(settings)))
    return Examined(suppressions=suppressions(source, complaint), enabled=enabled)


def _examined(source: Source, settings: PerPath, project: Project) -> Examined:
    from nanlint.engine import examine
    from nanlint.rules.registry import all_rules

    with depth_explained(source):
        return examine(source, project.parsed(source), all_rules(), settings, project)


@cache
def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """The rules that are on, by code. Raises SettingsError for a selector that means none."""
    from nanlint.rules.selecting import select_rules

    return tuple(select_rules(settings))


def _check_syntax(source: Source) -> None:
    """Raises SourceError for a text that neither Python nor LibCST can parse; Python is the faster one to ask."""
    check_nesting(source)
    if python_refuses(source) is not None:
        from nanlint.text.parsing import parse

        parse(source)


def _fix(source: Source, settings: PerPath, unsafe: bool, project: Project, around: Surroundings) -> Fixing:
    if not project.matters(source, of_path(settings, source.path).alias_roots):
        return Fixing(source, _examine(source, settings, project))
    passes: dict[str, Examined] = {}

    def lint(text: str) -> tuple[Finding, ...]:
        now = source.with_text(text)
        if text not in passes:
            passes[text] = _examined(now, settings, project)
        findings = around.counted(verdict(passes[text]).findings, now)
        return tuple(judged(finding, of_path(settings, source.path)) for finding in findings)

    fixed = fix_text(source.text, source.path, lint, UNSAFE if unsafe else SAFE)
    after = source.with_text(fixed.text).saved()
    return Fixing(source, Examination(source.path, after, passes[fixed.text], fixed.problems), fixed.applied)


def with_problem(examination: Examination, problem: Problem) -> Examination:
    return replace(examination, problems=(*examination.problems, problem))


def guarded(path: str, work: Callable[[], _Result]) -> _Result | Problem:
    """What `work` on one file returns, or what kept it from that."""
    collecting = gc.isenabled()
    gc.disable()  # a tree is no garbage, but the collector walks it again and again: 40% of the time to parse 2 MB
    try:
        return with_deep_stack(work)
    except SourceError as error:
        return error.problem
    except Exception as error:  # noqa: BLE001 - a bug in nanlint: shown as one, with its place; other files go on
        return _bug(path, error, traceback.extract_tb(error.__traceback__))
    finally:
        if collecting:
            gc.enable()


def _bug(path: str, error: Exception, frames: Sequence[traceback.FrameSummary]) -> Bug:
    """What to say of an error that nobody foresaw: whose it is, and where it was raised."""
    plugin = at_fault(error)
    frames = [frame for frame in frames if plugin or _is_own(frame.filename)]
    file = Path(frames[-1].filename) if frames else Path("?")
    shown = file.relative_to(_HOME.parent) if _is_own(str(file)) else Path(*file.parts[-2:])
    where = f"{shown}:{frames[-1].lineno}" if frames else "?"
    whose = f"plugin {plugin}" if plugin else "nanlint"
    message = " ".join(str(error).split())
    return Bug(path, f"internal error in {whose}: {type(error).__name__}: {message} ({where})")


def _is_own(filename: str) -> bool:
    return Path(filename).is_relative_to(_HOME)


def died(path: str) -> Problem:
    """What to say of a file whose process ended under it."""
    return Bug(path, "internal error in nanlint: the process that linted it died")
