"""What a name promises of a value that nobody sets."""

from __future__ import annotations

import re

from nanlint.domain.interval import EVERYTHING, Interval

EPSILON = Interval(1e-12, 0.1)
"""From the smallest epsilon in ordinary use to what no one would call one."""


INDICES = ("index", "indices", "idx", "idxs")


def index_by_name(name: str) -> bool:
    """`edge_index` holds places, which are integers and carry no gradient."""
    return name.rpartition("_")[2].lower() in INDICES


TARGETS = frozenset({"target", "targets", "label", "labels", "gt", "truth", "true", "teacher"})


_OF_DISTILLATION = re.compile(r"(^|[/\\_.])(kd|distill[a-z]*)[/\\_.]")


def target_by_name(name: str, path: str = "") -> bool:
    """`target`, `gt_boxes`, `y_true`, `teacher_logits`: what a network is compared with is not trained.

    Where a student is taught, by the file's name or its directory's, the teacher's are `features_t` and the like.
    """
    parts = name.lower().split("_")
    taught = len(parts) > 1 and parts[-1] == "t" and _OF_DISTILLATION.search(path.lower()) is not None
    return taught or not TARGETS.isdisjoint(parts)


def small_by_name(name: str) -> Interval:
    """`eps` is a small positive number."""
    return EPSILON if name.rpartition("_")[2].lower() in ("eps", "epsilon") else EVERYTHING
