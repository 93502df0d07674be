"""What every canonical operation means: result range, poles forward and backward, dtype."""

from nanlint.ops import (
    activations,
    arithmetic,
    comparison,
    elementary,
    gammas,
    images,
    losses,
    powers,
    preprocessing,
    reductions,
    selection,
    shape,
    sources,
    special,
)
from nanlint.ops.evaluate import evaluate
from nanlint.ops.poles import hazards, poles_of

FAMILIES = (
    activations,
    arithmetic,
    comparison,
    elementary,
    gammas,
    images,
    losses,
    powers,
    preprocessing,
    reductions,
    selection,
    shape,
    sources,
    special,
)
"""Importing a family registers the meanings of its operations."""

__all__ = ["FAMILIES", "evaluate", "hazards", "poles_of"]
