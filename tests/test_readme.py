"""The README says what the tool does today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import readme

TEXT = readme.PATH.read_text(encoding="utf-8")


def test_each_command_is_one_line_in_a_block_of_its_own() -> None:
    lint, test = readme.commands(TEXT)
    assert re.fullmatch(r"pip install \S+ && nanlint tests/examples\n", lint)
    assert re.fullmatch(r"pip install \S+ && pytest\n", test)


def test_shown_output_and_table_of_rules_are_made_from_the_tool() -> None:
    """`python -m tests.readme` writes them anew."""
    assert readme.updated(TEXT) == TEXT


def test_the_table_of_keys_is_made_from_their_declaration() -> None:
    keys = readme.KEYS.read_text(encoding="utf-8")
    assert readme.updated_keys(keys) == keys


@pytest.mark.parametrize("page", readme.PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([\w./-]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
