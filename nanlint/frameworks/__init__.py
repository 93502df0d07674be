"""How frameworks spell the canonical operations: one table for each; `registry` finds them by walking this package."""
