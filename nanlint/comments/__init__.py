"""Comments that silence findings: read, written, and told when they silence nothing."""
