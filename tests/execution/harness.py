"""Runs the function `f` of an example on its real framework and collects every number that comes of it.

The convention:

- `f` is called with the example's arguments: the text of an argument list, evaluated with `torch`, `np`, `math`, `inf`
  and `nan` in scope. Floating-point tensors among them (also inside lists, tuples and dicts) require a gradient.
- What `f` returns is taken apart: tensors, arrays, numbers, modules (their parameters), and containers of these.
- If a returned tensor hangs on a graph, it is differentiated, unless `f` has already done so itself. Its n elements
  have the weights 1/n, 2/n ... 1, because with equal weights the gradient of a softmax would be 0. The gradients of all
  leaves count: of arguments, and of parameters that `f` or its modules made.
- An outcome is finite if none of the values and gradients is NaN or infinite.

Seeds are fixed, warnings are silent, `sys.argv` holds no options.
"""

from __future__ import annotations

import math
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

SCOPE: dict[str, object] = {"torch": torch, "np": np, "math": math, "inf": math.inf, "nan": math.nan}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that came back: `values` of the result, `slopes` of the arguments, `others` of other leaves."""

    values: tuple[np.ndarray[Any, Any], ...]
    slopes: tuple[np.ndarray[Any, Any], ...]
    others: tuple[np.ndarray[Any, Any], ...]

    @property
    def finite(self) -> bool:
        return all(np.isfinite(array).all() for array in (*self.values, *self.slopes, *self.others))

    def agrees(self, other: Outcome, tolerance: float) -> bool:
        """Values and the arguments' gradients are equal relative to their size (at least 1 % of the largest)."""
        mine, theirs = (*self.values, *self.slopes), (*other.values, *other.slopes)
        return len(mine) == len(theirs) and all(_close(a, b, tolerance) for a, b in zip(mine, theirs, strict=True))


def run(code: str, arguments: str) -> Outcome:
    """Defines the example's `f`, calls it, differentiates it."""
    with _quiet():
        f = define(code)["f"]
        positional, keywords = eval(f"(lambda *a, **k: (a, k))({arguments})", dict(SCOPE))
        given = [tensor for tensor in _tensors((positional, keywords)) if tensor.is_leaf and tensor.is_floating_point()]
        for tensor in given:
            tensor.requires_grad_()
        result = f(*positional, **keywords)
        leaves = _differentiate([tensor for tensor in _tensors(result) if tensor.grad_fn is not None])
        others = [leaf for leaf in leaves if not any(leaf is tensor for tensor in given)]
        return Outcome(tuple(_arrays(result)), tuple(_slopes(given)), tuple(_slopes(others)))


def holds(code: str, expression: str) -> bool:
    """The value of a proof: an expression over what the example defines, and `raises(error, call)`."""
    with _quiet():
        return bool(eval(expression, {**define(code), **SCOPE, "raises": raises}))


def raises(error: type[Exception], call: Callable[[], object]) -> bool:
    """Whether the call ends in this error."""
    try:
        call()
    except error:
        return True
    return False


def define(code: str) -> dict[str, Any]:
    """What the code defines, by name."""
    scope: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "<example>", "exec", dont_inherit=True), scope)
    return scope


@contextmanager
def _quiet() -> Iterator[None]:
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    with patch.object(sys, "argv", ["example.py"]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _differentiate(roots: list[torch.Tensor]) -> list[torch.Tensor]:
    """Every leaf of the graphs, its gradient filled in."""
    leaves = list(_leaves(roots))
    if roots and all(leaf.grad is None for leaf in leaves):
        torch.autograd.backward(roots, [_weights(root) for root in roots])
    return leaves


def _weights(root: torch.Tensor) -> torch.Tensor:
    count = max(root.numel(), 1)
    return (torch.arange(1, root.numel() + 1, dtype=torch.float64) / count).to(root.dtype).reshape(root.shape)


def _leaves(roots: list[torch.Tensor]) -> Iterator[torch.Tensor]:
    pending: list[Any] = [root.grad_fn for root in roots]
    seen = set()
    while pending:
        node = pending.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            yield node.variable
        pending.extend(parent for parent, _ in node.next_functions)


def _tensors(value: object) -> Iterator[torch.Tensor]:
    yield from (leaf for leaf in _flat(value) if isinstance(leaf, torch.Tensor))


def _flat(value: object) -> Iterator[object]:
    """The leaves of nested containers and modules."""
    if isinstance(value, dict):
        value = list(value.values())
    elif isinstance(value, torch.nn.Module):
        value = list(value.parameters())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _arrays(value: object) -> Iterator[np.ndarray[Any, Any]]:
    """The floating-point content, in double precision."""
    for leaf in _flat(value):
        if isinstance(leaf, torch.Tensor):
            leaf = leaf.detach()
            yield leaf.to(torch.complex128 if leaf.is_complex() else torch.float64).numpy()
        elif isinstance(leaf, np.ndarray | np.generic | float | int):
            yield np.asarray(leaf)


def _slopes(leaves: list[torch.Tensor]) -> Iterator[np.ndarray[Any, Any]]:
    yield from _arrays([torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves])


def _close(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], tolerance: float) -> bool:
    if a.shape != b.shape:
        return False
    size = np.maximum(np.abs(a), np.abs(b))
    largest = size.max(initial=0.0)
    return bool((np.abs(a - b) <= tolerance * np.maximum(size, 0.01 * largest)).all())
