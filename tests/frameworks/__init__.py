"""The tables of names against the real frameworks."""
