"""Tests that run examples and scripts on the real frameworks; the other tests need none."""
