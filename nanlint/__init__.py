"""nanlint finds what will turn a loss into NaN, says why with evidence, and rewrites it to a stable equivalent."""

__version__ = "0.1.0"
