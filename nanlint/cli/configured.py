"""The settings of a run: what the command line says, above what the settings files say."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nanlint.cli.run import Run
from nanlint.configuration.conduct import Conduct
from nanlint.configuration.keys import KEYS, Key
from nanlint.configuration.kinds import Table
from nanlint.configuration.layers import Layer, layer, parsed
from nanlint.configuration.origins import Given, Origin
from nanlint.configuration.resolver import Resolver
from nanlint.settings import Settings, SettingsError

_ELSEWHERE = frozenset({"output-format"})
"""Keys whose option says more than the key."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of each file by its path, those of the working directory, and what these say of the run."""

    files: Mapping[str, Settings]
    own: Settings
    conduct: Conduct


def resolver_of(run: Run) -> Resolver:
    """Knows the settings of every path. Raises SettingsError for what is wrong on the command line."""
    asked = run.configuration
    files = [text for text in asked.config or () if _is_file(text)]
    if len(files) > 1:
        raise SettingsError(f"--config takes one settings file, not {' and '.join(files)}")
    if files and asked.isolated:
        raise SettingsError(f"--config {files[0]}: --isolated reads no settings file; drop one of them")
    inline = [_inline(text) for text in asked.config or () if text not in files]
    told = (*inline, _options(run))
    return Resolver(told, Path(files[0]) if files else None, isolated=asked.isolated)


def policy_of(resolver: Resolver, files: Iterable[str]) -> Policy:
    """The settings of these files. Raises SettingsError for what is wrong in a settings file."""
    run = resolver.of_run()
    return Policy({path: resolver.settings(path) for path in files}, run.settings(Path.cwd()), run.conduct)


def not_judging_comments(policy: Policy, paths: Collection[str]) -> Policy:
    """The policy for files whose users are not all linted: what they ignore may be there for the sake of those."""
    from nanlint.comments.unused import CODE

    quiet = {path: replace(own, ignored=(*own.ignored, CODE)) for path, own in policy.files.items() if path in paths}
    return replace(policy, files={**policy.files, **quiet})


def _is_file(text: str) -> bool:
    """Tells the name of a file from a setting. Raises SettingsError if there is no such file."""
    if "=" in text and not Path(text).is_file():
        return False
    if not Path(text).is_file():
        raise SettingsError(f"--config {text}: no such file; a setting is written as 'key = value'")
    return True


def _inline(text: str) -> Layer:
    origin = Origin(f"--config {text!r}")
    found = layer(parsed(text, origin.name), origin, Path.cwd())
    if "extend" in found.values:
        raise origin.error("extend is for settings files; give the file itself to --config")
    return found


def _options(run: Run) -> Layer:
    """What the options say that have the name of a key."""
    values: dict[str, Given] = {}
    for key in KEYS:
        for value in _asked(run, key):
            told = layer({key.name: value}, Origin(f"--{key.name}"), Path.cwd())
            values.update(told.values)
    return Layer(values)


def _asked(run: Run, key: Key) -> Iterator[object]:
    """The value of the option that has the name of the key, in TOML's terms, if it was given."""
    for field in dataclasses.fields(run):
        value = getattr(getattr(run, field.name), key.field, None)
        if value is None or key.name in _ELSEWHERE:
            continue
        if isinstance(key.kind, Table):
            yield _table(value, key)
        else:
            yield str(value) if isinstance(value, Path) else value


def _table(pairs: Iterable[str], key: Key) -> dict[str, list[str]]:
    """The table that `GLOB:RULE` pairs make. Raises SettingsError."""
    table: dict[str, list[str]] = {}
    for pair in pairs:
        glob, colon, rule = pair.rpartition(":")
        if not colon:
            raise SettingsError(f"--{key.name}: {pair!r} wants a colon between a pattern and a rule")
        table.setdefault(glob.strip(), []).append(rule.strip())
    return table
