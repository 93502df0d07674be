"""What the editor shows over a finding, an expression, a name in an ignore comment or in a configuration file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath

from lsprotocol.types import Hover, MarkupContent, MarkupKind, Position, Range

from nanlint.configuration.keys import BY_NAME, Key
from nanlint.findings import Finding, Step
from nanlint.lsp import comments, tables
from nanlint.lsp.checks import Checks
from nanlint.lsp.convert import said
from nanlint.lsp.documents import Document
from nanlint.lsp.jobs import Know
from nanlint.lsp.known import Known
from nanlint.lsp.rulebook import Rulebook
from nanlint.lsp.session import Session
from nanlint.lsp.units import Unit

_EXAMPLES = "**Reported**"
MAX_STEPS = 6


async def hover(
    session: Session, checks: Checks, rulebook: Rulebook, document: Document, position: Position
) -> Hover | None:
    """What there is to say at a position; None if nothing."""
    if (text := await _named(rulebook, document, position)) is not None:
        return _hover(session, text, None)
    unit = session.unit(document.uri)
    if unit is None:
        return None
    shown = (await checks.settled(unit)).shown
    offset = unit.offset(document, position)
    over = sorted((item for item in shown.findings if item[1] <= offset <= item[2]), key=_length)
    parts = [await _of_finding(rulebook, finding) for finding, _, _ in over]
    areas = [(start, end) for _, start, end in over]
    if session.options_for(unit.key).hover_ranges and shown.current:
        known = await _known(session, unit, offset)
        if known is not None:
            code = unit.text[known.start : known.end]
            parts.append(of_expression(code, replace(known, steps=()) if over else known, unit.path))
            areas.append((known.start, known.end))
    if not parts:
        return None
    at = unit.locate(*areas[0])
    return _hover(session, "\n\n---\n\n".join(parts), None if at is None else at[1])


async def _named(rulebook: Rulebook, document: Document, position: Position) -> str | None:
    """The rule or the key that is named in a comment or in a configuration file."""
    if tables.is_configuration(document.uri):
        spot = tables.spot(document, position)
        if spot is None:
            return None
        if not spot.in_value:
            return _key(BY_NAME[spot.text]) if not spot.table and spot.text in BY_NAME else None
        selector = spot.text if tables.names_rules(spot) else None
    else:
        column = document.text.offset(position) - document.text.offset(Position(position.line, 0))
        selector = comments.selector_at(document.text.line(position.line), column)
    if selector is None:
        return None
    rules = await rulebook.matching(selector)
    if len(rules) == 1:
        return await rulebook.page(rules[0][0])
    listed = "\n".join(f"- `{code}` {name}: {summary}" for code, name, summary in rules)
    return f"{len(rules)} rules:\n\n{listed}" if rules else None


def _key(key: Key) -> str:
    return f"`{key.name}`: {key.kind.title}\n\n{key.doc}\n\n```toml\n{key.name} = {key.example}\n```"


async def _known(session: Session, unit: Unit, offset: int) -> Known | None:
    """What is known of the smallest telling expression at the offset."""
    answer = await session.analyst.ask(Know(session.target(unit.path), offset, offset))
    assert isinstance(answer, tuple)
    return next(iter(answer), None)


def _length(item: tuple[Finding, int, int]) -> int:
    return item[2] - item[1]


async def _of_finding(rulebook: Rulebook, finding: Finding) -> str:
    """Message, evidence and remedy, then why; the examples are in the rule's page."""
    page = await rulebook.page(finding.code) or ""
    why = page.partition(_EXAMPLES)[0].strip()
    parts = [f"**{finding.level.label}** {finding.message}"]
    if finding.evidence:
        parts.append(_listed(finding.evidence, finding.place.path))
    if finding.remedy:
        parts.append(f"*{finding.remedy}*")
    if finding.fix is not None:
        parts.append(f"Fix ({finding.fix.applicability.value}): {finding.fix.title}")
    return "\n\n".join([*parts, why])


def of_expression(code: str, known: Known, path: str) -> str:
    """`x`: tensor, float32, in [0, 1]; and the steps that led there."""
    code = code if len(code) <= 60 and "\n" not in code else " ".join(code.split())[:57] + "..."
    facts = [known.kind, known.dtype]
    if known.range:
        facts.append(f"{'in' if known.range[:1] in '[(' else 'equal to'} {known.range}")
        if known.differs:
            facts.append("over all calls")
    if known.may_nan:
        facts.append("may be NaN")
    line = f"`{code}`: {', '.join(fact for fact in facts if fact)}"
    return f"{line}\n\n{_listed(known.steps, path)}" if known.steps else line


def _listed(steps: Iterable[Step], path: str) -> str:
    return "\n".join(f"{number}. {_where(step, path)}: {_escaped(said(step))}" for number, step in enumerate(steps, 1))


def _where(step: Step, path: str) -> str:
    """Its line, and its file if that is another one."""
    line = f"line {step.place.line}"
    if step.place.path == path:
        return line
    return f"{PurePath(step.place.path).name}, {line}"


def _escaped(text: str) -> str:
    return text.replace("*", "\\*").replace("_", "\\_")


def _hover(session: Session, text: str, area: Range | None) -> Hover:
    kind = MarkupKind.Markdown if session.abilities.markdown else MarkupKind.PlainText
    return Hover(MarkupContent(kind, text), area)
