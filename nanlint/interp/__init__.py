"""The one interpretation of a module: the LibCST visitor that computes Values and records operations."""

from nanlint.interp.run import interpret, observe

__all__ = ["interpret", "observe"]
