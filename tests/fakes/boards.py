"""Every kind of board that queues, signals, sessions and channels are kept on, in turn."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.coordination.board import Board
from muster.infrastructure.memory.coordination.embedded_board import EmbeddedBoard
from muster.infrastructure.memory.coordination.redis_board import RedisBoard

KINDS = ("in process", "file", "redis")
SPACES = itertools.count()


@contextmanager
def opened_board(kind: str, path: Path, url: str = "") -> Iterator[Board]:
    """A board that is empty: on the server at `url`, in the file at `path`, or in this process."""
    if kind == "redis":
        client = RedisClient(url, patience=20)
        yield RedisBoard(client, f"t{next(SPACES)}")
        client.close()
    else:
        board = EmbeddedBoard(SystemClock(), path if kind == "file" else None)
        yield board
        board.close()
