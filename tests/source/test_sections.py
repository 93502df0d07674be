"""Places that are kept from one text of a file to the next: they are those that the text alone gives."""

from __future__ import annotations

import random
from pathlib import Path

import libcst as cst
import pytest

from nanlint.reasoning.nodes import walk
from nanlint.text import sections
from nanlint.text.patchwork import Patchwork
from nanlint.text.positions import locate
from nanlint.text.sections import Sections
from nanlint.text.source import from_text
from tests.scripts import BUGGY

LINES = ["# a comment", "", "x = 1", "y = (2)"]


@pytest.mark.parametrize("path", BUGGY[::4], ids=lambda path: path.stem)
def test_places_after_edits_are_those_in_the_text(path: Path) -> None:
    dice, pieces, kept = random.Random(path.name), Patchwork(), Sections()
    lines = path.read_text(encoding="utf-8").split("\n")
    tops = [number for number, line in enumerate(lines) if line[:1].isalpha()]
    for _ in range(4):
        lines.insert(tops[dice.randrange(3)], dice.choice(LINES))
        text = "\n".join(lines)
        module = pieces.parse(from_text(text))
        wanted = dice.sample([node for node in walk(module) if isinstance(node, (cst.Call, cst.BaseStatement))], 20)
        assert locate(module, text, wanted, kept) == locate(module, text, wanted)


def test_only_new_statements_are_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    generated: list[str] = []
    read = sections._Section.read_for

    def counting(section: sections._Section, wanted: set[int]) -> None:
        read(section, wanted)
        generated.append(section.text)

    monkeypatch.setattr(sections._Section, "read_for", counting)
    pieces, kept = Patchwork(), Sections()
    text = "import torch\n\n\n# doubles\ndef f(x):\n    return 2 * x\n\n\nprint(f(1))\n"
    for edited in (text, text.replace("f(1)", "f(7)")):
        generated.clear()
        module = pieces.parse(from_text(edited))
        calls = [node for node in walk(module) if isinstance(node, (cst.Call, cst.BinaryOperation))]
        spans = locate(module, edited, calls, kept)
        assert min(edited[span.start : span.end] for span in spans.values()) == "2 * x"
    assert generated == ["\n\nprint(f(7))\n"]


def test_node_that_nobody_asked_for_before_is_found_in_an_old_statement() -> None:
    text = "a = f(1)\nb = g(2)\n"
    module, kept = cst.parse_module(text), Sections()
    first, second = (node for node in walk(module) if isinstance(node, cst.Call))
    for call in (first, second):
        (span,) = locate(module, text, [call], kept).values()
        assert text[span.start : span.end] in ("f(1)", "g(2)")
