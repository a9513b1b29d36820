"""Which progress suits whoever is, or is not, watching stderr."""

from __future__ import annotations

import os
import sys

from .progress import PlainProgress, Progress
from .terminal import is_watched, wants_color


def progress_for(quiet: bool) -> Progress:
    """Silence, a display that redraws itself, or plain lines, by what stderr is."""
    if quiet or sys.stderr is None:
        return Progress()
    if not is_watched(sys.stderr, os.environ):
        return PlainProgress()
    from .live import LiveProgress

    return LiveProgress(sys.stderr, color=wants_color(sys.stderr, os.environ))
