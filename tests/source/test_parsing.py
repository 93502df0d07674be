"""Parsing: a tree or one line with its place, whatever the text, and never a crash."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from nanlint.findings import Problem
from nanlint.running.stack import with_deep_stack
from nanlint.text.lexer import Nesting, comments
from nanlint.text.parsing import parse
from nanlint.text.source import SourceError, from_text
from nanlint.text.syntax import MAX_BRACKETS, MAX_BRANCHES, MAX_LEVELS, MAX_PATTERN_BRACKETS
from tests.source.shapes import SHAPES

LINT = """
import sys
from nanlint.api import lint_source
from tests.source.shapes import SHAPES
for shape in sys.argv[2:]:
    for imported in ("import torch\\n", ""):
        for problem in lint_source(imported + SHAPES[shape](int(sys.argv[1])), "deep.py").problems:
            print(problem)
print("alive")
"""


def problem_of(text: str) -> Problem:
    with pytest.raises(SourceError) as caught:
        parse(from_text(text, "a.py"))
    assert "\n" not in str(caught.value)
    return caught.value.problem


def lint_in_a_process(shapes: list[str], levels: int) -> list[str]:
    """What is said of these shapes, with the framework imported and without."""
    command = [sys.executable, "-c", LINT, str(levels), *shapes]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    *problems, last = done.stdout.splitlines()
    assert last == "alive"
    return problems


@pytest.mark.parametrize("shapes", [list(SHAPES)[i : i + 3] for i in range(0, len(SHAPES), 3)], ids=", ".join)
def test_five_thousand_levels_give_a_result_or_one_line(shapes: list[str]) -> None:
    """In a process of its own, which a crash would end."""
    problems = lint_in_a_process(shapes, 5000)
    assert len(problems) <= 2 * len(shapes)
    for problem in problems:
        assert "nested too deeply" in problem or "too large: 12.5 MB" in problem
        assert "too large" in problem or problem.split(":")[1].isdigit(), "has a line"


@pytest.mark.parametrize("levels", [30, 150, 990])
def test_depth_below_the_limits_gives_a_result_or_one_line(levels: int) -> None:
    """CPython has limits of its own, lower ones in some versions."""
    for problem in lint_in_a_process(list(SHAPES), levels):
        reasons = ("nested too deeply", "too many", "never closed")
        assert any(reason in problem for reason in reasons), problem
        assert problem.split(":")[1].isdigit(), "has a line"


@pytest.mark.parametrize(
    ("limit", "shape"),
    [
        (MAX_BRACKETS, "lists"),
        (MAX_PATTERN_BRACKETS, "patterns"),
        (MAX_LEVELS, "sums"),
        (MAX_BRANCHES - 1, "elifs"),
    ],
)
def test_limit_is_where_it_says(limit: int, shape: str) -> None:
    assert with_deep_stack(lambda: parse(from_text(SHAPES[shape](limit - 1)))).body
    assert "nested too deeply (more than" in problem_of(SHAPES[shape](limit + 1)).message


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        pytest.param("x = 1\nprint 'hello'\ny = $\n", 2, 1, "Missing parentheses", id="Python 2 with an error"),
        pytest.param("def f(:\n    pass\n", 1, 7, "invalid syntax", id="parameter list"),
        pytest.param("if x:\npass\n", 2, 1, "expected an indented block", id="missing block"),
        pytest.param("if x:\n        a\n    b\n", 3, None, "unindent does not match", id="indentation"),
        pytest.param("x = (1,\n\n\n", 1, 5, "'(' was never closed", id="open bracket"),
        pytest.param("x = 'abc\n", 1, 5, "unterminated string literal", id="open string"),
        pytest.param("x = $\n", 1, 5, "invalid syntax", id="stray character"),
        pytest.param("<<<<<<< HEAD\nx = 1\n", 1, 1, "invalid syntax", id="merge conflict"),
        pytest.param("x = '\ud800'\n", 1, None, "lone surrogate", id="surrogate"),
    ],
)
def test_syntax_error_has_line_column_and_reason(text: str, line: int, column: int | None, reason: str) -> None:
    problem = problem_of(text)
    assert problem.line == line
    assert column is None or problem.column == column
    assert reason in problem.message


def test_valid_python_beyond_the_parser_is_said_to_be_that() -> None:
    problem = problem_of("x = 1\n(y): int = 2\n")
    assert (problem.line, problem.message) == (2, "LibCST cannot parse it, though Python can")


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "\f\n", "x = 1", "x = 1\\\n\n", "\t\n  \n"])
def test_hardly_a_file_is_a_file(text: str) -> None:
    assert parse(from_text(text)).code == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1  # a", ["# a"]),
        ("'# no' # yes", ["# yes"]),
        ('"""\n# no\n""" # yes', ["# yes"]),
        ("r'\\' # no' # yes", ["# yes"]),
        ("f'{x}# no' # yes\n#z", ["# yes", "#z"]),
        ("'open # no\n# yes", ["# yes"]),
        ("'a\\\n# no'", []),
    ],
)
def test_comments_are_told_from_strings(text: str, found: list[str]) -> None:
    assert [comment for _, comment in comments(text)] == found
    assert all(text[offset:].startswith(comment) for offset, comment in comments(text))


def test_nesting_is_that_of_code_alone() -> None:
    text = "x = [(a.b, 1), '((((', {c}]  # [[[[[\nif x:\n    y = f'(((( {z[0]} ----'\nelif z:\n    pass\n"
    nesting = Nesting(text)
    assert (nesting.brackets.number, nesting.brackets.line) == (2, 1)
    assert (nesting.branches.number, nesting.branches.line) == (2, 4)
    assert nesting.levels.number == 3


def test_lines_are_counted_in_strings_and_over_continuations() -> None:
    text = "\"\"\"\n\n\"\"\"\nx = \\\n  f'''\n{a}don't\n''' + [[\n1]]\n"
    assert Nesting(text).brackets.line == text[: text.index("[[")].count("\n") + 1


def test_lines_of_a_formatted_string_are_no_branches() -> None:
    assert Nesting("f'''{a}\nif x:\nelif y:\nelif {z}:\n'''\n").branches.number == 0


def test_time_is_linear_in_what_no_token_matches() -> None:
    """A pattern that backtracks would never end here."""
    assert Nesting("=" * 100_000 + "ab " * 50_000 + "$" * 1000).brackets.number == 0


def test_endless_recursion_is_an_error_and_the_limit_comes_back() -> None:
    def down(n: int) -> int:
        return max(n, n, key=lambda _: down(n + 1))

    limit = sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        with_deep_stack(lambda: down(0))
    assert sys.getrecursionlimit() == limit
    assert with_deep_stack(lambda: with_deep_stack(lambda: 7)) == 7


def test_calls_at_any_depth_map_no_memory() -> None:
    """From Python 3.11 on, a chunk of frames that is left is unmapped at once."""

    def at(depth: int) -> int:
        return at(depth - 1) if depth else sum(leaf(number) for number in range(100))

    def leaf(number: int) -> int:
        return number

    def run() -> int:
        at(400)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for depth in range(400):
            at(depth)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    assert with_deep_stack(run) < 200
