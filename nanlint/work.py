"""The work on one file of a run, in whatever process it is done; one bad file does not stop the others."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nanlint.findings import Finding, Problem
from nanlint.fixer import SAFE, UNSAFE, fix_text
from nanlint.project import Project
from nanlint.settings import Settings
from nanlint.source import Source, SourceError
from nanlint.stack import with_deep_stack
from nanlint.syntax import check_nesting, depth_explained, python_refuses
from nanlint.verdicts import Examined, verdict

if TYPE_CHECKING:  # what imports LibCST (0.2 s) waits until a file needs it
    from nanlint.rule import Rule

_HOME = Path(__file__).parent
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Examination:
    """What examining one file gave. source: None for one that could not be read or parsed, as `problems` say."""

    path: str
    source: Source | None = None
    examined: Examined = field(default_factory=Examined)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixing:
    """What fixing one file gave: the text before, how often each rule's fix was applied, the text after, examined."""

    before: Source | None
    after: Examination
    applied: Mapping[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return self.before != self.after.source


def examine_file(path: str, settings: Settings, project: Project) -> Examination:
    """Reads and examines a file of the project."""
    done = guarded(path, lambda: _examine(project.source(path), settings, project))
    return Examination(path, problems=(done,)) if isinstance(done, Problem) else done


def fix_file(path: str, settings: Settings, unsafe: bool, project: Project) -> Fixing:
    """Reads a file of the project and applies its fixes until nothing changes; the file stays as it is."""
    done = guarded(path, lambda: _fix(project.source(path), settings, unsafe, project))
    return Fixing(None, Examination(path, problems=(done,))) if isinstance(done, Problem) else done


def _examine(source: Source, settings: Settings, project: Project) -> Examination:
    if project.matters(source):
        return Examination(source.path, source, _examined(source, settings, project))
    _check_syntax(source)
    return Examination(source.path, source)


def _examined(source: Source, settings: Settings, project: Project) -> Examined:
    from nanlint.engine import examine

    with depth_explained(source):
        return examine(source, project.parsed(source), _rules(settings), settings, project)


@cache
def _rules(settings: Settings) -> tuple[Rule, ...]:
    from nanlint.rules.registry import select_rules

    return tuple(select_rules(settings.select, settings.ignore, settings.extend_select))


def _check_syntax(source: Source) -> None:
    """Raises SourceError for a text that neither Python nor LibCST can parse; Python is the faster one to ask."""
    check_nesting(source)
    if python_refuses(source) is not None:
        from nanlint.parsing import parse

        parse(source)


def _fix(source: Source, settings: Settings, unsafe: bool, project: Project) -> Fixing:
    if not project.matters(source):
        return Fixing(source, _examine(source, settings, project))
    passes: dict[str, Examined] = {}

    def lint(text: str) -> tuple[Finding, ...]:
        if text not in passes:
            passes[text] = _examined(source.with_text(text), settings, project)
        return verdict(passes[text]).findings

    fixed = fix_text(source.text, source.path, lint, UNSAFE if unsafe else SAFE)
    after = source.with_text(fixed.text)
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
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_HOME)
        ]
        where = f"{Path(frames[-1].filename).relative_to(_HOME.parent)}:{frames[-1].lineno}" if frames else "?"
        message = " ".join(str(error).split())
        return Problem(path, f"internal error in nanlint: {type(error).__name__}: {message} ({where})")
    finally:
        if collecting:
            gc.enable()


def died(path: str) -> Problem:
    """What to say of a file whose process ended under it."""
    return Problem(path, "internal error in nanlint: the process that linted it died")
