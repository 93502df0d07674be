"""Explaining a line of a program that a test states."""

from __future__ import annotations

from pathlib import Path

from nanlint.explain import Explanation, as_text, asked, explain
from nanlint.explain.model import Operation, Pole
from nanlint.settings import DEFAULT, Settings
from nanlint.showing.terminal import Paint

MARK = "  # HERE"


def explained(directory: Path, program: str, settings: Settings = DEFAULT, name: str = "a.py") -> Explanation:
    """What is said of the line of the program that ends with MARK."""
    (number,) = (number for number, line in enumerate(program.splitlines(), 1) if line.endswith(MARK))
    (directory / name).write_text(program.replace(MARK, ""), encoding="utf-8")
    return explain(asked(f"{directory / name}:{number}"), (), settings)


def operation(explanation: Explanation, name: str) -> Operation:
    """The operation of that canonical name."""
    (found,) = (one for one in explanation.operations if one.name == name)
    return found


def poles(explanation: Explanation, name: str) -> dict[str, Pole]:
    """The poles of the operation in its first context, by where they are."""
    return {pole.where: pole for pole in operation(explanation, name).contexts[0].poles}


def text(explanation: Explanation) -> str:
    return as_text(explanation, Paint())
