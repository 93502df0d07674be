"""Every door but the command line itself: pre-commit, GitHub, flake8, shells, Python, and packages that add rules."""
