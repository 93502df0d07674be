"""Dataclasses to JSON and back: the same value, and nothing else passes for one."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass

import pytest

from nanlint.caching.codec import plain, restored
from nanlint.findings import Applicability, Edit, Finding, Fix, Level, Place, Step
from nanlint.program.verdicts import Examined, Report

PLACE = Place("a.py", 1, 2, 3, 4)
FINDING = Finding(
    place=PLACE,
    code="NAN101",
    rule="log-of-zero",
    level=Level.ERROR,
    message="log of `p` – 0",
    remedy="clamp",
    evidence=(Step(PLACE, "softmax", "[0, 1]"), Step(PLACE, "x", None)),
    fix=Fix("Clamp", Applicability.UNSAFE, (Edit(0, 3, "x"),)),
    statement=(1, 3),
)
EXAMINED = Examined(
    own=(Report(FINDING, 3, ("a.py", 0, 5), (("a.py", 1, 2), ("b.py", 3, 4))),),
    looked_into=frozenset({"b.py", "c.py"}),
)


class Colour(enum.Enum):
    RED = 1


@dataclass(frozen=True)
class Everything:
    number: int
    share: float
    flag: bool
    colour: Colour
    maybe: tuple[str, int] | None
    names: frozenset[str]


EVERYTHING = Everything(1, 0.5, True, Colour.RED, ("a", 2), frozenset({"x", "y"}))


@pytest.mark.parametrize(
    ("kind", "value"), [(Examined, EXAMINED), (Finding, FINDING), (Everything, EVERYTHING), (Examined, Examined())]
)
def test_the_way_there_and_back_changes_nothing(kind: type, value: object) -> None:
    assert restored(kind, json.loads(json.dumps(plain(value)))) == value


def test_equal_values_have_one_form() -> None:
    one, other = (frozenset(names) for names in (["a", "b", "c"], ["c", "b", "a"]))
    assert plain(one) == plain(other) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("position", "wrong"),
    [(0, "1"), (0, True), (1, 1), (2, 1), (3, "BLUE"), (3, 1), (4, ["a"]), (4, ["a", "b"]), (5, "xy"), (5, [1])],
)
def test_what_is_of_another_type_is_refused(position: int, wrong: object) -> None:
    data = json.loads(json.dumps(plain(EVERYTHING)))
    data[position] = wrong
    with pytest.raises(ValueError, match=r"."):
        restored(Everything, data)


@pytest.mark.parametrize("data", [None, {}, [], [1, 0.5, True, "RED", None], "text"])
def test_what_has_another_shape_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="not the list that was expected"):
        restored(Everything, data)


def test_what_has_no_plain_form_is_an_error_at_once() -> None:
    with pytest.raises(TypeError):
        plain(object())
    with pytest.raises(TypeError):
        restored(dict, {})
