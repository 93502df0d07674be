"""Fixes reviewed one by one."""
