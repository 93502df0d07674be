"""The cache: what is kept, when it is used again, and that nobody can tell."""
