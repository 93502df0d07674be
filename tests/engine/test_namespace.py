"""The names that code sees."""

from __future__ import annotations

from collections import ChainMap

from nanlint.domain.value import Kind, Operation, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.namespace import Namespace


def value() -> Value:
    return Value(Kind.UNKNOWN, Operation(Op.OPAQUE))


INNER = {"x": value(), "y": value()}
OUTER = {"z": value(), "x": value()}


def test_inner_names_hide_outer_ones() -> None:
    names, chain = Namespace(INNER, OUTER), ChainMap(INNER, OUTER)
    assert list(names.items()) == list(chain.items())
    assert list(names) == list(chain)
    assert list(names.values()) == list(chain.values())
    assert len(names) == 3
    assert names["x"] is INNER["x"]
    assert names.get("none") is None
    assert "z" in names
    assert "none" not in names


def test_same_snapshots_make_the_same_namespace() -> None:
    names = Namespace(INNER, OUTER)
    assert names.of(INNER, OUTER) is names
    assert names.of(INNER, dict(OUTER)) is not names
    assert names.of(INNER) is not names
