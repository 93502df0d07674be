"""What can be done about findings: fix one, fix all of a rule, fix all, ignore here or in the file, read about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lsprotocol.types import (
    CodeAction,
    CodeActionContext,
    CodeActionKind,
    Command,
    Diagnostic,
    Range,
    WorkspaceEdit,
)

from nanlint.findings import Applicability, Edit, Finding, Problem
from nanlint.fixing.fixer import SAFE, UNSAFE
from nanlint.lsp.analyst import AnalysisError
from nanlint.lsp.changes import changes, ignoring_file
from nanlint.lsp.checks import Checks
from nanlint.lsp.convert import touches, workspace_edit
from nanlint.lsp.documents import Document
from nanlint.lsp.linting import FixAll, Ignore
from nanlint.lsp.session import Session
from nanlint.lsp.shown import Shown
from nanlint.lsp.units import Unit, versions

FIX_ALL = "source.fixAll.nanlint"
SHOW_RULE = "nanlint.showRule"
KINDS: list[CodeActionKind | str] = [CodeActionKind.QuickFix, FIX_ALL]
_MARKS = {Applicability.SAFE: "", Applicability.UNSAFE: " (unsafe)", Applicability.SUGGESTION: " (suggestion)"}


class Actions:
    """Offers actions without their edits, and makes the edits when one is chosen."""

    def __init__(self, session: Session, checks: Checks) -> None:
        self.session, self.checks = session, checks

    async def offer(self, document: Document, area: Range, context: CodeActionContext) -> list[CodeAction]:
        """The actions for a part of a document, of the kinds that the client wants."""
        unit = self.session.unit(document.uri)
        if unit is None:
            return []
        shown = (await self.checks.settled(unit)).shown
        actions: list[CodeAction] = []
        if _wants(context, CodeActionKind.QuickFix) and shown.current:
            actions += self._about(unit, document, area, shown, context.diagnostics)
        if _wants(context, FIX_ALL) and shown.current and _applied(shown, self._unsafe(unit)):
            actions.append(CodeAction("Fix all (nanlint)", FIX_ALL, data=self._data(unit, "all")))
        if not self.session.abilities.resolves_edits:
            actions = [await self.resolve(action) for action in actions]
        return actions

    def _about(
        self,
        unit: Unit,
        document: Document,
        area: Range,
        shown: Shown,
        diagnostics: Sequence[Diagnostic],
    ) -> Iterator[CodeAction]:
        """The actions for the findings that touch the area."""
        done: set[str] = set()
        for finding, start, end in shown.findings:
            at = unit.locate(start, end)
            if at is None or at[0] is not document or not touches(at[1], area):
                continue
            related = [one for one in diagnostics if one.code == finding.code and one.range == at[1]] or None
            yield from self._for_one(unit, finding, [start, end], related)
            if finding.code not in done:
                done.add(finding.code)
                yield from self._for_rule(unit, finding, shown, related)

    def _for_one(
        self, unit: Unit, finding: Finding, area: list[int], related: list[Diagnostic] | None
    ) -> Iterator[CodeAction]:
        fix = finding.fix
        if fix is not None:
            yield CodeAction(
                f"{fix.title}{_MARKS[fix.applicability]}",
                CodeActionKind.QuickFix,
                related,
                is_preferred=True if fix.applicability is Applicability.SAFE else None,
                data=self._data(unit, "one", code=finding.code, area=area),
            )
        yield CodeAction(
            f"Ignore {finding.rule} on this line",
            CodeActionKind.QuickFix,
            related,
            data=self._data(unit, "ignore", code=finding.code, area=area),
        )

    def _for_rule(
        self, unit: Unit, finding: Finding, shown: Shown, related: list[Diagnostic] | None
    ) -> Iterator[CodeAction]:
        found = (each.fix.applicability for each, _, _ in shown.findings if each.code == finding.code and each.fix)
        applied = [applicability for applicability in found if applicability in UNSAFE]
        if len(applied) > 1:
            unsafe = Applicability.UNSAFE in applied
            mark = _MARKS[Applicability.UNSAFE] if unsafe else ""
            yield CodeAction(
                f"Fix all {len(applied)} {finding.rule}{mark}",
                CodeActionKind.QuickFix,
                related,
                data=self._data(unit, "rule", code=finding.code, unsafe=unsafe),
            )
        yield CodeAction(
            f"Ignore {finding.rule} in this file",
            CodeActionKind.QuickFix,
            related,
            data=self._data(unit, "ignore-file", rule=finding.rule),
        )
        yield CodeAction(
            f"Show the documentation of {finding.rule}",
            CodeActionKind.QuickFix,
            related,
            command=Command("Show documentation", SHOW_RULE, arguments=[finding.code]),
        )

    def _data(self, unit: Unit, what: str, **more: object) -> dict[str, object]:
        return {"unit": unit.key, "versions": [list(pair) for pair in versions(unit)], "what": what, **more}

    async def resolve(self, action: CodeAction) -> CodeAction:
        """The action with its edit. Raises AnalysisError if the text has changed since it was offered."""
        if action.edit is None and isinstance(action.data, Mapping):
            unit = self.session.unit_by_key(str(action.data["unit"]))
            if unit is None or [list(pair) for pair in versions(unit)] != action.data["versions"]:
                raise AnalysisError("the text has changed since this action was offered")
            action.edit = await self._edit(unit, action.data)
        return action

    async def fix_all(self, unit: Unit, unsafe: bool, code: str | None = None) -> WorkspaceEdit:
        """The edit that applies all fixes, pass after pass."""
        fixed = await self.session.analyst.ask(FixAll(self.session.target(unit.path), unsafe, code))
        return self._rewritten(unit, fixed)

    async def _edit(self, unit: Unit, data: Mapping[str, object]) -> WorkspaceEdit:
        shown = (await self.checks.settled(unit)).shown
        match data["what"]:
            case "all":
                return await self.fix_all(unit, self._unsafe(unit))
            case "rule":
                return await self.fix_all(unit, bool(data["unsafe"]), str(data["code"]))
            case "ignore":
                job = Ignore(self.session.target(unit.path), _meant(shown, data))
                return self._rewritten(unit, await self.session.analyst.ask(job))
            case "ignore-file":
                return self._workspace_edit(unit, [ignoring_file(unit.text, str(data["rule"]))])
            case _:
                fix = _meant(shown, data).fix
                return self._workspace_edit(unit, fix.edits if fix is not None else ())

    def _unsafe(self, unit: Unit) -> bool:
        return self.session.options_for(unit.key).unsafe_fixes

    def _rewritten(self, unit: Unit, text: object) -> WorkspaceEdit:
        if isinstance(text, Problem):
            raise AnalysisError(str(text))
        assert isinstance(text, str)
        return self._workspace_edit(unit, changes(unit.text, text))

    def _workspace_edit(self, unit: Unit, edits: list[Edit] | tuple[Edit, ...]) -> WorkspaceEdit:
        by_uri = unit.edits(edits)
        if by_uri is None:
            raise AnalysisError("this fix would change a magic, or goes beyond a cell")
        number = {document.uri: document.version for document in unit.documents}
        listed = [(uri, number[uri], found) for uri, found in by_uri.items()]
        return workspace_edit(listed, self.session.abilities.versioned_edits)


def _wants(context: CodeActionContext, kind: str) -> bool:
    """A kind is wanted with those below it; `source.fixAll` only by name, since it may be applied on saving."""
    if context.only is None:
        return True
    return any(
        kind == only or kind.startswith(f"{only}.") or only == "" for only in map(str, map(_value, context.only))
    )


def _value(kind: CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, CodeActionKind) else kind


def _meant(shown: Shown, data: Mapping[str, object]) -> Finding:
    """The finding that an action was offered for. Raises AnalysisError if it is gone, as when a caller has changed."""
    for finding, start, end in shown.findings:
        if finding.code == data.get("code") and [start, end] == data.get("area"):
            return finding
    raise AnalysisError("what this action was offered for is no finding any more")


def _applied(shown: Shown, unsafe: bool) -> bool:
    """Whether "fix all" would apply anything."""
    allowed = UNSAFE if unsafe else SAFE
    return any(finding.fix is not None and finding.fix.applicability in allowed for finding, _, _ in shown.findings)
