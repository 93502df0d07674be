"""The one interpretation of a module: the LibCST visitor that computes Values and records operations."""

from nanlint.interp.run import interpret

__all__ = ["interpret"]
