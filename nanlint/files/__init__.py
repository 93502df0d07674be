"""Which files: found, left out, changed since a commit."""
