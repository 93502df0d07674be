"""Settings files in memory and on disk."""

from __future__ import annotations

from pathlib import Path

from nanlint.configuration.layers import Layer, layer, parsed
from nanlint.configuration.origins import Origin

HERE = Path("/project")


def layers(*texts: str) -> tuple[Layer, ...]:
    """What files with these texts say, each one extending the one before."""
    return tuple(layer(parsed(text, "nanlint.toml"), Origin("nanlint.toml", text), HERE) for text in texts)
