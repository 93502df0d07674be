"""Rewrites to edits, edits to texts, passes to a fixpoint."""
