"""What those who work side by side share: the board, what is kept on it, and the scan around it."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from ..domain.ports.clock import Clock
from ..infrastructure.config.loader import LoadedSettings

if TYPE_CHECKING:
    from ..application.memory.coordination import Coordination
    from ..application.memory.scan import MemoryScan
    from ..infrastructure.common.redis_client import RedisClient
    from ..infrastructure.memory.coordination.board import Board


def board(loaded: LoadedSettings, redis: RedisClient | None, clock: Clock, files: ExitStack) -> Board:
    """In Redis where one is named, else in a file of its own; nobody but `coordination` is handed it."""
    if redis is not None:
        from ..infrastructure.memory.coordination.redis_board import RedisBoard

        return RedisBoard(redis)
    from ..infrastructure.memory.coordination.embedded_board import EmbeddedBoard

    return files.enter_context(closing(EmbeddedBoard(clock, loaded.values.data_dir / "board.db")))


def coordination(board: Board, scan: MemoryScan) -> Coordination:
    """Queues, signals, sessions and channels; whatever enters is scanned."""
    from ..application.memory.coordination import Coordination, scanned
    from ..infrastructure.memory.coordination.event_channel import BoardEventChannel
    from ..infrastructure.memory.coordination.sessions import BoardSessions
    from ..infrastructure.memory.coordination.signals import BoardSignals
    from ..infrastructure.memory.coordination.task_queue import BoardTaskQueue

    bare = Coordination(
        BoardTaskQueue(board), BoardSignals(board), BoardSessions(board), BoardEventChannel(board)
    )
    return scanned(bare, scan)
