"""A real Redis server of a test's own, or a loud reason why there is none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

REQUIRED = os.environ.get("TEST_REQUIRE_REDIS") == "1"  # read here: every test runs without MUSTER_ settings
MISSING = "NOT TESTED: redis-server is not installed; what is shared through Redis was not looked at"


class RedisServer:
    """A server on a free port of this machine that keeps nothing on disk, or with `durable` every change at once."""

    def __init__(self, port: int, folder: str, *, durable: bool = False) -> None:
        self._durable = durable
        self.url = f"redis://127.0.0.1:{port}/0"
        self._port = port
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [
            "redis-server", "--bind", "127.0.0.1", "--port", str(self._port), "--save", "",
            "--appendonly", "yes" if self._durable else "no", "--appendfsync", "always",
            "--dir", self._folder, "--daemonize", "no",
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, "redis-server ended at once"
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)

    def stop(self) -> None:
        """End this very process."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def kill(self) -> None:
        """End it without a word, as `kill -9` does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def redis_server(*, durable: bool = False) -> Iterator[RedisServer]:
    """A running server; without the program the test is skipped, or fails where TEST_REQUIRE_REDIS=1."""
    if shutil.which("redis-server") is None:
        if REQUIRED:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(free_port(), folder, durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.stop()
