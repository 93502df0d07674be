"""`nanlint` and `python -m nanlint`."""

from __future__ import annotations

from nanlint.cli.app import main

if __name__ == "__main__":
    main()
