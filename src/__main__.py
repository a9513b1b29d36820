"""`python -m muster`: the command line."""

from __future__ import annotations

from .presentation.cli.main import main

if __name__ == "__main__":
    main()
