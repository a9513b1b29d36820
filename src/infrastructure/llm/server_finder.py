"""Servers of language models on this machine, found by asking the ports that they usually listen on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Iterable, Sequence
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import Any

from ...domain.models.found_server import FoundServer
from ...domain.ports.server_finder import ServerFinder

HOST = "127.0.0.1"
USUAL_PORTS = (11434, 8080, 8000, 1234)
"""Of Ollama, llama.cpp, vLLM and LM Studio."""
SECONDS = 0.5
MOST_BYTES = 1_000_000
MOST_MODELS = 500
LONGEST_NAME = 200
QUESTIONS = ("/api/tags", "/v1/models", "/props")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,9}) *(?:\r|$)", re.IGNORECASE)
OWNERS = {"vllm": "vllm", "llamacpp": "llama.cpp", "organization_owner": "lm-studio"}
"""What each server writes as the owner of its models."""


class LocalServerFinder(ServerFinder):
    """Asks all ports at once, and believes only a well-formed list of models that came whole and in time."""

    def __init__(self, ports: Sequence[int] = USUAL_PORTS, seconds: float = SECONDS) -> None:
        self._ports = tuple(dict.fromkeys(ports))
        self._seconds = seconds

    async def find(self) -> tuple[FoundServer, ...]:
        """Servers in the order of the ports; whatever else listens there is passed over."""
        found = await asyncio.gather(*(self._look(port) for port in self._ports))
        return tuple(server for server in found if server is not None)

    async def _look(self, port: int) -> FoundServer | None:
        tags, listed, props = await asyncio.gather(*(self._ask(port, path) for path in QUESTIONS))
        url = f"http://{HOST}:{port}"
        tagged, names = _names(tags.get("models"), "name"), _names(listed.get("data"), "id")
        # llama.cpp has Ollama's list as well, but nobody else has its properties.
        if tagged is not None and (names is None or "default_generation_settings" not in props):
            return FoundServer("ollama", url, tagged)
        return None if names is None else FoundServer(_kind(listed["data"], props), url, names)

    async def _ask(self, port: int, path: str) -> dict[str, Any]:
        """The JSON object that a port answers with; empty for anything else."""
        content = bytearray()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._seconds):
                await _read(port, path, content)
        return _object(bytes(content))


async def _read(port: int, path: str, content: bytearray) -> None:
    """Put the whole answer into `content`; nothing of one that is too long to be a list of models."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
        while not _whole(content) and (piece := await reader.read(65_536)):
            content += piece
            if len(content) > MOST_BYTES:
                content.clear()
                return
    finally:
        writer.transport.abort()


def _whole(content: bytearray) -> bool:
    """Whether all has come that the head announces: a server may keep the connection after it."""
    head, blank, body = content.partition(b"\r\n\r\n")
    told = LENGTH.search(head)
    return bool(blank and told) and len(body) >= int(told[1] if told else 0)


class _Answer:
    """Bytes in the place of the socket that the standard library reads an answer from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._content)


def _object(content: bytes) -> dict[str, Any]:
    response = HTTPResponse(_Answer(content))  # type: ignore[arg-type]
    try:
        response.begin()
        value = json.loads(response.read()) if response.status == 200 else None
    except (HTTPException, OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _names(models: object, key: str) -> tuple[str, ...] | None:
    """The names in a list of models; None when it is no such list."""
    if not isinstance(models, list) or not all(isinstance(model, dict) for model in models):
        return None
    named = (model.get(key) for model in models[:MOST_MODELS])
    names = (name for name in named if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME)
    return tuple(dict.fromkeys(names))


def _kind(models: Iterable[dict[str, Any]], props: dict[str, Any]) -> str:
    if "default_generation_settings" in props:
        return "llama.cpp"
    owners = (OWNERS.get(str(model.get("owned_by", "")).lower()) for model in models)
    return next((kind for kind in owners if kind), "openai-compatible")
