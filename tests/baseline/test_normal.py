"""What code is known by: the same whatever a formatter does to it, another if it says something else."""

from __future__ import annotations

import pytest

from nanlint.text.normal import normalised


@pytest.mark.parametrize(
    "code",
    [
        "torch.log(p,dim='a')",
        "torch . log( p , dim = 'a' )",
        "torch.log(\n    p,\n    dim='a',\n)",
        "torch.log(  # why\n    p,\n    # and\n    dim='a',  # because, of (\n)",
        "torch.log(p, \\\n    dim='a')",
        "torch.log(\r\n\tp,\r\n\tdim='a'\r\n)",
        'torch.log(p, dim="a")',
    ],
)
def test_layout_comments_and_quotes_do_not_matter(code: str) -> None:
    assert normalised(code) == 'torch.log(p,dim="a")'


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("a  if  b\n else c", "a if b else c"),
        ("not a", "not a"),
        ("lambda x : - x", "lambda x:-x"),
        ("f'{x!r} # {y}' 'a b'", 'f"{x!r} # {y}""a b"'),
        ("x['a  # b']", 'x["a  # b"]'),
        ("'say \"a\"'", "'say \"a\"'"),
        ("'''a\n  b'''", "'''a\n  b'''"),
        ("(x,)", "(x)"),
        ("", ""),
    ],
)
def test_words_and_strings_stay_apart_and_whole(code: str, line: str) -> None:
    assert normalised(code) == line


@pytest.mark.parametrize(("one", "other"), [("a.log()", "b.log()"), ("f('a b')", "f('ab')"), ("x - 1", "x + 1")])
def test_other_code_is_told_from_it(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)
