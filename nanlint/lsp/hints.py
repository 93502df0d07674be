"""Inlay hints: behind a name that is assigned, the range of what it gets; off unless the user wants them."""

from __future__ import annotations

from lsprotocol.types import InlayHint, InlayHintKind, Range

from nanlint.lsp.checks import Checks
from nanlint.lsp.documents import Document
from nanlint.lsp.jobs import Know
from nanlint.lsp.known import Known
from nanlint.lsp.session import Session


async def hints(session: Session, checks: Checks, document: Document, area: Range) -> list[InlayHint]:
    """The hints in a part of a document."""
    unit = session.unit(document.uri)
    if unit is None or not session.options_for(unit.key).inlay_hints:
        return []
    if not (await checks.settled(unit)).shown.current:
        return []
    start, end = (unit.offset(document, position) for position in (area.start, area.end))
    answer = await session.analyst.ask(Know(session.target(unit.path), start, end, assigned=True))
    assert isinstance(answer, tuple)
    found = [
        InlayHint(at[1].start, label, InlayHintKind.Type)
        for known in answer
        if (label := _label(known)) and (at := unit.locate(known.end, known.end)) is not None and at[0] is document
    ]
    return sorted(found, key=lambda hint: (hint.position.line, hint.position.character))


def _label(known: Known) -> str:
    """`: [0, 1]`, if the range says anything that the code does not."""
    if not known.range or known.range[:1] not in "[(" or known.range.startswith("(-inf, inf)"):
        return ""
    return f": {known.range}"
