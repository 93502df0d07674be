"""Texts that nest `n` levels deep, each in its own way."""

from __future__ import annotations

from collections.abc import Callable


def _enclosed(left: str, right: str, inner: str = "1", before: str = "x = ") -> Callable[[int], str]:
    return lambda n: before + left * n + inner + right * n + "\n"


def _blocks(header: str) -> Callable[[int], str]:
    return lambda n: "".join(" " * level + header + "\n" for level in range(n)) + " " * n + "pass\n"


SHAPES: dict[str, Callable[[int], str]] = {
    "parentheses": _enclosed("(", ")"),
    "lists": _enclosed("[", "]"),
    "dictionaries": _enclosed("{1: ", "}"),
    "calls": _enclosed("f(", ")"),
    "subscripts": _enclosed("a[", "]"),
    "brackets never closed": _enclosed("([", ""),
    "brackets in a formatted string": lambda n: 'x = f"{' + "(" * n + "1" + ")" * n + '}"\n',
    "formatted strings": _enclosed("f'{", "}'"),
    "patterns": lambda n: "match x:\n    case " + "[" * n + "a" + "]" * n + ":\n        pass\n",
    "minus": _enclosed("-", ""),
    "not": _enclosed("not ", ""),
    "attributes": _enclosed("", ".b", "a"),
    "method calls": _enclosed("", ".b()", "a"),
    "calls of results": _enclosed("", "()", "a"),
    "sums": _enclosed("", "+a", "a"),
    "powers": _enclosed("a**", "", "a"),
    "disjunctions": _enclosed("a or ", "", "a"),
    "comparisons": _enclosed("a < ", "", "a"),
    "conditional expressions": _enclosed("a if b else ", "", "c"),
    "lambdas": _enclosed("lambda: ", "", "a"),
    "adjacent strings": lambda n: "x = (" + "'a' " * n + ")\n",
    "comprehension clauses": lambda n: "x = [a " + "for a in b " * n + "]\n",
    "ifs": _blocks("if x:"),
    "functions": _blocks("def f():"),
    "elifs": lambda n: "if x:\n    pass\n" + "elif y:\n    pass\n" * n,
    "assignments": lambda n: "x = " * n + "1\n",
    "decorators": lambda n: "@a\n" * n + "def f(): pass\n",
}
