"""Completion inside ignore comments and in nanlint's table of a configuration file; code is left to others."""

from __future__ import annotations

from lsprotocol.types import CompletionItem, CompletionItemKind, MarkupContent, MarkupKind, Position, Range, TextEdit

from nanlint.configuration.keys import KEYS
from nanlint.lsp import comments, tables
from nanlint.lsp.documents import Document
from nanlint.lsp.rulebook import Rulebook, RuleName

TRIGGERS = ["[", ",", ":", '"', " "]
_CLOSING = {"ignore": "[", "ignore-file": "["}


async def complete(rulebook: Rulebook, document: Document, position: Position) -> list[CompletionItem]:
    """What can stand at a position."""
    if tables.is_configuration(document.uri):
        return await _in_table(rulebook, document, position)
    line = document.text.line(position.line)
    column = document.text.offset(position) - document.text.offset(Position(position.line, 0))
    if (start := comments.typed_selector(line, column)) is not None:
        return _rules(await rulebook.names(), document, position, column - start)
    if (start := comments.typed_code(line, column)) is not None:
        rules = _rules(await rulebook.names(), document, position, column - start)
        return [item for item in rules if item.label.isupper()]
    if (start := comments.typed_verb(line, column)) is not None:
        area = _area(document, position, column - start)
        return [
            CompletionItem(verb, detail=text, kind=CompletionItemKind.Keyword, text_edit=TextEdit(area, verb))
            for verb, text in comments.VERBS.items()
        ]
    return []


async def _in_table(rulebook: Rulebook, document: Document, position: Position) -> list[CompletionItem]:
    spot = tables.spot(document, position)
    if spot is None:
        return []
    column = document.text.offset(position) - document.text.offset(Position(position.line, 0))
    if spot.in_value:
        rules = await rulebook.names() if tables.names_rules(spot) else ()
        return [*_choices(spot, document, position, column), *_rules(rules, document, position, column - spot.word)]
    if spot.table:
        rules = await rulebook.names() if tables.has_rules_as_keys(spot.table) else ()
        return _rules(rules, document, position, column - spot.word)
    area = _area(document, position, column - spot.word)
    return [
        CompletionItem(
            key.name,
            kind=CompletionItemKind.Property,
            detail=key.kind.title,
            documentation=f"{key.doc}\n\n{key.name} = {key.example}",
            text_edit=TextEdit(area, key.name),
        )
        for key in KEYS
    ]


def _choices(spot: tables.Spot, document: Document, position: Position, column: int) -> list[CompletionItem]:
    """The words that a value is one of."""
    area = _area(document, position, column - spot.word)
    return [
        CompletionItem(word, kind=CompletionItemKind.Value, text_edit=TextEdit(area, word))
        for word in tables.choices(spot)
    ]


def _rules(names: tuple[RuleName, ...], document: Document, position: Position, typed: int) -> list[CompletionItem]:
    """Names and codes of rules, sorted by code."""
    area = _area(document, position, typed)
    items: list[CompletionItem] = []
    for code, name, summary in names:
        documentation = MarkupContent(MarkupKind.PlainText, summary)
        for label, detail in ((name, code), (code, name)):
            items.append(
                CompletionItem(
                    label,
                    kind=CompletionItemKind.EnumMember,
                    detail=detail,
                    documentation=documentation,
                    sort_text=f"{label == code}{code}",
                    text_edit=TextEdit(area, label),
                )
            )
    return items


def _area(document: Document, position: Position, typed: int) -> Range:
    """What was typed of the word, before the cursor."""
    return Range(document.text.position(document.text.offset(position) - typed), position)
