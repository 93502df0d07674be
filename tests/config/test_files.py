"""Which settings files count for which path, how they extend each other, and what is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nanlint.configuration.layers import NAMES
from nanlint.configuration.resolver import Resolver, settings_for
from nanlint.settings import DEFAULT, SettingsError
from tests.cli.tools import lay_out


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def epsilon(path: str) -> float:
    """What shows which files have had a say."""
    return settings_for(path).epsilon


def test_the_nearest_file_counts_alone(root: Path) -> None:
    lay_out(root, {"nanlint.toml": "epsilon = 0.1\nstrict = true", "a/b/nanlint.toml": "epsilon = 0.2"})
    assert [epsilon(name) for name in ("x.py", "a/x.py", "a/b/x.py", "a/b/c/x.py")] == [0.1, 0.1, 0.2, 0.2]
    assert settings_for("a/x.py").strict
    assert not settings_for("a/b/x.py").strict


def test_of_several_in_a_directory_the_dotted_one_counts(root: Path) -> None:
    assert NAMES == (".nanlint.toml", "nanlint.toml", "pyproject.toml")
    lay_out(root, {"pyproject.toml": "[tool.nanlint]\nepsilon = 0.1"})
    assert epsilon("x.py") == 0.1
    lay_out(root, {"nanlint.toml": "epsilon = 0.2"})
    assert epsilon("x.py") == 0.2
    lay_out(root, {".nanlint.toml": "epsilon = 0.3"})
    assert epsilon("x.py") == 0.3


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'", "[tool.other]\nepsilon = 1"])
def test_a_pyproject_without_the_table_is_passed_over(root: Path, text: str) -> None:
    lay_out(root, {"nanlint.toml": "epsilon = 0.1", "a/pyproject.toml": text})
    assert epsilon("a/x.py") == 0.1


def test_an_empty_table_counts(root: Path) -> None:
    lay_out(root, {"nanlint.toml": "epsilon = 0.1", "a/pyproject.toml": "[tool.nanlint]", "b/nanlint.toml": ""})
    assert epsilon("a/x.py") == epsilon("b/x.py") == DEFAULT.epsilon


def test_a_file_extends_another_and_what_is_relative_stays_where_it_is_written(root: Path) -> None:
    lay_out(
        root,
        {
            "common/base.toml": 'extend = "pyproject.toml"\nepsilon = 0.2\nbaseline = "known.json"'
            '\nexclude = ["gen/a*"]',
            "common/pyproject.toml": "[tool.nanlint]\nepsilon = 0.1\nstrict = true\nlevels = { NAN1 = 'off' }",
            "app/nanlint.toml": 'extend = "../common/base.toml"\nmax-grad-norm = 3\nlevels = { NAN2 = "note" }',
        },
    )
    found = Resolver().of_path("app/x.py")
    settings = found.settings(root / "app/x.py")
    assert (settings.epsilon, settings.strict, settings.max_grad_norm) == (0.2, True, 3.0)
    assert settings.levels == (("NAN1", "off"), ("NAN2", "note"))
    assert found.conduct.baseline == root / "common/known.json"
    assert not found.excludes(root / "app/gen/a.py")
    assert found.excludes(root / "common/gen/a.py")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"nanlint.toml": 'extend = "gone.toml"'}, "nanlint.toml:1: extend: there is no file gone.toml"),
        (
            {"nanlint.toml": '\nextend = "pyproject.toml"', "pyproject.toml": "[project]"},
            "nanlint.toml:2: extend: pyproject.toml has no table [tool.nanlint]",
        ),
        (
            {"nanlint.toml": 'extend = "b.toml"', "b.toml": 'strict = true\nextend = "nanlint.toml"'},
            "b.toml:2: extend: nanlint.toml extends itself through this file",
        ),
        (
            {"nanlint.toml": 'extend = "b.toml"', "b.toml": "\n\nstrict = 1"},
            "b.toml:3: strict: wants true or false, not 1",
        ),
    ],
)
def test_what_cannot_be_extended(root: Path, files: dict[str, str], message: str) -> None:
    lay_out(root, files)
    with pytest.raises(SettingsError, match=f"^{re.escape(message)}$"):
        settings_for("x.py")


WRONG = {
    "selct = ['NAN1']": "unknown key 'selct'; did you mean select?",
    "max_grad_norm = 2": "unknown key 'max_grad_norm'; did you mean max-grad-norm?",
    "zzz = 1": "unknown key 'zzz'",
    "select = 'NAN1'": "select: wants a list of strings, not 'NAN1'",
    "select = [1]": "select: wants a rule's code, prefix or name, not 1",
    "ignore = ['log-of-sofmax']": "ignore: unknown rule 'log-of-sofmax'; did you mean log-of-softmax?",
    "levels = ['NAN1']": "levels: wants a table, not a list",
    "levels = { NAN1 = 'erorr' }": "levels: 'erorr' is none of error, warning, note, off; did you mean error?",
    "levels = { NAN0O1 = 'error' }": "levels: unknown rule 'NAN0O1'; did you mean NAN001?",
    "per-file-ignores = { 'a.py' = 'NAN1' }": "per-file-ignores: wants a list of strings, not 'NAN1'",
    "fail-on = 'off'": "fail-on: 'off' is none of error, warning, note, strict",
    "strict = 'yes'": "strict: wants true or false, not 'yes'",
    "epsilon = 0": "epsilon: wants a number above 0, not 0",
    "epsilon = true": "epsilon: wants a number above 0, not true",
    "max-learning-rate = inf": "max-learning-rate: wants a number above 0, not inf",
    "safe-functions = ['a b']": "safe-functions: wants a dotted name, not 'a b'",
    "framework-aliases = { a = 'b-c' }": "framework-aliases: wants a dotted name, not 'b-c'",
    "output-format = 'ful'": re.compile(r"output-format: 'ful' is none of .*json.*; did you mean full\?"),
    "rules.high-rate.max = 1": "rules: unknown rule 'high-rate'; did you mean high-learning-rate?",
    "rules.high-learning-rate = 1": "rules: wants a table of options, not 1",
    "rules.high-learning-rate.mx = 1": "rules: high-learning-rate has no option 'mx'; did you mean max?",
    "rules.log-of-zero.max = 1": "rules: log-of-zero has no option 'max'",
    "rules.NAN404.max = 'a'": "rules: max wants a number above 0, not 'a'",
}


@pytest.mark.parametrize("statement", WRONG)
def test_what_is_wrong_is_told_with_its_line(root: Path, statement: str) -> None:
    lay_out(root, {"pyproject.toml": f"[project]\nname = 'x'\n\n[tool.nanlint]\n# settings\n{statement}\n"})
    with pytest.raises(SettingsError) as caught:
        settings_for("x.py")
    where, _, message = str(caught.value).partition(": ")
    expected = WRONG[statement]
    assert where == "pyproject.toml:6"
    assert expected.fullmatch(message) if isinstance(expected, re.Pattern) else message == expected


def test_an_item_of_a_long_list_is_told_with_its_own_line(root: Path) -> None:
    lay_out(root, {"nanlint.toml": 'select = [\n  "NAN1",\n  # families\n  "NAN8",\n]\n'})
    with pytest.raises(SettingsError, match=r"^nanlint\.toml:4: select: unknown rule 'NAN8'"):
        settings_for("x.py")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"select = [", r"^nanlint\.toml:1: no valid TOML: "),
        (b"strict = true\nselect == 3\n", r"^nanlint\.toml:2: no valid TOML: "),
        (b"strict = '\xff'", r"^nanlint\.toml: cannot be read: it is not UTF-8$"),
    ],
)
def test_what_is_no_toml(root: Path, content: bytes, message: str) -> None:
    (root / "nanlint.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=message):
        settings_for("x.py")


def test_a_table_that_is_none(root: Path) -> None:
    lay_out(root, {"pyproject.toml": "[project]\n[tool]\nnanlint = 3"})
    with pytest.raises(SettingsError, match=r"^pyproject\.toml:3: nanlint wants a table, not 3$"):
        settings_for("x.py")


def test_byte_order_mark_and_carriage_returns(root: Path) -> None:
    (root / "nanlint.toml").write_bytes("\ufeffepsilon = 0.1\r\nselect = [\r\n'NAN1',\r\n]\r\n".encode())
    assert epsilon("x.py") == 0.1


def test_one_file_for_all_and_none_at_all(root: Path) -> None:
    lay_out(root, {"nanlint.toml": "epsilon = 0.1", "a/nanlint.toml": "epsilon = 0.2", "other.toml": "epsilon = 0.3"})
    assert Resolver(file=Path("other.toml")).settings("a/x.py").epsilon == 0.3
    assert Resolver(isolated=True).settings("a/x.py") == DEFAULT
    assert Resolver().of_run().settings(root).epsilon == 0.1
