"""aimock, a provider server of other authors, as a process of its own on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import httpx2

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".aimock" / "package" / "dist" / "cli.js"
SECONDS = 20.0
LISTENING = "listening on "


def missing() -> str:
    """What is not there to run it; "" when nothing is."""
    if shutil.which("node") is None:
        return "node is missing"
    return "" if PROGRAM.is_file() else "aimock is missing: run scripts/install_aimock.sh"


class AiMock:
    """A running server at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def journal(self, path: str) -> list[dict[str, Any]]:
        """The requests that it received at `path`, in order."""
        async with httpx2.AsyncClient(base_url=self.url) as client:
            answer = await client.get("/__aimock/journal", params={"path": path})
        entries: list[dict[str, Any]] = answer.json()
        return entries


@contextmanager
def running(fixtures: Sequence[Mapping[str, object]], folder: Path) -> Iterator[AiMock]:
    """Serve `fixtures`, in the package's own form; what matches none of them is refused."""
    file = folder / "fixtures.json"
    file.write_text(json.dumps({"fixtures": fixtures}))
    command: list[str | Path] = [
        "node",
        PROGRAM,
        "--port",
        "0",
        "--fixtures",
        file,
        "--strict",
        "--chunk-size",
        "7",
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    overdue = Timer(SECONDS, process.kill)
    overdue.start()
    try:
        assert process.stdout is not None
        said = next((line for line in process.stdout if LISTENING in line), "")
        overdue.cancel()
        assert said, "aimock did not start"
        yield AiMock(said.split(LISTENING)[1].strip())
    finally:
        overdue.cancel()
        process.kill()
        process.communicate()
