"""Diagnostics for a client that asks: of one document, or of all files of the workspace."""

from __future__ import annotations

from dataclasses import replace

from lsprotocol.types import (
    Diagnostic,
    DocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport,
    WorkspaceDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
)
from pygls.uris import from_fs_path

from nanlint.lsp.analyst import Urgency
from nanlint.lsp.checks import Checks
from nanlint.lsp.jobs import Files
from nanlint.lsp.linting import Linted
from nanlint.lsp.publisher import digest
from nanlint.lsp.session import Session
from nanlint.lsp.shown import Shown
from nanlint.lsp.units import Unit, path_of, versions
from nanlint.lsp.watching import stamp
from nanlint.text.source import is_notebook


class Pulls:
    """Answers with what the checks know, and lints files that are not open when asked for all."""

    def __init__(self, session: Session, checks: Checks) -> None:
        self.session, self.checks = session, checks
        self._on_disk: dict[str, tuple[Linted, object]] = {}

    async def pull(self, uri: str, known: str | None) -> DocumentDiagnosticReport:
        """The diagnostics of a document, open or not; only that they are the same if the client has them."""
        items = await self._diagnostics(uri)
        result = self.checks.publisher.telling(uri, items)
        if result == known:
            return RelatedUnchangedDocumentDiagnosticReport(result)
        return RelatedFullDocumentDiagnosticReport(items, result_id=result)

    async def _diagnostics(self, uri: str) -> list[Diagnostic]:
        unit = self.session.unit(uri)
        if unit is not None:
            state = await self.checks.settled(unit)
            return self.session.converter.diagnostics(unit, state.shown).get(uri, [])
        path = path_of(uri)
        if is_notebook(path) or path not in await self._files():
            return []
        await self._look_at(path)
        return self._found_on_disk(path, uri)

    async def pull_workspace(self, known: dict[str, str]) -> WorkspaceDiagnosticReport:
        """The diagnostics of all files; the answer waits until there is something that the client does not have.

        Of a notebook only what it says of others: until it is open, an editor has no cells to show more in.
        """
        while True:
            self.checks.news.clear()
            paths = await self._files()
            for path in paths:
                await self._look_at(path)
            reports = [self._workspace_item(path, known) for path in paths if not is_notebook(path)]
            reports += [await self._open_item(unit, known) for unit in self.session.units()]
            fresh = [report for report in reports if isinstance(report, WorkspaceFullDocumentDiagnosticReport)]
            if fresh or not known:
                return WorkspaceDiagnosticReport(reports)
            await self.checks.news.wait()

    async def _files(self) -> list[str]:
        """The files of the workspace that are not open."""
        opened = {path_of(unit.key) for unit in self.session.units()}
        found: list[str] = []
        for root in self.session.folders.values():
            if not self.session.options_in(root).workspace_diagnostics:
                continue
            answer = await self.session.analyst.ask(Files(root), Urgency.SOON)
            assert isinstance(answer, tuple)
            found += [path for path in answer if path not in opened]
        return list(dict.fromkeys(found))

    async def _look_at(self, path: str) -> None:
        """Lints a file that is not open, unless nothing has changed since; what it says of others is theirs."""
        if path in self._on_disk and self._on_disk[path][1] == self._signature(path, self._on_disk[path][0].used):
            return
        linted = await self.checks.lint(path, "", Urgency.WHENEVER)
        self._on_disk[path] = linted, self._signature(path, linted.used)
        self.checks.hear(linted.others)
        for other, told in linted.others.items():
            if other in self._on_disk:
                before, signature = self._on_disk[other]
                self._on_disk[other] = replace(before, report=told), signature

    def _found_on_disk(self, path: str, uri: str) -> list[Diagnostic]:
        unit = self.session.from_disk(path, uri)
        if unit is None:
            return []
        shown = Shown().after(self._on_disk[path][0].report, unit.text)
        return self.session.converter.diagnostics(unit, shown)[uri]

    def _workspace_item(self, path: str, known: dict[str, str]) -> _Item:
        uri = from_fs_path(path) or path
        return _item(uri, self._found_on_disk(path, uri), known, None)

    async def _open_item(self, unit: Unit, known: dict[str, str]) -> _Item:
        state = await self.checks.settled(unit)
        document = unit.documents[0]
        found = self.session.converter.diagnostics(unit, state.shown)
        return _item(document.uri, found[document.uri], known, document.version)

    def _signature(self, path: str, used: frozenset[str]) -> object:
        """Changes when the file or one that it uses changes on disk or in the editor, or is opened or closed."""
        opened = {unit.path: versions(unit) for unit in self.session.units()}
        return self.checks.generation, [opened.get(each) or stamp(each) for each in sorted({path, *used})]


_Item = WorkspaceFullDocumentDiagnosticReport | WorkspaceUnchangedDocumentDiagnosticReport


def _item(uri: str, items: list[Diagnostic], known: dict[str, str], version: int | None) -> _Item:
    result = digest(items)
    if known.get(uri) == result:
        return WorkspaceUnchangedDocumentDiagnosticReport(uri, result, version)
    return WorkspaceFullDocumentDiagnosticReport(uri, items, version, result_id=result)
