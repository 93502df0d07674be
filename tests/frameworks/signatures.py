"""What the real frameworks' callables take: signatures from Python, PyTorch's operator schemas, and docstrings."""

from __future__ import annotations

import importlib
import inspect
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import numpy as np
import torch

from nanlint.frameworks.entries import Parameter

IRRELEVANT = frozenset({"out", "generator", "self", "cls", "out_sharding"})
"""Storage and random state that decide no value; a method's receiver is compared apart."""

ENOUGH = 4
"""Nobody passes more arguments than this by position alone; a table may leave the rest of a long signature out."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Names in positional order, of which the first `nameless` cannot be passed by name; keywords; `*rest`."""

    positional: tuple[str, ...]
    keywords: frozenset[str] = frozenset()
    rest: bool = False
    nameless: int = 0
    defaults: dict[str, object] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """What it takes by name."""
        return self.keywords | set(self.positional[self.nameless :])

    def ordered_as(self, claimed: Sequence[str]) -> bool:
        """The names that it takes by position come in its order and none of the first is missing."""
        order = [name for i, name in enumerate(claimed) if i < self.nameless or name in self.positional]
        expected = self.positional[self.nameless : max(len(order), self.nameless)]
        return tuple(order[self.nameless :]) == expected and len(order) >= min(len(self.positional), ENOUGH)


def discrepancy(claimed: Sequence[Parameter], signatures: Sequence[Signature]) -> str:
    """What is wrong with a table's parameters, seen against all overloads of the real thing; empty if nothing is."""
    relevant = [p for p in claimed if p.spelled not in IRRELEVANT]
    names = [p.spelled for p in relevant]
    if not signatures:
        return "it has no signature"
    rest = any(signature.rest for signature in signatures)
    taken = frozenset[str]().union(*(signature.names for signature in signatures))
    nameless = max(signature.nameless for signature in signatures)
    unknown = [p.spelled for p in relevant[nameless:] if p.spelled not in taken and not (p.variadic and rest)]
    if unknown:
        return f"it takes no {unknown}"
    if not any(signature.ordered_as(names) for signature in signatures):
        return f"by position it takes {[signature.positional for signature in signatures]}, not {names}"
    return ""


def resolve(dotted: str) -> Any:
    """The object of that dotted name; raises AttributeError or ImportError if there is none."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            for part in parts[count:]:
                found = getattr(found, part)
        return found
    raise ImportError(dotted)


def exists(dotted: str) -> bool:
    try:
        resolve(dotted)
    except (ImportError, AttributeError):
        return False
    return True


def of_python(function: object) -> Signature | None:
    """From `inspect`, or what NumPy's kinds of callables have in common; None for a builtin without a signature."""
    if isinstance(function, np.ufunc):
        operands = tuple(f"x{i + 1}" for i in range(function.nin))
        return Signature(operands, frozenset({"where", "dtype", "casting", "order", "subok"}), nameless=function.nin)
    if isinstance(function, jax.numpy.ufunc):
        return Signature(("x", "y")[: function.nin], nameless=function.nin)
    if isinstance(function, type) and issubclass(function, np.generic):
        return Signature(("value",), nameless=1)
    if not callable(function):
        return None
    try:
        found = [
            p
            for p in inspect.signature(function).parameters.values()
            if p.name not in IRRELEVANT and not p.name.startswith("_")
        ]
    except ValueError:
        return None
    ordered = [p for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return Signature(
        tuple(p.name for p in ordered),
        frozenset(p.name for p in found if p.kind is p.KEYWORD_ONLY),
        any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in found),
        sum(p.kind is p.POSITIONAL_ONLY for p in ordered),
        {p.name: p.default for p in found if p.default is not p.empty},
    )


def of_tensorflow(dotted: str) -> Iterator[Signature]:
    """As release 2 has it, and as release 1 had it, whose functions stand in `tensorflow.compat.v1`.

    Labels for the nodes of a graph and where an array is laid out are no arguments that anybody counts.
    """
    for name in (dotted, dotted.replace("tensorflow.", "tensorflow.compat.v1.", 1)):
        found = of_python(resolve(name)) if exists(name) else None
        if found is not None:
            positional = tuple(p for p in found.positional if p not in ("name", "layout"))
            yield replace(found, positional=positional, keywords=found.keywords | {"name"})


def of_schemas(operator: str, method: bool = False) -> Iterator[Signature]:
    """The overloads of a native PyTorch operator.

    Its schema's `self` is the receiver of the method and the parameter `input` of the function.
    """
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{operator}"):
        arguments = [a for a in schema.arguments if a.name == "self" or a.name not in IRRELEVANT]
        if method:
            arguments = [a for a in arguments if a.name != "self"]
        names = [("input" if a.name == "self" else a.name, a.kwarg_only) for a in arguments]
        if any(name == "dim" for name, _ in names):
            names += [("axis", True)]
        if any(name == "keepdim" for name, _ in names):
            names += [("keepdims", True)]
        yield Signature(
            tuple(name for name, keyword in names if not keyword),
            frozenset(name for name, keyword in names if keyword),
            defaults={a.name: a.default_value for a in arguments if a.has_default_value()},
        )


_DOCUMENTED = re.compile(r"^(?:\.\. method:: )?[\w.]+\((.*?)\)\s*(?:->|$)", re.MULTILINE | re.DOTALL)


def of_docstring(function: object) -> Iterator[Signature]:
    """The signatures on the lines of the documentation that look like one: `uniform(low=0.0, high=1.0, size=None)`."""
    for found in _DOCUMENTED.findall(inspect.getdoc(function) or ""):
        before, _, behind = found.replace("\\", "").replace("[", "").replace("]", "").partition("*")
        positional = [part.split("=")[0].split(":")[0].strip() for part in before.split(",")]
        keywords = [part.split("=")[0].split(":")[0].strip() for part in behind.split(",")]
        nameless = positional.index("/") if "/" in positional else 0
        yield Signature(
            tuple(name for name in positional if name.isidentifier() and name not in IRRELEVANT),
            frozenset(name for name in keywords if name.isidentifier()),
            "..." in positional or behind[:1].isalpha(),
            nameless,
        )
