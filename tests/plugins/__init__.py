"""A worked example of a plugin, and how tests install one."""
