"""Where the `muster` script begins; light, so that Ctrl-C is answered quietly from the first moment on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Answer the command line `args` (default: the process's own) and end with its exit code."""
    try:
        from .entry import answer

        code = answer(sys.argv[1:] if args is None else args)
    except KeyboardInterrupt:
        sys.stderr.write("\nmuster: interrupted\n")
        code = 130
    sys.exit(code)
