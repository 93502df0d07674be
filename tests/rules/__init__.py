"""Tests of the rules by their own examples."""
