"""Examining files of one program, on all cores where they are many; what is kept of earlier runs is not done again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from nanlint import plugins
from nanlint.findings import Applicability
from nanlint.policy import judged
from nanlint.program.project import Project
from nanlint.running.aids import NO_AIDS, Aids, Steps
from nanlint.running.pool import for_each
from nanlint.running.work import Examination, died, examine_file
from nanlint.settings import DEFAULT, PerPath, Settings, of_path


def examine(paths: Sequence[str], settings: PerPath, project: Project, aids: Aids = NO_AIDS) -> tuple[Examination, ...]:
    """Examines files; what is kept of earlier runs is taken from there, which proves its settings, too."""
    kept = cached(paths, settings, project, aids)
    missing = [path for path in paths if path not in kept]
    if missing or not paths:
        check_settings(settings)
    function = partial(examine_file, settings=settings, project=project)
    steps = Steps(aids, len(paths), len(kept))

    def heard(examination: Examination) -> None:
        steps.step()
        aids.stopwatch.add(examination.seconds)
        if aids.cache is not None:
            aids.cache.keep(examination, settings, project)

    done = for_each(function, missing, lambda path: Examination(path, problems=(died(path),)), heard)
    found = {examination.path: examination.light for examination in (*kept.values(), *done)}
    return tuple(found[path] for path in paths)


def cached(paths: Sequence[str], settings: PerPath, project: Project, aids: Aids) -> dict[str, Examination]:
    """The examinations that are kept of earlier runs, by path."""
    if aids.cache is None:
        return {}
    with project.watch.stage("looking into the cache"):
        found = {path: aids.cache.find(path, settings, project) for path in paths}
    aids.stopwatch.add(project.watch.taken())
    return {path: examination for path, examination in found.items() if examination is not None}


def may_change(examination: Examination, settings: PerPath, allowed: Collection[Applicability]) -> bool:
    """Fixing the file may change it: a finding has a fix that is applied."""
    own = of_path(settings, examination.path)
    fixes = (judged(report.finding, own).fix for report in examination.examined.own)
    return any(fix is not None and fix.applicability in allowed for fix in fixes)


def check_settings(settings: PerPath) -> None:
    """Raises SettingsError for selectors that select nothing and for plugins that cannot be used.

    It asks the rules (and LibCST) only if there are any of these.
    """
    distinct = {settings} if isinstance(settings, Settings) else set(settings.values())
    if plugins.found() or any(one.selectors != DEFAULT.selectors for one in distinct):
        from nanlint.rules.selecting import select_rules

        for one in distinct:
            select_rules(one)
