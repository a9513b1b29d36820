"""Paths of the public pages."""

from __future__ import annotations

PUBLIC_HOST = "track.parcels.test"


def tracking_path(number: str) -> str:
    """The path of a parcel's page."""
    return f"/track/{number}"
