"""The command line as users see it: real commands on real files."""
