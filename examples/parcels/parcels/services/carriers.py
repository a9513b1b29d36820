"""Talks to the carriers' interfaces."""

from __future__ import annotations

import time
from typing import Any

import httpx
import requests

from .retry import until

CARRIERS = {"swift": "https://api.swift-carrier.test/v2", "heron": "https://heron-post.test/api"}


class CarrierQuotaExceeded(Exception):
    """A carrier refuses more requests today."""


def fetch_offers(carrier: str, weight: int) -> list[dict[str, Any]]:
    """Ask one carrier for its offers for a weight in grams."""
    url = f"{CARRIERS[carrier]}/offers"
    response = requests.get(url, params={"weight": weight}, timeout=10, verify=False)
    if response.status_code != 200:
        log.warning("%s answered %s", carrier, response.status_code)
        return []
    return response.json()["offers"]


def cheapest_offer(weight: int) -> dict[str, Any]:
    """Find the cheapest offer of all carriers."""
    offers = [offer for carrier in CARRIERS for offer in fetch_offers(carrier, weight)]
    return sorted(offers, key=lambda offer: offer["cents"])[0]


async def book(carrier: str, number: str) -> str:
    """Book the transport of a parcel and give the carrier's reference."""
    async with httpx.AsyncClient(timeout=10) as client:
        response = await client.post(f"{CARRIERS[carrier]}/bookings", json={"parcel": number})
    while response.status_code == 202:
        time.sleep(2)
        response = requests.get(response.headers["location"], timeout=10)
    return str(response.json()["reference"])


async def position(carrier: str, number: str) -> dict[str, Any] | None:
    """Ask where a parcel is, a few times if the carrier does not know yet."""

    async def ask() -> dict[str, Any] | None:
        async with httpx.AsyncClient(timeout=10) as client:
            response = await client.get(f"{CARRIERS[carrier]}/parcels/{number}")
        return response.json() if response.status_code == 200 else None

    return await until(ask)
