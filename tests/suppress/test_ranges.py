"""`# nanlint: off[...]` and `# nanlint: on[...]`: which lines lie between, and what is said of one by itself."""

from __future__ import annotations

import pytest

from tests.suppress.test_suppress import finding, of

NO_ON = "this `off` holds to the end of its block: no `on` below has its names and its indentation"
NO_OFF = "this comment has no effect: no `off` above has its names and its indentation"


def silenced(text: str) -> list[int]:
    """The lines where NAN101 (log-of-zero) is silenced."""
    found = of(text)
    return [line for line in range(1, text.count("\n") + 1) if not found.split([finding(line)])[0]]


def warnings(text: str) -> list[tuple[int | None, str]]:
    return [(warning.line, warning.message) for warning in of(text).warnings]


@pytest.mark.parametrize("names", ["[NAN101]", "[log-of-zero]", "[NAN1]", "[NAN201, NAN101]", ""])
def test_what_lies_between_is_silenced(names: str) -> None:
    text = f"a\n# nanlint: off{names} because\nb\n\nc\n# nanlint: on{names}\nd\n"
    assert silenced(text) == [3, 4, 5, 6]
    assert warnings(text) == []


def test_other_rules_are_not() -> None:
    assert silenced("# nanlint: off[NAN201]\na\n# nanlint: on[NAN201]\n") == []


def test_the_order_of_the_names_does_not_matter() -> None:
    text = "# nanlint: off[NAN201, NAN101]\na\n# nanlint: on[NAN101,NAN201]\nb\n"
    assert silenced(text) == [2, 3]
    assert warnings(text) == []


def test_ranges_may_overlap_and_nest() -> None:
    text = "# nanlint: off[NAN201]\n# nanlint: off[NAN101]\na\n# nanlint: on[NAN201]\nb\n# nanlint: on[NAN101]\nc\n"
    assert silenced(text) == [3, 4, 5, 6]
    assert warnings(text) == []
    text = "# nanlint: off[NAN101]\na\n# nanlint: off[NAN101]\nb\n# nanlint: on[NAN101]\nc\n# nanlint: on[NAN101]\nd\n"
    assert silenced(text) == [2, 3, 4, 5, 6, 7]
    assert warnings(text) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("# nanlint: off[NAN101]\na\nb\n", [2, 3], id="the file"),
        pytest.param(
            "def f():\n    # nanlint: off[NAN101]\n    a\n\n    if b:\n        c\n\n# in between\nd\n",
            [3, 4, 5, 6, 7, 8],
            id="a function",
        ),
        pytest.param(
            "def f():\n    # nanlint: off[NAN101]\n    a = '''\nb\n'''\n    c\nd\n", [3, 4, 5, 6], id="past a string"
        ),
        pytest.param("if a:\n\t# nanlint: off[NAN101]\n\tb\nelse:\n\tc\n", [3], id="tabs"),
    ],
)
def test_without_an_on_it_holds_to_the_end_of_the_block_and_that_is_told(text: str, lines: list[int]) -> None:
    assert silenced(text) == lines
    assert [message for _, message in warnings(text)] == [NO_ON]


@pytest.mark.parametrize(
    "on",
    [
        "# nanlint: on[NAN201]",
        "# nanlint: on",
        "# nanlint: on[NAN101, NAN201]",
        "if b:\n    # nanlint: on[NAN101]\n    pass",
    ],
    ids=["other names", "no names", "more names", "other indentation"],
)
def test_an_on_that_matches_no_off_is_told_and_ends_nothing(on: str) -> None:
    text = f"# nanlint: off[NAN101]\na\n{on}\nz\n"
    assert max(silenced(text)) == text.count("\n")
    assert sorted(message for _, message in warnings(text)) == sorted([NO_OFF, NO_ON])


def test_an_on_in_another_block_of_the_same_indentation_matches_no_off() -> None:
    text = "def f():\n    # nanlint: off[NAN101]\n    a\ndef g():\n    # nanlint: on[NAN101]\n    b\n"
    assert silenced(text) == [3]
    assert warnings(text) == [(2, NO_ON), (5, NO_OFF)]


def test_an_on_above_matches_no_off() -> None:
    assert warnings("# nanlint: on[NAN101]\na\n# nanlint: off[NAN101]\nb\n") == [(1, NO_OFF), (3, NO_ON)]


def test_a_statement_that_reaches_into_the_range_is_silenced() -> None:
    found = of("y = f(\n    # nanlint: off[NAN101]\n    log(x),\n    # nanlint: on[NAN101]\n)\nz\n")
    assert found.split([finding(1, 5)])[0] == []
    assert found.split([finding(6)])[0] != []
