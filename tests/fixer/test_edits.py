"""Rewrites of nodes to edits of text: what the file looks like afterwards, or that nothing is done."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import libcst as cst
import pytest

from nanlint.findings import Applicability, Fix
from nanlint.fixing.edits import Editor, nodes_of
from nanlint.fixing.fixer import apply
from nanlint.rule import Insert, Remove, Replace, Rewrite
from nanlint.text.parsing import parse
from nanlint.text.positions import locate
from nanlint.text.source import from_text

Edits = Callable[[cst.CSTNode], tuple[Replace | Insert | Remove, ...]]


def nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from nodes(child)


def spelled(module: cst.Module, text: str) -> cst.CSTNode:
    """The first expression or statement that, without comments around it, is written like this."""
    kinds = (cst.BaseExpression, cst.BaseStatement, cst.BaseSmallStatement)
    candidates = [node for node in nodes(module) if isinstance(node, kinds)]
    spans = locate(module, module.code, candidates)
    return next(node for node in candidates if module.code[spans[id(node)].start : spans[id(node)].end] == text)


def rewritten(text: str, target: str, edits: Edits, imports: tuple[str, ...] = (), around: str = "") -> str | None:
    """The text after a rewrite of the node spelled `target`, in the statement spelled `around`; None if refused."""
    source = from_text(text)
    module = parse(source)
    node = spelled(module, target)
    statement = spelled(module, around) if around else node
    rewrite = Rewrite("title", Applicability.SAFE, edits(node), imports)
    spans = locate(module, text, (node, statement, *nodes_of(rewrite, module)))
    found = Editor(module, text, source.newline, spans).edits(rewrite, statement)
    if found is None:
        return None
    after = apply(text, [Fix("title", Applicability.SAFE, found)])
    parse(from_text(after))
    return after


def replace(new: str) -> Edits:
    return lambda node: (Replace(node, new),)


@pytest.mark.parametrize(
    ("text", "target", "new", "expected"),
    [
        pytest.param("y = f(x)\n", "f(x)", "g(x)", "y = g(x)\n", id="plain"),
        pytest.param("y = f(x) * 2\n", "f(x)", "a + b", "y = (a + b) * 2\n", id="sum under product"),
        pytest.param("y = f(x) + 2\n", "f(x)", "a + b", "y = a + b + 2\n", id="sum left of sum"),
        pytest.param("y = 2 - f(x)\n", "f(x)", "a + b", "y = 2 - (a + b)\n", id="sum right of difference"),
        pytest.param("y = -f(x)\n", "f(x)", "a + b", "y = -(a + b)\n", id="sum under minus"),
        pytest.param("y = -f(x)\n", "f(x)", "a ** b", "y = -a ** b\n", id="power under minus"),
        pytest.param("y = f(x) ** 2\n", "f(x)", "-a", "y = (-a) ** 2\n", id="minus as base"),
        pytest.param("y = 2 ** f(x)\n", "f(x)", "-a", "y = 2 ** -a\n", id="minus as exponent"),
        pytest.param("y = f(x).sum()\n", "f(x)", "a * b", "y = (a * b).sum()\n", id="product under method"),
        pytest.param("y = f(x).sum()\n", "f(x)", "1", "y = (1).sum()\n", id="integer under attribute"),
        pytest.param("y = f(x)[0]\n", "f(x)", "a or b", "y = (a or b)[0]\n", id="or under subscript"),
        pytest.param("y = f(x) if c else d\n", "f(x)", "a if b else c", "y = (a if b else c) if c else d\n", id="if"),
        pytest.param("y = d if c else f(x)\n", "f(x)", "lambda: 1", "y = d if c else lambda: 1\n", id="lambda in else"),
        pytest.param("y = not f(x)\n", "f(x)", "a and b", "y = not (a and b)\n", id="and under not"),
        pytest.param("y = f(x) < 1\n", "f(x)", "a < b", "y = (a < b) < 1\n", id="comparison in comparison"),
        pytest.param("y = 1 < f(x)\n", "f(x)", "a | b", "y = 1 < a | b\n", id="bitwise or in comparison"),
        pytest.param("y = g(*f(x))\n", "f(x)", "a or b", "y = g(*(a or b))\n", id="or under star"),
        pytest.param("y = g(f(x))\n", "f(x)", "a or b", "y = g(a or b)\n", id="or as argument"),
        pytest.param("y = g(f(x))\n", "f(x)", "(a, b)", "y = g((a, b))\n", id="tuple with parentheses"),
        pytest.param("y = g(f(x))\n", "f(x)", "a, b", "y = g((a, b))\n", id="tuple as argument"),
        pytest.param("y = f(x)\n", "f(x)", "a, b", "y = a, b\n", id="tuple as value"),
        pytest.param("y = f(x)\n", "f(x)", "z := 1", "y = (z := 1)\n", id="walrus"),
        pytest.param("y = z[f(x):]\n", "f(x)", "lambda: 1", "y = z[(lambda: 1):]\n", id="lambda in slice"),
        pytest.param("y = [z for z in f(x)]\n", "f(x)", "a if b else c", "y = [z for z in (a if b else c)]\n", id="in"),
        pytest.param("y = (f(x))\n", "f(x)", "a + b", "y = (a + b)\n", id="inside its parentheses"),
        pytest.param("y = 2 * ( f(x) ) * 2\n", "f(x)", "a + b", "y = 2 * ( a + b ) * 2\n", id="parentheses suffice"),
        pytest.param('y = "a"if b else c\n', '"a"', "d", "y = (d)if b else c\n", id="keyword glued behind"),
        pytest.param('y = a if b else"c"\n', '"c"', "d", "y = a if b else(d)\n", id="keyword glued before"),
        pytest.param("y = f(x)\r\nz = 1\r\n", "f(x)", "g(\n    x)", "y = g(\r\n    x)\r\nz = 1\r\n", id="newline"),
        pytest.param("y = f(x)\n", "f(x)", "a\n+ b", "y = (a\n+ b)\n", id="line break needs parentheses"),
        pytest.param("y = g(\n  f(x),  # c\n)\n", "f(x)", "h(x)", "y = g(\n  h(x),  # c\n)\n", id="comment beside it"),
        pytest.param("y = f(  # c\n  x)\n", "f(  # c\n  x)", "g(  # c\n  x)", "y = g(  # c\n  x)\n", id="comment kept"),
        pytest.param('y = f"{f(x)}"\n', "f(x)", "g(x)", 'y = f"{g(x)}"\n', id="in a formatted string"),
    ],
)  # fmt: skip
def test_replace(text: str, target: str, new: str, expected: str) -> None:
    assert rewritten(text, target, replace(new)) == expected


INNER = ("+", "-", "*", "/", "@", "**", "<<", "&", "^", "|", "and", "or", "==", "in", "if c else")


@pytest.mark.parametrize(
    "operator", ["+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "^", "|", "and", "or", "<"]
)
@pytest.mark.parametrize("text", ["y = f(x) {} z\n", "y = z {} f(x)\n"], ids=["left", "right"])
def test_replaced_operand_keeps_the_meaning(text: str, operator: str) -> None:
    """Python itself reads the same tree as with parentheses everywhere."""
    text = text.format(operator)
    for inner in INNER:
        after = rewritten(text, "f(x)", replace(f"a {inner} b"))
        assert after is not None
        wanted = text.replace("f(x)", f"(a {inner} b)")
        if inner != operator:  # Python reads `a and b and c` as one operation
            assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(wanted)), after


@pytest.mark.parametrize(
    ("text", "target", "new"),
    [
        pytest.param("y = f(  # why\n  x)\n", "f(  # why\n  x)", "g(x)", id="a comment would be lost"),
        pytest.param(
            "y = f(  # a\n  x,  # a\n)\n", "f(  # a\n  x,  # a\n)", "g(  # a\n x)", id="one of two equal ones"
        ),
        pytest.param("y = g(f(x), 1)\n", "f(x)", "h(x)  # new", id="a new comment would swallow code"),
        pytest.param('y = f"{f(x)}"\n', "f(x)", 'g("a")', id="quotes in a formatted string"),
        pytest.param('y = f"{f(x)}"\n', "f(x)", "{1: 2}", id="a brace in a formatted string"),
    ],
)
def test_replace_refused(text: str, target: str, new: str) -> None:
    assert rewritten(text, target, replace(new)) is None


def insert(new: str, after: bool = False) -> Edits:
    return lambda node: (Insert(node, new, after),)


@pytest.mark.parametrize(
    ("text", "target", "new", "after", "expected"),
    [
        pytest.param("a()\nb()\n", "b()", "n()", False, "a()\nn()\nb()\n", id="before"),
        pytest.param("a()\nb()\n", "a()", "n()", True, "a()\nn()\nb()\n", id="after"),
        pytest.param("a()", "a()", "n()", True, "a()\nn()", id="after the last line without newline"),
        pytest.param("a()", "a()", "n()", False, "n()\na()", id="before the last line without newline"),
        pytest.param("a()\r\nb()\r\n", "b()", "n()\nm()", False, "a()\r\nn()\r\nm()\r\nb()\r\n", id="lines in CRLF"),
        pytest.param("if x:\n\ta()  # c\n", "a()", "n()", True, "if x:\n\ta()  # c\n\tn()\n", id="after a comment"),
        pytest.param("if x:\n\ta()\n", "a()", "if y:\n\tn()", False, "if x:\n\tif y:\n\t\tn()\n\ta()\n", id="a block"),
        pytest.param("# c\na()\n", "a()", "n()", False, "# c\nn()\na()\n", id="under the comment above"),
        pytest.param("a(1,\n  2)\nb()\n", "a(1,\n  2)", "n()", True, "a(1,\n  2)\nn()\nb()\n", id="after many lines"),
        pytest.param("a();\nb()\n", "a()", "n()", True, "a();\nn()\nb()\n", id="after a semicolon"),
        pytest.param("if x:\n  a()\n", "if x:\n  a()", "n()", True, "if x:\n  a()\nn()\n", id="after a block"),
        pytest.param("for x in y: a()\n", "for x in y: a()", "n()", False, "n()\nfor x in y: a()\n", id="a block"),
        pytest.param("@d\ndef f(): a()\n", "@d\ndef f(): a()", "n()", False, "n()\n@d\ndef f(): a()\n", id="decorator"),
        pytest.param("\fa()\n", "a()", "n()", False, "n()\n\fa()\n", id="form feed is no indentation"),
    ],
)  # fmt: skip
def test_insert(text: str, target: str, new: str, after: bool, expected: str) -> None:
    assert rewritten(text, target, insert(new, after)) == expected


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
@pytest.mark.parametrize(
    ("text", "target"),
    [
        pytest.param("a(); b()\n", "a()", id="first of two on a line"),
        pytest.param("a(); b()\n", "b()", id="second of two on a line"),
        pytest.param("if x: a()\n", "a()", id="on the header's line"),
        pytest.param("if x:\n  a()\nelif y:\n  b()\n", "elif y:\n  b()", id="elif"),
    ],
)
def test_insert_refused(text: str, target: str, after: bool) -> None:
    assert rewritten(text, target, insert("n()", after)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a()\nb()\nc()\n", "a()\nc()\n", id="in the middle"),
        pytest.param("if x:\n  a()\n  b()\nc()\n", "if x:\n  a()\nc()\n", id="last of a block"),
        pytest.param("a()\r\nb()", "a()", id="last line without newline"),
        pytest.param("# about b\nb()\n", "# about b\n", id="the comment above stays"),
        pytest.param("b()\n", "", id="only line of a module"),
        pytest.param("b()  # why\na()\n", None, id="its comment would be lost"),
        pytest.param("if x:\n  b()\n", None, id="only statement of a block"),
        pytest.param("a(); b()\n", None, id="shares its line"),
        pytest.param("if x: b()\n", None, id="on the header's line"),
    ],
)
def test_remove(text: str, expected: str | None) -> None:
    assert rewritten(text, "b()", lambda node: (Remove(node),)) == expected


def test_remove_of_a_block_is_refused() -> None:
    assert rewritten("if x:\n  a()\nb()\n", "if x:\n  a()", lambda node: (Remove(node),)) is None


F = "import torch.nn.functional as F"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("import os\nimport torch\n\ny = f(x)\n", f"import os\nimport torch\n{F}\n\ny = F.g(x)\n"),
        pytest.param(f"import torch\n{F}\ny = f(x)\n", f"import torch\n{F}\ny = F.g(x)\n", id="already there"),
        pytest.param(
            "import torch, torch.nn.functional as F\ny = f(x)\n",
            "import torch, torch.nn.functional as F\ny = F.g(x)\n",
            id="there in a list",
        ),
        pytest.param(
            '"""Doc."""\nfrom __future__ import annotations\ny = f(x)\n',
            f'"""Doc."""\nfrom __future__ import annotations\n{F}\ny = F.g(x)\n',
            id="after the docstring and future imports",
        ),
        pytest.param("import torch  # c\r\ny = f(x)\r\n", f"import torch  # c\r\n{F}\r\ny = F.g(x)\r\n", id="CRLF"),
        pytest.param("import torch; import os\ny = f(x)\n", f"import torch; import os\n{F}\ny = F.g(x)\n", id="shared"),
        pytest.param(
            "import os\nos.environ['A'] = 'b'\nimport torch\ny = f(x)\n",
            f"import os\nos.environ['A'] = 'b'\nimport torch\n{F}\ny = F.g(x)\n",
            id="beside its package, not before the environment is set",
        ),
        pytest.param(
            "def h(x):\n    import torch\n    y = f(x)\n",
            f"def h(x):\n    import torch\n    {F}\n    y = F.g(x)\n",
            id="local imports: before the statement",
        ),
        pytest.param(
            f"def h(x):\n    {F}\n    y = f(x)\n", f"def h(x):\n    {F}\n    y = F.g(x)\n", id="already there, local"
        ),
        pytest.param(
            f"def k():\n    {F}\nimport os\ndef h(x):\n    y = f(x)\n",
            f"def k():\n    {F}\nimport os\n{F}\ndef h(x):\n    y = F.g(x)\n",
            id="there, but in another function",
        ),
        pytest.param(
            f"try:\n    {F}\nexcept ImportError:\n    F = None\nimport os\ny = f(x)\n",
            f"try:\n    {F}\nexcept ImportError:\n    F = None\nimport os\ny = F.g(x)\n",
            id="already there, in a try",
        ),
        pytest.param("def h(x):\n    import torch; y = f(x)\n", None, id="local, and the line is shared"),
    ],
)  # fmt: skip
def test_import(text: str, expected: str | None) -> None:
    around = "import torch" if "; y" in text else "y = f(x)"
    assert rewritten(text, "f(x)", replace("F.g(x)"), imports=(F,), around=around) == expected


@pytest.mark.parametrize(
    ("there", "wanted", "added"),
    [
        ("import torch.nn", "import torch", False),
        ("import torch as t", "import torch", True),
        ("from torch import nn", "import torch.nn as nn", True),
        ("from torch import nn, optim", "from torch import nn", False),
        ("from torch import nn as n", "from torch import nn", True),
        ("from torch import *", "from torch import nn", True),
        ("from . import torch", "import torch", True),
    ],
)
def test_import_binds_the_same_name_or_is_added(there: str, wanted: str, added: bool) -> None:
    after = rewritten(f"{there}\ny = f(x)\n", "f(x)", replace("g(x)"), imports=(wanted,), around="y = f(x)")
    assert after == f"{there}\n" + f"{wanted}\n" * added + "y = g(x)\n"


def test_several_edits_of_one_rewrite_go_together() -> None:
    text = "import torch\nloss.backward()\nopt.step()\n"
    after = rewritten(
        text,
        "opt.step()",
        lambda node: (Insert(node, "clip()"), Insert(node, "log()"), Replace(node.children[0], "opt.move()")),
        imports=("import math",),
    )
    assert after == "import torch\nimport math\nloss.backward()\nclip()\nlog()\nopt.move()\n"


def test_edits_that_overlap_are_refused() -> None:
    assert rewritten("y = f(x)\n", "f(x)", lambda node: (Replace(node, "a"), Replace(node, "b"))) is None
    assert rewritten("y = f(x)\n", "f(x)", lambda node: (Replace(node, "a"), Replace(node.children[0], "b"))) is None
