"""Which files fill the parameters of models that other files define: from a checkpoint, or by initialising them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LOADS = re.compile(r"\.(?:load_\w*(?:state|weights|model)\w*|from_pretrained|restore)\(")
_TRAINS = re.compile(r"\.backward\(|\.minimize\(|\.fit\(|GradientTape|value_and_grad|apply_gradients")
_INITIALISES = re.compile(r"\.apply\(\s*[\w.]*(?:init|weight)\w*|\binit\.\w+_\(\s*p\w*\b|\b\w*init\w*weights?\w*\(")
_DEFINES = re.compile(r"\b(?:def|class)\s+\w+")


def filled(own: str, users: Sequence[str]) -> bool:
    """Another file that uses it initialises models; or models are loaded, and nobody trains any."""
    if any(_INITIALISES.search(_DEFINES.sub("", user)) for user in users):
        return True
    everything = (own, *users)
    return any(map(_LOADS.search, everything)) and not any(map(_TRAINS.search, everything))
