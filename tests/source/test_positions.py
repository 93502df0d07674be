"""Positions: the text between the offsets is the node's."""

from __future__ import annotations

import time
from collections.abc import Iterator

import libcst as cst
import pytest

from nanlint.text.positions import Span, locate

TEXT = """@dec(
  1)
def f(a, b=(1+2)):  # c
    try:
        x = (  # hm
            a + (b)  # inside
        ).log() ; y = 2;  # end
    except OSError :
        pass
    else : 
        if x: y
        elif z:
            zz
    # footer
last = f"{a!r  }" + b"""  # noqa: W291


def nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from nodes(child)


def located(text: str, kind: type[cst.CSTNode]) -> list[Span]:
    module = cst.parse_module(text)
    wanted = [node for node in nodes(module) if isinstance(node, kind)]
    spans = locate(module, text, wanted)
    return [spans[id(node)] for node in wanted]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (cst.BinaryOperation, ["1+2", "a + (b)", 'f"{a!r  }" + b']),
        (cst.Call, ["dec(\n  1)", "(  # hm\n            a + (b)  # inside\n        ).log()"]),
        (cst.FormattedString, ['f"{a!r  }"']),
        (cst.Assign, [TEXT[TEXT.index("x = (") : TEXT.index(" ; y")], "y = 2", TEXT[TEXT.index("last") :]]),
        (cst.Decorator, ["@dec(\n  1)"]),
        (cst.FunctionDef, [TEXT[: TEXT.index("\n    # footer")]]),
        (cst.If, ["if x: y\n        elif z:\n            zz", "elif z:\n            zz"]),
    ],
)
def test_span_is_the_node_itself(kind: type[cst.CSTNode], texts: list[str]) -> None:
    assert [TEXT[span.start : span.end] for span in located(TEXT, kind)] == texts


def test_outer_span_has_the_parentheses() -> None:
    outer = [TEXT[span.outer_start : span.outer_end] for span in located(TEXT, cst.BinaryOperation)]
    assert outer == ["(1+2)", TEXT[TEXT.index("(  # hm") : TEXT.index(".log")], 'f"{a!r  }" + b']


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        (cst.FunctionDef, ["@dec(\n  1)\ndef f(a, b=(1+2)):"]),
        (cst.Try, ["try:"]),
        (cst.ExceptHandler, ["except OSError :"]),
        (cst.If, ["if x:", "elif z:"]),
        (cst.SimpleStatementLine, [None, "pass", "zz", TEXT[TEXT.index("last") :]]),
    ],
)
def test_header_ends_at_the_colon(kind: type[cst.CSTNode], headers: list[str | None]) -> None:
    found = [TEXT[span.start : span.header_end] for span in located(TEXT, kind)]
    assert [header for header, wanted in zip(found, headers, strict=True) if wanted is not None] == [
        header for header in headers if header is not None
    ]


def test_ancestors_lead_from_the_module_to_the_parent() -> None:
    (span,) = located("def f():\n    return -x", cst.UnaryOperation)
    kinds = [type(node) for node in span.ancestors]
    assert kinds == [cst.Module, cst.FunctionDef, cst.IndentedBlock, cst.SimpleStatementLine, cst.Return]


@pytest.mark.parametrize("text", ["\fx\n", "\r\nx\r\n", "# a\n\nx", "x", "if a:\n\tx;\n", "a;x"])
def test_whatever_surrounds_it(text: str) -> None:
    assert [text[span.start : span.end] for span in located(text, cst.Expr)][-1] == "x"


def test_blanks_that_the_tree_has_lost_shift_nothing() -> None:
    """LibCST keeps neither of these two blanks."""
    text = 'try: a\nexcept A :\n    b\nprint(f"{c!r }", d)\n'
    assert cst.parse_module(text).code != text
    assert [text[span.start : span.end] for span in located(text, cst.Name)] == ["a", "A", "b", "print", "c", "d"]


def test_text_of_another_module_is_an_error() -> None:
    module = cst.parse_module("a = 1")
    with pytest.raises(ValueError, match="does not spell"):
        locate(module, "b = 1", module.body)


def test_node_of_another_tree_has_no_span() -> None:
    assert locate(cst.parse_module("a = 1"), "a = 1", [cst.Name("b")]) == {}


def test_a_thousand_lines_take_a_fraction_of_their_parse() -> None:
    text = "def f(x, y):\n    z = torch.log(x + 1) * y[0]\n    return g(z, dim=-1)\n\n" * 500
    started = time.process_time()
    module = cst.parse_module(text)
    parsing = time.process_time() - started
    calls = [node for node in nodes(module) if isinstance(node, cst.Call)][:20]
    started = time.process_time()
    assert len(locate(module, text, calls)) == 20
    assert time.process_time() - started < parsing
