"""Suppression comments: which findings each one silences, and what is said of one that silences none."""

from __future__ import annotations

import pytest

from nanlint.comments.suppress import Suppressions, suppressions
from nanlint.findings import Finding, Level, Place
from nanlint.text.source import from_text

KNOWN = {"all", "nan101", "nan1", "nan", "nan201", "log-of-zero", "log-of-softmax"}


def complaint(selector: str) -> str | None:
    return None if selector in KNOWN else f"unknown rule {selector!r}"


def of(text: str) -> Suppressions:
    return suppressions(from_text(text, "a.py"), complaint)


def finding(first: int, last: int | None = None) -> Finding:
    place = Place("a.py", first, 1, first, 2)
    return Finding(place, "NAN101", "log-of-zero", Level.ERROR, "m", "r", (), None, (first, last or first))


def silenced(text: str, first: int, last: int | None = None) -> bool:
    """A comment in the text silences NAN101 (log-of-zero) in a statement on these lines, and is known to be used."""
    found = of(text)
    kept, used = found.split([finding(first, last)])
    assert bool(kept) is not bool(used)
    return not kept


@pytest.mark.parametrize(
    "comment",
    [
        "# nanlint: ignore[NAN101]",
        "# nanlint: ignore[log-of-zero]",
        "# nanlint: ignore[NAN201, NAN101]",
        "# nanlint: ignore[log-of-softmax,log-of-zero]",
        "# nanlint: ignore[NAN1]",
        "# nanlint: ignore[ALL]",
        "# nanlint: ignore[nan101]",
        "# nanlint: ignore",
        "# nanlint: ignore[NAN101] the mask is never empty",
        "# nanlint: ignore the mask is never empty",
        "#nanlint:ignore[NAN101]",
        "# NanLint: Ignore [NAN101]",
        "# type: ignore  # nanlint: ignore[NAN101]",
        "# because nanlint is wrong  # nanlint: ignore[NAN101]",
        "# noqa",
        "# NOQA",
        "#noqa:NAN101",
        "# noqa: NAN101",
        "# noqa: NAN101,E501",
        "# noqa: E501, nan101",
        "# noqa: E501 NAN101 with a reason",
        "# noqa: NAN1",
        "# noqa : NAN101",
        "# noqa: because",
    ],
)
def test_silences_on_its_line(comment: str) -> None:
    assert silenced(f"x\ny = log(x)  {comment}\nz\n", 2)
    assert not silenced(f"x\ny = log(x)  {comment}\nz\n", 3), "not the next line"
    assert not silenced(f"x\ny = log(x)  {comment}\nz\n", 1), "not the line before"
    assert of(f"y = log(x)  {comment}").warnings == ()


@pytest.mark.parametrize(
    "comment",
    [
        "# nanlint: ignore[NAN201]",
        "# nanlint: ignore[log-of-softmax]",
        "# noqa: E501",
        "# noqa: E501,NAN201",
        "# noqa: E501 for NAN101 see below",
        "# no qa",
        "# ignore[NAN101]",
        "'# nanlint: ignore[NAN101]'",
        "'''\n# noqa\n'''",
    ],
)
def test_leaves_the_finding_alone(comment: str) -> None:
    assert not silenced(f"y = log(x), {comment}" if comment.startswith("'") else f"y = log(x)  {comment}", 1, 3)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        pytest.param("y = log(\n  x,  # nanlint: ignore[NAN101]\n)\n", 1, 3, id="any line of the statement"),
        pytest.param("y = log(\n  x,\n)  # noqa\n", 1, 3, id="its last line"),
        pytest.param("# nanlint: ignore[NAN101]\ny = log(x)\n", 2, 2, id="the line above"),
        pytest.param("if a:\n    # nanlint: ignore\n    y = log(x)\n", 3, 3, id="the line above, indented"),
        pytest.param(
            "# nanlint: ignore[NAN101] because\n# of this\ny = log(x)\n", 3, 3, id="first of the comments above"
        ),
        pytest.param("# because\n# nanlint: ignore[NAN101]\ny = log(\nx)\n", 3, 4, id="last of the comments above"),
        pytest.param("#\r\n# nanlint: ignore[NAN101]\r\ny = log(x)\r\n", 3, 3, id="CRLF"),
    ],
)
def test_reaches_its_statement(text: str, first: int, last: int) -> None:
    assert silenced(text, first, last)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("# nanlint: ignore[NAN101]\n\ny = log(x)\n", 3, id="a blank line between"),
        pytest.param("a = 1  # nanlint: ignore[NAN101]\ny = log(x)\n", 2, id="beside the statement above"),
        pytest.param("# noqa\ny = log(x)\n", 2, id="noqa is for its own line"),
        pytest.param("y = log(x)\n# nanlint: ignore[NAN101]\n", 1, id="below"),
    ],
)
def test_does_not_reach(text: str, line: int) -> None:
    assert not silenced(text, line)


@pytest.mark.parametrize(
    "comment", ["# nanlint: ignore-file[NAN101]", "# nanlint: ignore-file", "# nanlint: ignore-file[log-of-zero] why"]
)
def test_whole_file(comment: str) -> None:
    assert silenced(f"a\nb\n{comment}\n", 1)
    assert silenced(f"{comment}\na\nb\n", 3)
    assert not silenced(f"{comment.replace('101', '201').replace('zero', 'softmax')}\na\n", 2) or "[" not in comment


@pytest.mark.parametrize(
    ("comment", "warning"),
    [
        ("# nanlint: ignore[NAN999]", "unknown rule 'nan999'"),
        ("# nanlint: ignore[]", "this comment has no effect: it names no rule"),
        ("# nanlint: ignore[NAN101", "this comment has no effect: its bracket is not closed"),
        ("# nanlint: disable=NAN101", "unknown directive 'disable'"),
        ("# nanlint: ignore-files", "unknown directive 'ignore-files'"),
        ("# nanlint: off[NAN101]", "this comment has no effect: `off` stands on a line of its own"),
        ("# nanlint: on[NAN101]", "this comment has no effect: `on` stands on a line of its own"),
        ("# nanlint:", "unknown directive ''"),
    ],
)
def test_mistake_is_told_and_silences_nothing(comment: str, warning: str) -> None:
    found = of(f"x\ny = log(x)  {comment}\n")
    (told,) = found.warnings
    assert (told.path, told.line, told.column) == ("a.py", 2, 13)
    assert warning in told.message
    assert not silenced(f"x\ny = log(x)  {comment}\n", 2)


@pytest.mark.parametrize("text", ["x = 1  # nanlint: ignore-file\n", "if a:\n    # nanlint: ignore-file\n    x = 1\n"])
def test_whole_file_comment_out_of_place_is_told_and_silences_nothing(text: str) -> None:
    (told,) = of(text).warnings
    assert "`ignore-file` stands on a line of its own, not indented" in told.message
    assert not silenced(text, 1, 3)


def test_known_names_beside_an_unknown_one_count() -> None:
    text = "y = log(x)  # nanlint: ignore[NAN101, NAN999]\n"
    assert [warning.message for warning in of(text).warnings] == ["unknown rule 'nan999'"]
    assert silenced(text, 1)


def test_names_of_other_linters_are_no_mistake() -> None:
    assert of("y = log(x)  # noqa: XYZ999\n").warnings == ()


def test_unused_comments_can_be_told_from_used_ones() -> None:
    found = of("a  # noqa\nb  # nanlint: ignore[NAN101]\nc  # nanlint: ignore[NAN201]\n")
    kept, used = found.split([finding(2), finding(3)])
    assert [left.place.line for left in kept] == [3]
    assert [comment.line for comment in found.comments if comment not in used] == [1, 3]
