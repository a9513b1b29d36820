"""The OpenAI SDK with nothing around it, on its aiohttp transport."""

from __future__ import annotations

from openai import DefaultAioHttpClient

from benchmarks.peers.bare_sdk import BareSdk
from benchmarks.peers.common import main


def on_aiohttp(url: str) -> BareSdk:
    """The same tasks over the other transport."""
    return BareSdk(url, DefaultAioHttpClient())


if __name__ == "__main__":
    main(on_aiohttp)
