"""Diagnostics for a client that asks: of one document, or of all files of the workspace."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from lsprotocol.types import (
    Diagnostic,
    DocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport,
    WorkspaceDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
)
from pygls.protocol import default_converter
from pygls.uris import from_fs_path

from nanlint.lsp.analyst import Urgency
from nanlint.lsp.checks import Checks
from nanlint.lsp.jobs import Files, Linted
from nanlint.lsp.session import Session
from nanlint.lsp.shown import Shown
from nanlint.lsp.units import Unit, versions

_unstructure = default_converter().unstructure  # type: ignore[no-untyped-call]


class Pulls:
    """Answers with what the checks know, and lints files that are not open when asked for all."""

    def __init__(self, session: Session, checks: Checks) -> None:
        self.session, self.checks = session, checks
        self._on_disk: dict[str, tuple[object, Linted]] = {}

    async def pull(self, uri: str, known: str | None) -> DocumentDiagnosticReport:
        """The diagnostics of a document, open or not; only that they are the same if the client has them."""
        items = await self._diagnostics(uri)
        digest = _digest(items)
        if digest == known:
            return RelatedUnchangedDocumentDiagnosticReport(digest)
        return RelatedFullDocumentDiagnosticReport(items, result_id=digest)

    async def _diagnostics(self, uri: str) -> list[Diagnostic]:
        unit = self.session.unit(uri)
        if unit is None:
            return []
        state = await self.checks.settled(unit)
        return self.session.converter.diagnostics(unit, state.shown).get(uri, [])

    async def pull_workspace(self, known: dict[str, str]) -> WorkspaceDiagnosticReport:
        """The diagnostics of all files; the answer waits until there is something that the client does not have."""
        while True:
            self.checks.news.clear()
            reports = [await self._workspace_item(path, known) for path in await self._files()]
            reports += [await self._open_item(unit, known) for unit in self.session.units()]
            fresh = [report for report in reports if isinstance(report, WorkspaceFullDocumentDiagnosticReport)]
            if fresh or not known:
                return WorkspaceDiagnosticReport(reports)
            await self.checks.news.wait()

    async def _files(self) -> list[str]:
        """The files of the workspace that are not open."""
        if not self.session.options.workspace_diagnostics:
            return []
        opened = {unit.path for unit in self.session.units()}
        found: list[str] = []
        for root in self.session.folders.values():
            answer = await self.session.analyst.ask(Files(root), Urgency.SOON)
            assert isinstance(answer, tuple)
            found += [path for path in answer if path not in opened]
        return list(dict.fromkeys(found))

    async def _workspace_item(self, path: str, known: dict[str, str]) -> _Item:
        stored = self._on_disk.get(path)
        if stored is None or stored[0] != self._signature(path, stored[1].used):
            linted = await self.checks.lint(path, "", Urgency.WHENEVER)
            self._on_disk[path] = stored = self._signature(path, linted.used), linted
        uri = from_fs_path(path) or path
        unit = self.session.from_disk(path, uri)
        if unit is None:
            return _item(uri, [], known, None)
        shown = Shown().after(stored[1].report, unit.text)
        return _item(uri, self.session.converter.diagnostics(unit, shown)[uri], known, None)

    async def _open_item(self, unit: Unit, known: dict[str, str]) -> _Item:
        state = await self.checks.settled(unit)
        document = unit.documents[0]
        found = self.session.converter.diagnostics(unit, state.shown)
        return _item(document.uri, found[document.uri], known, document.version)

    def _signature(self, path: str, used: frozenset[str]) -> object:
        """Changes when the file or one that it uses changes on disk or in the editor, or is opened or closed."""
        opened = {unit.path: versions(unit) for unit in self.session.units()}
        return self.checks.generation, [opened.get(each) or _stamp(each) for each in sorted({path, *used})]


_Item = WorkspaceFullDocumentDiagnosticReport | WorkspaceUnchangedDocumentDiagnosticReport


def _item(uri: str, items: list[Diagnostic], known: dict[str, str], version: int | None) -> _Item:
    digest = _digest(items)
    if known.get(uri) == digest:
        return WorkspaceUnchangedDocumentDiagnosticReport(uri, digest, version)
    return WorkspaceFullDocumentDiagnosticReport(uri, items, version, result_id=digest)


def _digest(items: list[Diagnostic]) -> str:
    return hashlib.sha256(json.dumps(_unstructure(items), sort_keys=True).encode()).hexdigest()[:32]


def _stamp(path: str) -> object:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
