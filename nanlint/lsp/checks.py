"""When what is linted and shown: at once where it is quiet, later where somebody types, never for an older text."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from nanlint.findings import Problem
from nanlint.lsp.analyst import AnalysisError, Urgency
from nanlint.lsp.callers import Callers
from nanlint.lsp.jobs import Rescan, Update
from nanlint.lsp.linting import Lint, Linted
from nanlint.lsp.publisher import Publisher
from nanlint.lsp.session import Session
from nanlint.lsp.shown import Shown
from nanlint.lsp.units import Unit, path_of, versions
from nanlint.reports import FileReport

QUIET = 0.25  # seconds without a change after which the next one is looked at at once
PAUSE = 0.06  # seconds to wait for the next change while somebody types
AFTERWARDS = 0.5  # seconds after which the files that use a changed one are looked at
MAX_CHARACTERS = 1_000_000
"""Some 25,000 lines: the command line takes twice that, but a keystroke would cost ten seconds."""


@dataclass(slots=True)
class State:
    """How far the server is with one unit. versions: those of the texts that `shown` is about."""

    shown: Shown = field(default_factory=Shown)
    versions: tuple[tuple[str, int], ...] = ()
    used: frozenset[str] = frozenset()
    changed_at: float = 0.0
    task: asyncio.Task[None] | None = None


class Checks:
    """Lints what is open whenever it or what it uses has changed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.states: dict[str, State] = {}
        self.news = asyncio.Event()
        """Set when something is shown that was not before."""
        self.generation = 0
        """How often settings have changed."""
        self.publisher = Publisher(session)
        self.callers = Callers(session, self.hear)
        self._loop = asyncio.get_running_loop()

    def changed(self, unit: Unit) -> None:
        """The unit was opened or edited."""
        if unit.key in self.states:
            self.callers.edited()
        else:
            self.callers.changed()
        state = self.states.setdefault(unit.key, State())
        typing = self._loop.time() - state.changed_at < QUIET
        state.changed_at = self._loop.time()
        self.publisher.outdated(unit.key)
        self.session.analyst.tell(self.session.update(unit))
        self._begin(unit, PAUSE if typing else 0.0, Urgency.NOW)

    def closed(self, unit: Unit) -> None:
        """The unit is not open any more: nothing is shown of it."""
        state = self.states.pop(unit.key, None)
        if state is not None and state.task is not None:
            state.task.cancel()
        self.session.analyst.tell(Update({unit.path: None}))
        self.publisher.outdated(unit.key)
        self.publisher.clear(document.uri for document in unit.documents)
        self.callers.changed()
        self._tell_users(unit.path)

    def files_changed(self, uris: list[str], moved: bool) -> None:
        """Files changed on disk; moved: some were created or deleted."""
        self.session.analyst.tell(Rescan() if moved else Update({}))
        for uri in uris:
            self._tell_users(path_of(uri))
        if moved:
            self.all_changed()
        self.callers.changed()
        self.news.set()

    def all_changed(self) -> None:
        """Settings have changed, or which files there are."""
        self.generation += 1
        for key in [key for key in self.states if self.session.unit_by_key(key) is None]:
            self._withdraw(key)
        for unit in self.session.units():
            self._begin(unit, 0.0, Urgency.SOON)

    def _withdraw(self, key: str) -> None:
        """What is open is not looked at any more."""
        task = self.states.pop(key).task
        if task is not None:
            task.cancel()
        texts = self.session.documents.texts.values()
        self.publisher.withdraw([document.uri for document in texts if key in (document.uri, document.notebook)])

    def _begin(self, unit: Unit, delay: float, urgency: Urgency) -> None:
        state = self.states.setdefault(unit.key, State())
        if state.task is not None:
            state.task.cancel()
        state.task = self._loop.create_task(self._check(unit, state, delay, urgency))

    async def _check(self, unit: Unit, state: State, delay: float, urgency: Urgency) -> None:
        """Lints and shows; it is cancelled when the text changes, so that no older one's findings are shown."""
        await asyncio.sleep(delay)
        text, now = unit.text, versions(unit)
        known = text == state.shown.now
        linted = await self.lint(unit.path, text, urgency)
        state.shown, state.versions, state.used = state.shown.after(linted.report, text), now, linted.used
        self._show(unit, state, asked=urgency is Urgency.NOW)
        self.hear(linted.others)
        if not known:
            self._tell_users(unit.path)

    def hear(self, reports: Mapping[str, FileReport]) -> None:
        """Shows what another file has changed in the reports on what is open."""
        for unit in self.session.units():
            report, state = reports.get(unit.path), self.states.get(unit.key)
            if report is None or state is None or state.versions != versions(unit) or not state.shown.current:
                continue
            if report.findings != state.shown.report.findings:
                state.shown = state.shown.after(report, unit.text)
                self._show(unit, state, asked=False)

    async def lint(self, path: str, text: str, urgency: Urgency) -> Linted:
        if len(text) > MAX_CHARACTERS:
            size, limit = f"{len(text) / 1e6:.1f}", f"{MAX_CHARACTERS / 1e6:.0f}"
            message = f"too large to be looked at while it is edited: {size} million characters, the limit is {limit}"
            return Linted(FileReport(path, problems=(Problem(path, message),)))
        target = self.session.target(path)
        try:
            linted = await self.session.analyst.ask(Lint(target), urgency)
        except AnalysisError as error:
            return Linted(FileReport(path, problems=(Problem(path, str(error)),)))
        assert isinstance(linted, Linted)
        return linted

    def _show(self, unit: Unit, state: State, asked: bool) -> None:
        self.news.set()
        self.publisher.show(unit, state.shown, asked=asked)

    def _tell_users(self, path: str) -> None:
        """Looks again at the open files whose findings rest on the changed one."""
        for unit in self.session.units():
            state = self.states.get(unit.key)
            if state is not None and path in state.used:
                self._begin(unit, AFTERWARDS, Urgency.SOON)

    async def settled(self, unit: Unit) -> State:
        """The state of the unit when the text of now was linted."""
        while self.session.unit_by_key(unit.key) is not None:
            state = self.states.setdefault(unit.key, State())
            if state.task is None or state.task.cancelled():
                self._begin(unit, 0.0, Urgency.NOW)
            elif state.task.done():
                state.task.result()
                return state
            assert state.task is not None
            await asyncio.wait([state.task])
        return State()
