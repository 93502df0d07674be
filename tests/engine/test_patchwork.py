"""Parsing by pieces: the tree is the one that the whole text gives, and what has not changed is not parsed again."""

from __future__ import annotations

import random
from pathlib import Path

import libcst as cst
import pytest

from nanlint.reasoning.nodes import walk
from nanlint.text import patchwork
from nanlint.text.parsing import parse
from nanlint.text.patchwork import Patchwork
from nanlint.text.source import Source, SourceError, from_text
from tests.scripts import BUGGY, HEALTHY

CLASS = "class A:\n    '''Doc.'''\n\n" + "".join(f"    def f{n}(self):\n        return {n}\n\n" for n in range(30))


def kinds(tree: cst.Module) -> list[tuple[str, str]]:
    return [(type(node).__name__, node.value if isinstance(node, cst.Name) else "") for node in walk(tree)]


@pytest.mark.parametrize("path", [*BUGGY, *HEALTHY], ids=lambda path: path.stem)
def test_edited_scripts_have_the_tree_of_the_whole(path: Path) -> None:
    dice = random.Random(path.name)
    text = path.read_text(encoding="utf-8")
    pieces = Patchwork()
    for number in range(4):
        lines = text.split("\n")
        lines.insert(dice.randrange(len(lines)), dice.choice(["# a comment", "", "    # indented", f"x_{number} = 1"]))
        edited = from_text("\n".join(lines))
        try:
            whole = parse(edited)
        except SourceError:
            with pytest.raises(SourceError):
                pieces.parse(edited)
            continue
        tree = pieces.parse(edited)
        assert tree.code == edited.text
        assert kinds(tree) == kinds(whole)
        assert len({id(node) for node in walk(tree)}) == len(list(walk(tree)))
        text = edited.text


@pytest.mark.parametrize(
    "text",
    [
        "a = 1; b = 2\nc = 3\n",
        "a = 1\nif a:\n  b = 2\nif a:\n    b = 3\n",
        "x = '''\ny = 1\n'''\nz = 1",
        "a = 1\r\nb = 2\r\n",
        "a = 1\n\x0c\nb = 2\n",
        "@a\n# why\n@b\ndef f():\n    pass\n    # end\n# next\nx = 1\n",
        CLASS + "    # end of the class\n# after\nx = 1\n",
        CLASS.replace("        return 7\n", "      # odd\n        return 7 # seven\n") + "y = A()\n",
        "x = 1\n" + CLASS * 2,
        "x = (1 +\n     2); y = 3\nz = 4\n# last",
    ],
)
def test_odd_texts(text: str) -> None:
    tree = Patchwork().parse(from_text(text))
    assert tree.code == text
    assert kinds(tree) == kinds(parse(from_text(text)))


def test_only_what_has_changed_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def counting(source: Source) -> cst.Module:
        parsed.append(source.text)
        return parse(source)

    monkeypatch.setattr(patchwork, "parse", counting)
    pieces = Patchwork()
    text = "import torch\n" + CLASS + "\n\nx = 1\n"
    pieces.parse(from_text(text))
    parsed.clear()
    pieces.parse(from_text(text.replace("return 12\n", "return 1200\n")))
    assert parsed == ["class _:\n\n    def f12(self):\n        return 1200\n"]


def test_statements_that_stay_are_the_same_objects() -> None:
    text = "import torch\n\n\n# doubles\ndef f(x):\n    return 2 * x\n\n\n" + CLASS + "\n\nprint(f(1))\n"
    pieces = Patchwork()
    before = pieces.parse(from_text(text)).body
    after = pieces.parse(from_text(text.replace("f(1)", "f(7)"))).body
    assert [old is new for old, new in zip(before, after, strict=True)] == [True, True, True, False]
