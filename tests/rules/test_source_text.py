"""The text of an expression as rules quote it, in long chains too."""

import libcst as cst
import pytest

from nanlint.reasoning.texts import code

CHAINS = {
    "methods": "x" + ".exp()" * 40,
    "methods with arguments": "x" + ".clamp(min=0, max=(1))" * 40,
    "operators": "x" + " + y" * 40,
    "parentheses": "(" * 40 + "x" + ").exp()" * 40,
    "subscripts": "x" + "[0]" * 40,
    "lines": "(x" + "\n    .exp()  # again" * 40 + "\n)",
    "comparison": "x" + ".sum()" * 30 + " > 0 and y",
}


@pytest.mark.parametrize("text", CHAINS.values(), ids=CHAINS.keys())
def test_text_of_every_link_of_a_chain(text: str) -> None:
    links: list[cst.CSTNode] = []

    class Collector(cst.CSTVisitor):
        def on_leave(self, original_node: cst.CSTNode) -> None:
            if isinstance(original_node, cst.BaseExpression):
                links.append(original_node)

    tree = cst.parse_module(text)
    cst.parse_expression(text).visit(Collector())
    assert [code(link) for link in links] == [tree.code_for_node(link) for link in links]
    assert code(links[-1]) == text
