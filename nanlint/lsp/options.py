"""What the editor's user has set for the server, and what the client can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from lsprotocol.types import ClientCapabilities, DiagnosticTag, MarkupKind
from pygls.capabilities import get_capability


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the editor; what concerns the linting itself stands in configuration files.

    hover_ranges: hovering an expression shows what is known of its values; inlay_hints: show ranges behind assignments;
    unsafe_fixes: "fix all" applies unsafe fixes too; workspace_diagnostics: look at files that are not open, too.
    """

    enable: bool = True
    hover_ranges: bool = True
    inlay_hints: bool = False
    unsafe_fixes: bool = False
    workspace_diagnostics: bool = False


def options(given: object) -> tuple[Options, list[str]]:
    """The options that the client gives, in camel case or with hyphens, and complaints about those that are none."""
    if isinstance(given, Mapping) and isinstance(given.get("settings"), Mapping):
        given = given["settings"]
    if isinstance(given, Mapping) and isinstance(given.get("nanlint"), Mapping):
        given = given["nanlint"]
    known = {_key(field.name): field.name for field in fields(Options)}
    found: dict[str, bool] = {}
    complaints: list[str] = []
    for name, value in (given or {}).items() if isinstance(given, Mapping) else ():
        field = known.get(_key(str(name)))
        if field is None:
            complaints.append(f"unknown setting {str(name)!r}")
        elif not isinstance(value, bool):
            complaints.append(f"the setting {str(name)!r} is true or false, not {value!r}")
        else:
            found[field] = value
    return Options(**found), complaints


def _key(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the client can do, as far as the server asks."""

    pulls: bool = False
    refreshes: bool = False
    refreshes_hints: bool = False
    related: bool = False
    links: bool = False
    tags: frozenset[DiagnosticTag] = frozenset()
    versioned_edits: bool = False
    literal_actions: bool = False
    resolves_edits: bool = False
    markdown: bool = False
    configuration: bool = False
    watches: bool = False
    shows_documents: bool = False


def abilities(capabilities: ClientCapabilities) -> Abilities:
    """Reads them off what the client says of itself."""

    def has(path: str) -> bool:
        return bool(get_capability(capabilities, path, False))

    resolved = get_capability(capabilities, "text_document.code_action.resolve_support.properties", []) or []
    formats = get_capability(capabilities, "text_document.hover.content_format", []) or []
    tags = get_capability(capabilities, "text_document.publish_diagnostics.tag_support.value_set", []) or []
    return Abilities(
        pulls=get_capability(capabilities, "text_document.diagnostic", None) is not None,
        refreshes=has("workspace.diagnostics.refresh_support"),
        refreshes_hints=has("workspace.inlay_hint.refresh_support"),
        related=has("text_document.publish_diagnostics.related_information"),
        links=has("text_document.publish_diagnostics.code_description_support"),
        tags=frozenset(tags),
        versioned_edits=has("workspace.workspace_edit.document_changes"),
        literal_actions=get_capability(capabilities, "text_document.code_action.code_action_literal_support", None)
        is not None,
        resolves_edits="edit" in resolved and has("text_document.code_action.data_support"),
        markdown=MarkupKind.Markdown in formats,
        configuration=has("workspace.configuration"),
        watches=has("workspace.did_change_watched_files.dynamic_registration"),
        shows_documents=has("window.show_document.support"),
    )
