"""Where a trained model is asked for an answer: by the names of functions, or by tests of what the run is for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import libcst as cst

from nanlint.interp.trace import Site
from nanlint.reasoning.context import LOSS_WORDS, TRAINING, callers, words
from nanlint.reasoning.placement import path_to

ASKING = frozenset({"predict", "prediction", "predictions", "inference", "infer", "decode", "decoding"})
"""Words in the names of functions that ask a trained model, and in what tells the modes of a run apart."""
MODES = ASKING | {"test", "testing", "eval", "evaluation", "generate", "generation", "sample"}
LEARNING = frozenset({"train", "training"})
LEAVING = (cst.Return, cst.Raise)


def asks_by_name(site: Site) -> bool:
    """The function, or one that called it, says so, and none of them is a `forward`, a loss or a training step."""
    names = [frame.name.rpartition(".")[2] for frame in callers(site.frame)]
    if any(name in TRAINING or words(name) & LOSS_WORDS for name in names if name):
        return False
    return any(words(name) & ASKING for name in names)


def asks_by_test(site: Site) -> bool:
    """It runs only where some test came out so: not `self.training`, `mode == "decode"`."""
    node: cst.CSTNode | None = site.statement
    for frame in callers(site.frame):
        if frame.node is not None and node is not None and any(_asks(*told) for told in _tests(frame.node, node)):
            return True
        node = frame.call_node
    return False


def _tests(function: cst.CSTNode, node: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """The tests in the function that have come out one way where the node runs, and which."""
    for outer, below in pairwise([*path_to(function, node), node]):
        if isinstance(outer, (cst.If, cst.IfExp)) and below in (outer.body, outer.orelse):
            yield outer.test, below is outer.body
        elif isinstance(outer, cst.IndentedBlock) and below in outer.body:
            before = outer.body[: outer.body.index(below)]
            yield from ((line.test, False) for line in before if isinstance(line, cst.If) and _leaves(line))


def _leaves(branch: cst.If) -> bool:
    """What stands behind it is for whoever did not take it."""
    last = branch.body.body[-1] if branch.body.body else None
    return branch.orelse is None and isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], LEAVING)


def _asks(test: cst.CSTNode, truth: bool) -> bool:
    """Where the test came out so, nothing is trained."""
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _asks(inner, not truth)
        case cst.BooleanOperation(left=left, operator=operator, right=right):
            return isinstance(operator, cst.And) == truth and (_asks(left, truth) or _asks(right, truth))
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=mode)]):
            if not isinstance(operator, (cst.Equal, cst.NotEqual)) or "mode" not in _named(left):
                return False
            return _is_mode(_named(mode), isinstance(operator, cst.Equal) == truth)
    return _is_mode(_named(test), truth)


def _is_mode(named: set[str], truth: bool) -> bool:
    return bool(named & MODES) if truth else bool(named & LEARNING) and not named & MODES


def _named(node: cst.CSTNode) -> set[str]:
    """The words of a name, of an attribute's own name, of a string."""
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return words(name)
        case cst.SimpleString():
            return words(str(node.evaluated_value))
    return set()
