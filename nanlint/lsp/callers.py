"""Files that are not open and use what is: what they say of it belongs to its findings, as in a run on all files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from itertools import islice

from nanlint.lsp.analyst import AnalysisError, Urgency
from nanlint.lsp.jobs import Importers
from nanlint.lsp.linting import Listen
from nanlint.lsp.session import Session
from nanlint.reports import FileReport

REST = 1.0  # seconds without an edit after which they are heard
MAX_FILES = 100
"""That are heard, of those that import what is open: some ten seconds of work, while there is nothing else to do."""


class Callers:
    """Listens to them one after the other, and from the start when something changes; who has not, is heard at once.

    hear: takes what one of them has changed in the reports on others.
    """

    def __init__(self, session: Session, hear: Callable[[Mapping[str, FileReport]], None]) -> None:
        self.session, self.hear = session, hear
        self._importers: dict[str, tuple[str, ...]] = {}
        self._speakers: set[str] = set()
        self._all = True
        self._task: asyncio.Task[None] | None = None

    def edited(self) -> None:
        """A text that is open has changed: those that had something to say may say something else."""
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(self._listen())

    def changed(self) -> None:
        """Something was opened, closed or saved, or changed on disk: others may import what is open."""
        self._importers.clear()
        self._all = True
        self.edited()

    async def _listen(self) -> None:
        await asyncio.sleep(REST)
        opened: dict[str, set[str]] = {}
        for unit in self.session.units():
            if (root := self.session.root(unit.path)) is not None:
                opened.setdefault(root, set()).add(unit.path)
        try:
            for root, paths in opened.items():
                await self._listen_in(root, tuple(sorted(paths)))
        except AnalysisError as error:
            self.session.log(f"files that use what is open were not all heard: {error}")
        self._all = False

    async def _listen_in(self, root: str, opened: tuple[str, ...]) -> None:
        if root not in self._importers:
            found = await self.session.analyst.ask(Importers(root, opened), Urgency.WHENEVER)
            assert isinstance(found, tuple)
            self._importers[root] = found
        wanted = (path for path in self._importers[root] if self._all or path in self._speakers)
        for path in islice(wanted, MAX_FILES):
            said = await self.session.analyst.ask(Listen(self.session.target(path)), Urgency.WHENEVER)
            assert isinstance(said, Mapping)
            if said:
                self._speakers.add(path)
            self.hear(said)
