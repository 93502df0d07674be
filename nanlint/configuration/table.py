"""All keys for people: a list and a page for a terminal, a table in Markdown."""

from __future__ import annotations

from nanlint.configuration.keys import BY_NAME, KEYS, Key
from nanlint.configuration.naming import nearest
from nanlint.configuration.showing import toml
from nanlint.settings import SettingsError
from nanlint.showing.terminal import Paint

_LONGEST = 40  # characters of a default that a table shows


def markdown() -> str:
    """A row for each key: name, default, what it is for, an example."""
    rows = [f"| `{key.name}` | {_default(key)} | {key.doc} | `{key.example}` |" for key in KEYS]
    return "\n".join(["| key | default | what | example |", "|---|---|---|---|", *rows]) + "\n"


def listed(paint: Paint) -> str:
    """A line for each key."""
    width = max(len(key.name) for key in KEYS)
    return "".join(f"{paint(f'{key.name:<{width}}', 'bold')}  {key.doc}\n" for key in KEYS)


def explained(name: str, paint: Paint) -> str:
    """What there is to say of a key. Raises SettingsError for an unknown one."""
    key = BY_NAME.get(name)
    if key is None:
        raise SettingsError(f"unknown key {name!r}{nearest(name, BY_NAME)}")
    default = "nothing" if key.default is None else toml(key.default)
    facts = {"Wants": key.kind.title, "Default": default, "Extended": key.merge.value, "Example": _assigned(key)}
    lines = [
        paint(key.name, "bold"),
        f"  {key.doc}",
        "",
        *(f"  {title + ':':<9} {fact}" for title, fact in facts.items()),
    ]
    return "\n".join(lines) + "\n"


def _assigned(key: Key) -> str:
    return f"{key.name} = {key.example}"


def _default(key: Key) -> str:
    if key.default is None:
        return ""
    written = toml(key.default)
    return f"`{written}`" if len(written) <= _LONGEST else "caches, environments, build products"
