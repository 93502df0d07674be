"""The one interpretation of a module: the LibCST visitor that computes Values and records operations."""
