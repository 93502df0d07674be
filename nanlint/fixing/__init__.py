"""Fixes: from rewrites to edits, applied until nothing changes, or reviewed one by one."""
