"""Drafts of rules to findings, the register of rules, and the Python API."""
