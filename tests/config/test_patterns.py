"""Globs of settings: what they are relative to, and how far they reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanlint.configuration.merged import Configuration
from nanlint.configuration.patterns import Pattern, Patterns
from nanlint.settings import Settings
from tests.config.tools import HERE, layers

ROOT = Path("/project")


@pytest.mark.parametrize(
    ("pattern", "base", "path", "expected"),
    [
        ("gen", "/project", "/project/gen", True),
        ("gen", "/project", "/project/src/gen", True),
        ("gen", "/project", "/project/src/gen/a.py", True),
        ("gen", "/project", "/project/src/general.py", False),
        ("*_pb2.py", "/project", "/project/src/a_pb2.py", True),
        ("src/gen", "/project", "/project/src/gen/a.py", True),
        ("src/gen", "/project", "/project/lib/src/gen/a.py", False),
        ("**/gen/*.py", "/project", "/project/lib/src/gen/a.py", True),
        ("tests/*", "/project", "/project/tests/unit/a.py", True),
        ("tests/*", "/project", "/project/src/tests/a.py", False),
        ("/a.py", "/project", "/project/a.py", True),
        ("/a.py", "/project", "/project/src/a.py", False),
        ("tests/*", "/project/src", "/project/src/tests/a.py", True),
        ("tests/*", "/project/src", "/project/tests/a.py", False),
        ("tests/*", "/shared", "/project/tests/a.py", False),
        ("gen", "/shared", "/project/src/gen/a.py", True),
        ("*.py", "/shared", "/project/src/a.py", True),
        ("gen", "/project", "/elsewhere/gen/a.py", False),
        ("a.py", "/project", "/elsewhere/a.py", True),
        ("project", "/project", "/project/a.py", False),
    ],
)
def test_what_a_pattern_means(pattern: str, base: str, path: str, expected: bool) -> None:
    assert Patterns((Pattern(pattern, Path(base)),), ROOT).match_within(Path(path)) == expected


def test_a_walk_asks_for_the_name_alone() -> None:
    """Somebody who names a directory wants what is in it."""
    patterns = Patterns((Pattern("gen", ROOT),), ROOT)
    assert patterns.match(ROOT / "src/gen")
    assert not patterns.match(ROOT / "src/gen/a.py")


def test_per_file_ignores_add_up_and_an_exclamation_mark_turns_around() -> None:
    text = """
    [per-file-ignores]
    "tests/*" = ["NAN1"]
    "*_test.py" = ["NAN2"]
    "!src/*" = ["NAN3"]
    """
    configuration = Configuration(layers(text), HERE)
    ignored = {
        name: configuration.settings(HERE / name).ignored
        for name in ("tests/a_test.py", "tests/a.py", "src/a.py", "src/a_test.py", "a.py")
    }
    assert ignored == {
        "tests/a_test.py": ("NAN1", "NAN2", "NAN3"),
        "tests/a.py": ("NAN1", "NAN3"),
        "src/a.py": (),
        "src/a_test.py": ("NAN2",),
        "a.py": ("NAN3",),
    }


def test_a_later_file_replaces_per_file_ignores_or_extends_them() -> None:
    first = 'per-file-ignores = { "a.py" = ["NAN1"] }'
    replaced = Configuration(layers(first, 'per-file-ignores = { "b.py" = ["NAN2"] }'), HERE)
    extended = Configuration(layers(first, 'extend-per-file-ignores = { "*.py" = ["NAN2"] }'), HERE)
    assert replaced.settings(HERE / "a.py").ignored == ()
    assert extended.settings(HERE / "a.py").ignored == ("NAN1", "NAN2")


def test_files_with_the_same_settings_share_them() -> None:
    configuration = Configuration(layers('per-file-ignores = { "a.py" = ["NAN1"] }'), HERE)
    b, c = configuration.settings(HERE / "b.py"), configuration.settings(HERE / "src/c.py")
    assert b is c
    assert isinstance(b, Settings)
