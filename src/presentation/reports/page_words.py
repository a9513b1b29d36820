"""The small pieces of the HTML page that its sections share."""

from __future__ import annotations

from html import escape

from .wording import printable


def esc(text: str) -> str:
    """`text` that is text wherever in a page it stands."""
    return escape(printable(text), quote=True)


def bar(share: float, tone: str = "") -> str:
    """A bar of which a share (0–1) is filled."""
    width = 100 * min(max(share, 0), 1)
    return (
        f"<svg class='bar {tone}' viewBox='0 0 100 8' preserveAspectRatio='none' aria-hidden='true'>"
        f"<rect width='{width:.1f}' height='8'/></svg>"
    )
