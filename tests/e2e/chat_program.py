"""`muster` with a scripted model behind it, as a program: DATA_FILE, then the command line.

The model answers "You said: …", but "wait" makes it stop after its first words, and "stubborn" makes it ignore that it
is cancelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from muster.domain.models.exchange import ModelEvent, ModelRequest, TextDelta
from muster.infrastructure.common.ids import SortableIds
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.conversations.sqlite_store import SqliteConversationStore
from muster.presentation.cli import session
from muster.presentation.cli.main import main
from tests.fakes.chat_house import ChatHouse
from tests.fakes.scripted_model import ScriptedModel, saying


class Listener(ScriptedModel):
    """Does what the last message says."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer, or stop in the middle."""
        said = request.messages[-1].content
        if said.endswith("wait"):
            yield TextDelta("One moment")
            _waiting()
            await asyncio.Event().wait()
        if said.endswith("stubborn"):
            yield TextDelta("Never")
            while True:
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(60)
        for event in saying(f"You said: {said}"):
            assert not isinstance(event, BaseException | asyncio.Event)
            yield event


def _waiting() -> None:
    """Tell a pipe that the model has said its first words."""
    if not sys.stderr.isatty():
        sys.stderr.write("waiting\n")
        sys.stderr.flush()


def run(data: Path, *args: str) -> None:
    """Answer the command line."""
    store = SqliteConversationStore(data)
    chat = ChatHouse({"fake": Listener()}, store, SystemClock(), SortableIds())

    @contextlib.contextmanager
    def open_session(root: str = ".", overrides: Mapping[str, object] | None = None) -> Iterator[Any]:
        try:
            yield chat
        finally:
            store.close()

    session.open_session = open_session
    main(args)


if __name__ == "__main__":
    run(Path(sys.argv[1]), *sys.argv[2:])
