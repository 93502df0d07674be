"""Jupyter notebooks and scripts with cells, as modules."""
