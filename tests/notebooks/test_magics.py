"""What IPython takes and Python does not: masked, line for line and column for column, and brought back."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanlint.notebooks.magics import free_names, mask, masks, unmask

MASKED = {
    "a line magic": ("%matplotlib inline\nx = 1", "!                 \nx = 1"),
    "a shell line": ("!pip install torch | tail -n 1\nx = 1", "!                             \nx = 1"),
    "the shell's quotes are its own": ("!echo \"it's\nx = 1", "!          \nx = 1"),
    "captured": ("files = !ls\nx = 1", "files = !  \nx = 1"),
    "captured twice": ("!!ls\na, b = c = %sql select", "!   \na, b = c = !          "),
    "a magic's value": ("x = %timeit -o f()", "x = !             "),
    "behind a backslash": ("!pip install \\\n  torch\nx = 1", "!             \n       \nx = 1"),
    "in a block": ("for x in y:\n    !ls {x}\n    %cd ..\n", "for x in y:\n    !      \n    !     \n"),
    "questions": ("?torch\n??torch\ntorch.nn?\nx??\n%cd?", "!     \n!      \n!        \n!  \n!   "),
    "a question about a call": ("f(x,\n  y)?", "!   \n     "),
    "automatic calls": ("/f 1\n,f a b\n;f a b", "!   \n!     \n!     "),
    "magics without their sign": (
        "pip install torch\ncd ..\ncd /data\nls -l",
        "!                \n!    \n!       \n!    ",
    ),
    "a timed statement": ("%time x = f(y)\nz = x", "!    ;x = f(y)\nz = x"),
    "a timed loop": ("%time for x in y: f(x)", "!                     "),
    "a timed call with a magic's option": ("%timeit -n 3 f(x)", "!                "),
    "the head of a Python cell": ("%%time\nx = 1", "!     \nx = 1"),
    "carriage returns": ("%cd\r\n!ls\r\nx", "!  \r\n!  \r\nx"),
    "another language": ("%%bash\nls 'x\n# %% y", "!     \n     \n      "),
    "another language below a remark": ("# so\n%%html\n<b>\n", "# so\n!     \n   \n"),
    "at the end without a line end": ("x = 1\n!ls", "x = 1\n!  "),
}


@pytest.mark.parametrize(("text", "expected"), MASKED.values(), ids=MASKED.keys())
def test_magics_are_masked_and_brought_back(text: str, expected: str) -> None:
    found, magics = mask(text, "_")
    assert found.replace("_", "!") == expected
    ast.parse(found)
    assert unmask(found, "_", magics) == text


@pytest.mark.parametrize(
    "text",
    [
        "x = (a\n  % b)",
        "x = a \\\n  % b",
        "x %= 2\ny = x != 3",
        's = """\n%cd ..\n!ls\n"""',
        "why = 1  # or not?",
        "s = 'why?'",
        "print('''\nreally?''')",
        "history = model.fit(x,\n  y)\nhistory\nhistory.history['loss']",
        "time = 3\ntime - 2\ntime if x else y\nls\n",
        "run (x)\nconfig [0]\nsave: int = 3",
        "x = {'a': b % c}\n@f\ndef g(): pass",
        "f(x)\n\f\nclass A: ...",
        "await f()\ndisplay(x);",
        "",
    ],
)
def test_python_stays_as_it_is(text: str) -> None:
    assert mask(text, "_") == (text, ())


def test_names_are_free_whatever_the_text_holds() -> None:
    text = "".join(map(chr, range(0x1C0, 0x20001)))
    name = next(free_names(text))
    assert name not in text
    assert name.isidentifier()


def test_masks_are_found_where_they_are() -> None:
    text, magics = mask("!ls\nx = %cd ..\n", "_")
    assert list(masks(text, "_", magics)) == [(0, 3), (8, 14)]


LINES = st.lists(
    st.sampled_from(
        [
            "x = 1",
            "!ls 'a",
            "%cd \\",
            "  y",
            "f(",
            ")",
            '"""',
            "'",
            "x?",
            "z = !ls",
            "%time x = 2",
            "# c?",
            "",
            "\f",
            "\\",
        ]
    )
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_character_keeps_its_place(lines: list[str], newline: str) -> None:
    text = newline.join(lines)
    name = next(free_names(text))
    found, magics = mask(text, name)
    assert len(found) == len(text)
    assert unmask(found, name, magics) == text
    hidden = {offset for start, end in masks(found, name, magics) for offset in range(start, end)}
    assert [i for i, (a, b) in enumerate(zip(text, found, strict=True)) if a != b and i not in hidden] == []
    assert found.count("\n") == text.count("\n")
    assert mask(found, "_") == (found, ()) or magics == ()
