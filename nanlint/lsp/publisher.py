"""Gets findings to the editor: pushed, or pulled, by an editor that is told to when it has something else."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Sequence

from lsprotocol.types import Diagnostic, PublishDiagnosticsParams
from pygls.protocol import default_converter

from nanlint.lsp.session import Session
from nanlint.lsp.shown import Shown
from nanlint.lsp.units import Unit

NEWS = 0.1  # seconds until an editor that expects nothing is told that there is something new
EXPECTED = 1.0  # seconds in which an editor fetches what it has asked for itself

_unstructure = default_converter().unstructure  # type: ignore[no-untyped-call]


class Publisher:
    """Knows what a pulling editor was told last, and has it pull again where that is not what there is to tell.

    It may have asked before it had opened the document, have given up, or not know that another file has changed.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._told: dict[str, str] = {}
        self._due: dict[str, tuple[Unit, Shown]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def show(self, unit: Unit, shown: Shown, *, asked: bool) -> None:
        """There are findings to show; asked: an editor that pulls has reason to expect them."""
        if self.session.abilities.pulls:
            self._due[unit.key] = unit, shown
            self._compare_in(EXPECTED if asked else NEWS)
            return
        found = self.session.converter.diagnostics(unit, shown)
        for document in unit.documents:
            params = PublishDiagnosticsParams(document.uri, found[document.uri], document.version)
            self.session.server.text_document_publish_diagnostics(params)

    def outdated(self, key: str) -> None:
        """What was to be shown of the unit is about a text that is no more."""
        self._due.pop(key, None)

    def clear(self, uris: Iterable[str]) -> None:
        """The documents were closed."""
        for uri in uris:
            self._told.pop(uri, None)
            if not self.session.abilities.pulls:
                self.session.server.text_document_publish_diagnostics(PublishDiagnosticsParams(uri, []))

    def withdraw(self, uris: Sequence[str]) -> None:
        """The documents are open, but there is nothing to show of them."""
        self.clear(uris)
        if self.session.abilities.pulls and self.session.abilities.refreshes:
            self.session.server.workspace_diagnostic_refresh(None)

    def telling(self, uri: str, items: Sequence[Diagnostic]) -> str:
        """Notes what the editor gets of a document. Returns what stands for it the next time it asks."""
        self._told[uri] = digest(items)
        return self._told[uri]

    def _compare_in(self, delay: float) -> None:
        if not self.session.abilities.refreshes:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(delay, self._compare)

    def _compare(self) -> None:
        due, self._due = self._due, {}
        found = (self.session.converter.diagnostics(unit, shown) for unit, shown in due.values())
        if any(self._told.get(uri) != digest(items) for each in found for uri, items in each.items()):
            self.session.server.workspace_diagnostic_refresh(None)


def digest(items: Sequence[Diagnostic]) -> str:
    """Equal for equal diagnostics."""
    return hashlib.sha256(json.dumps(_unstructure(items), sort_keys=True).encode()).hexdigest()[:32]
