"""What the real frameworks' callables take: signatures from Python, from PyTorch's schemas, from docstrings."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
IRRELEVANT = frozenset({"_stacklevel", "out", "self", "cls"})
"""Private, or for storage only; a method's receiver is compared apart."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Names in positional order, names that are keywords only, and whether any number may follow."""

    positional: tuple[str, ...]
    keywords: frozenset[str]
    variadic: str = ""


def resolve(dotted: str) -> object:
    """The object of that dotted name; raises AttributeError or ImportError if there is none."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found
    raise ImportError(dotted)


def of_python(function: Callable[..., object]) -> Signature:
    """From `inspect`; raises ValueError for a builtin without a text signature."""
    found = inspect.signature(function).parameters.values()
    named = [p for p in found if p.name not in IRRELEVANT]
    return Signature(
        tuple(p.name for p in named if p.kind in POSITIONAL),
        frozenset(p.name for p in named if p.kind is inspect.Parameter.KEYWORD_ONLY),
        next((p.name for p in named if p.kind is inspect.Parameter.VAR_POSITIONAL), ""),
    )


def of_schemas(operator: str, method: bool) -> Iterator[Signature]:
    """All overloads of a native PyTorch operator; `self` is called `input` in the function, and is a method's receiver."""
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{operator}"):
        arguments = [a for a in schema.arguments if a.name not in IRRELEVANT or a.name == "self"]
        names = [(a.name, a.kwarg_only) for a in arguments if not (method and a.name == "self")]
        named = [("input" if name == "self" else name, only) for name, only in names]
        yield Signature(
            tuple(name for name, only in named if not only), frozenset(name for name, only in named if only)
        )


_DOCUMENTED = re.compile(r"^\s*(?:\.\. method:: |\.\. function:: )?[\w.]+\((.*?)\)", re.DOTALL)


def of_docstring(function: object) -> Iterator[Signature]:
    """The signature on the first line of the documentation: `uniform(low=0.0, high=1.0, size=None)`."""
    found = _DOCUMENTED.match((inspect.getdoc(function) or "").replace("\\*", "*"))
    if found is None:
        return
    positional: list[str] = []
    keywords: set[str] = set()
    variadic, only = "", False
    for part in found[1].replace("[", "").replace("]", "").split(","):
        name = part.split("=")[0].split(":")[0].strip()
        if name == "*":
            only = True
        elif name.startswith("*"):
            variadic = name.strip("*")
            only = True
        elif name.isidentifier() and name not in IRRELEVANT:
            keywords.add(name) if only else positional.append(name)
    yield Signature(tuple(positional), frozenset(keywords), variadic)
