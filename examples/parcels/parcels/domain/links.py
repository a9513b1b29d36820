"""Addresses of pages that are printed on labels and in letters."""

from __future__ import annotations

from parcels.web.urls import PUBLIC_HOST, tracking_path

from .parcel import Parcel


def tracking_link(parcel: Parcel) -> str:
    """The public page on which a parcel can be followed."""
    return f"https://{PUBLIC_HOST}{tracking_path(parcel.number)}"
