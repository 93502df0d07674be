"""Known findings: hidden by what they are known by, counted, written, pruned."""
