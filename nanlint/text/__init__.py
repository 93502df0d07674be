"""The text of a file: bytes, lines, tokens, trees, and where nodes stand."""
