"""What a name promises of a value that nobody sets."""

from __future__ import annotations

from nanlint.domain.interval import EVERYTHING, Interval

EPSILON = Interval(1e-12, 0.1)
"""From the smallest epsilon in ordinary use to what no one would call one."""


INDICES = ("index", "indices", "idx", "idxs")


def index_by_name(name: str) -> bool:
    """`edge_index` holds places, which are integers and carry no gradient."""
    return name.rpartition("_")[2].lower() in INDICES


TARGETS = frozenset({"target", "targets", "label", "labels", "gt", "truth", "teacher"})


def target_by_name(name: str) -> bool:
    """`target`, `gt_boxes`, `teacher_logits`: what a network is compared with is not trained."""
    return not TARGETS.isdisjoint(name.lower().split("_"))


def small_by_name(name: str) -> Interval:
    """`eps` is a small positive number."""
    return EPSILON if name.rpartition("_")[2].lower() in ("eps", "epsilon") else EVERYTHING
