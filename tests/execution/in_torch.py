"""Runs examples of PyTorch, and of NumPy alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from tests.execution.harness import Array, Outcome, weights

SCOPE: dict[str, object] = {"torch": torch}


def seed() -> None:
    torch.manual_seed(0)


def restore() -> None:
    """Nothing: examples leave no switch of the process behind."""


def outcome(f: Callable[..., object], positional: tuple[object, ...], keywords: dict[str, object]) -> Outcome:
    """Floating-point tensors require a gradient; a result is differentiated unless `f` has already done so itself."""
    given = [tensor for tensor in _tensors((positional, keywords)) if tensor.is_leaf and tensor.is_floating_point()]
    for tensor in given:
        tensor.requires_grad_()
    result = f(*positional, **keywords)
    leaves = _differentiate([tensor for tensor in _tensors(result) if tensor.grad_fn is not None])
    others = [leaf for leaf in leaves if not any(leaf is tensor for tensor in given)]
    return Outcome(tuple(_arrays(result)), tuple(_slopes(given)), tuple(_slopes(others)))


def _differentiate(roots: list[torch.Tensor]) -> list[torch.Tensor]:
    """Every leaf of the graphs, its gradient filled in."""
    leaves = list(_leaves(roots))
    if roots and all(leaf.grad is None for leaf in leaves):
        torch.autograd.backward(roots, [_weights(root) for root in roots])
    return leaves


def _weights(root: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(weights(tuple(root.shape))).to(root.dtype)


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


def _arrays(value: object) -> Iterator[Array]:
    """The floating-point content, in double precision."""
    for leaf in _flat(value):
        if isinstance(leaf, torch.Tensor):
            leaf = leaf.detach()
            yield leaf.to(torch.complex128 if leaf.is_complex() else torch.float64).numpy()
        elif isinstance(leaf, np.ndarray | np.generic | float | int):
            yield np.asarray(leaf)


def _slopes(leaves: list[torch.Tensor]) -> Iterator[Array]:
    yield from _arrays([torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves])
