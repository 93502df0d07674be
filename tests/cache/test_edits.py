"""With the cache and without it, every run says the same, whatever was edited in between."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nanlint.api import fix_paths, lint_paths
from nanlint.caching.cache import Cache
from nanlint.findings import Level
from nanlint.formats import View, render
from nanlint.reports import Report
from nanlint.running.aids import Aids
from nanlint.settings import Settings
from tests.cache.programs import VARIANTS, files, put

EDITS = st.tuples(st.sampled_from(sorted(VARIANTS)), st.integers(0, 5) | st.none())
SETTINGS = (
    Settings(),
    Settings(strict=True),
    Settings(select=("NAN1",), fail_on=Level.NOTE),
    Settings(ignore=("log-of-zero",), max_learning_rate=10.0),
)


def shown(report: Report) -> tuple[Report, str, str]:
    """The report as it is, and as people and programs see it."""
    return report, render("full", View(report)), render("json", View(report))


@settings(max_examples=15)
@given(st.lists(st.tuples(st.lists(EDITS, max_size=2), st.sampled_from(range(len(SETTINGS)))), max_size=5))
def test_any_sequence_of_edits_gives_the_same_with_and_without_a_cache(
    story: list[tuple[list[tuple[str, int | None]], int]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for name in VARIANTS:
            put(root, name, 0)
        for edits, chosen in [([], 0), *story]:
            for name, variant in edits:
                put(root, name, variant)
            told = lint_paths(files(root), SETTINGS[chosen], aids=Aids(Cache(root / "cache")))
            assert shown(told) == shown(lint_paths(files(root), SETTINGS[chosen]))


def test_every_single_edit_is_noticed(tmp_path: Path) -> None:
    """Each file through all its contents, and away, the others as they are."""
    for name in VARIANTS:
        put(tmp_path, name, 0)
    for name, variants in VARIANTS.items():
        for variant in (*range(1, len(variants)), None, 0):
            put(tmp_path, name, variant)
            aids = Aids(Cache(tmp_path / "cache"))
            told = lint_paths(files(tmp_path), aids=aids)
            assert shown(told) == shown(lint_paths(files(tmp_path))), (name, variant)


def test_parts_of_a_program_have_results_of_their_own(tmp_path: Path) -> None:
    for name in VARIANTS:
        put(tmp_path, name, 0)
    everything = files(tmp_path)
    for part in (everything, everything[:2], [everything[-1]], everything[1:], everything):
        told = lint_paths(part, aids=Aids(Cache(tmp_path / "cache")))
        assert shown(told) == shown(lint_paths(part))


def test_fixing_with_a_warm_cache_gives_the_same_texts(tmp_path: Path) -> None:
    for name in VARIANTS:
        put(tmp_path, name, 0)
    lint_paths(files(tmp_path), aids=Aids(Cache(tmp_path / "cache")))
    cache = Cache(tmp_path / "cache")
    fixed = fix_paths(files(tmp_path), unsafe=True, write=False, aids=Aids(cache))
    assert fixed == fix_paths(files(tmp_path), unsafe=True, write=False)
    assert any(result.changed for result in fixed)
    assert cache.hits == len(files(tmp_path))
