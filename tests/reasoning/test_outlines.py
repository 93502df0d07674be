"""What functions bind and return."""

from __future__ import annotations

import libcst as cst
import pytest

from nanlint.interp.trace import Trace
from nanlint.reasoning.nodes import walk
from nanlint.reasoning.outlines import mentions_in_return, returns, targets

MODULE = cst.parse_module("""\
loss = whole(1)

def f(x):
    a = b = first(x)
    c: int = second(x)
    third(x)
    if x:
        return fourth(a)
    return c.detach(), a[0]
""")
CALLS = {
    node.func.value: node for node in walk(MODULE) if isinstance(node, cst.Call) and isinstance(node.func, cst.Name)
}
FUNCTION = MODULE.body[1]
TRACE = Trace(MODULE)


@pytest.mark.parametrize(
    ("call", "bound"), [("first", ["a", "b"]), ("second", ["c"]), ("third", []), ("fourth", []), ("whole", [])]
)
def test_what_an_expression_is_bound_to(call: str, bound: list[str]) -> None:
    found = targets(FUNCTION, CALLS[call], TRACE)
    assert [target.value for target in found if isinstance(target, cst.Name)] == bound


def test_module_has_what_its_functions_have() -> None:
    assert len(targets(MODULE, CALLS["whole"], TRACE)) == 1
    assert len(targets(MODULE, CALLS["first"], TRACE)) == 2
    assert returns(MODULE, CALLS["fourth"], TRACE)


def test_what_is_returned_as_it_is() -> None:
    assert [call for call in CALLS if returns(FUNCTION, CALLS[call], TRACE)] == ["fourth"]


@pytest.mark.parametrize(("name", "mentioned"), [("a", True), ("c", False), ("b", False), ("fourth", True)])
def test_receiver_of_a_method_is_not_what_is_returned(name: str, mentioned: bool) -> None:
    assert mentions_in_return(FUNCTION, {name}, TRACE) is mentioned
    assert mentions_in_return(MODULE, {name}, TRACE) is mentioned
