"""The work of a run: on all cores, in time, and told about."""
