"""Lines of keys in TOML, judged by texts whose values say on which line they stand."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from nanlint.configuration.lines import Trail, line_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TEXT = '''\
# a comment, with brackets ]]] and "quotes
top = 2

[tool.nanlint]  # a header
plain = 5
"quoted key" = 6
dotted.inner = 7
inline = { first = 8, second = 8 }
several = [
    "10",
    # "14", in a comment
    "12", "12",

    "14",
]
text = """
[tool.other]
fake = 99
"""

  [ tool . "nanlint" . rules ]
indented = 22
literal = \'\'\'
x = [\'\'\'
after = 25
[tool.nanlint.rules.deep]
deeper = 27
[tool]
late = 29
'''


def placed(value: object, trail: Trail = ()) -> Iterator[tuple[Trail, int]]:
    """Each value that is a number, or a string of one, which is the line that it stands on."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from placed(inner, (*trail, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from placed(inner, (*trail, place))
    elif str(value).isdigit():
        yield trail, int(str(value))


@pytest.mark.parametrize("text", [TEXT, TEXT.rstrip("\n")], ids=["newline at the end", "none"])
def test_values_stand_where_they_are_written(text: str) -> None:
    expected = dict(placed(tomllib.loads(text)))
    assert len(expected) == 14
    assert {trail: line_of(text, trail) for trail in expected} == expected


def test_tables_stand_at_their_headers() -> None:
    assert line_of(TEXT, ("tool", "nanlint")) == 4
    assert line_of(TEXT, ("tool", "nanlint", "rules", "deep")) == 26
    assert line_of(TEXT, ("tool", "nanlint", "text")) == 16


def test_what_is_not_there_stands_with_what_would_hold_it() -> None:
    assert line_of(TEXT, ("tool", "nanlint", "several", 7)) == 9
    assert line_of(TEXT, ("nothing",)) == 1
