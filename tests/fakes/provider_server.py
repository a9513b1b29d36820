"""A model provider that does what a script says, over real HTTP on loopback.

It speaks OpenAI's Responses and Chat Completions, Anthropic's Messages and Ollama's chat. In its own process,
for measurements: python -m tests.fakes.provider_server --port 0 --latency 0.1
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import Self

from .provider_connection import JSON, Connection, Gone
from .provider_http import Received, read_request
from .provider_lookups import Lookups
from .provider_script import (
    Answer,
    Chosen,
    Delayed,
    Hang,
    Malformed,
    Refusal,
    Reset,
    Step,
    call_tools,
    choose,
    has_tool_result,
    say,
)
from .provider_wire_chat import ChatWire
from .provider_wire_common import BROKEN_JSON, Call, Wire
from .provider_wire_messages import MessagesWire
from .provider_wire_ollama import OllamaWire
from .provider_wire_responses import ResponsesWire

WIRES: Mapping[str, Wire] = {
    "/v1/responses": ResponsesWire(),
    "/v1/chat/completions": ChatWire(),
    "/v1/messages": MessagesWire(),
    "/api/chat": OllamaWire(),
}
NOT_HELD = 3
LONGEST_GAP, PATIENCE = 15.0, 0.5
_DEFAULT = say("ok")


class ProviderServer:
    """Answers as it was told with `play`, and keeps what it received.

    `serves` are the beginnings of the paths that exist here; `latency` are seconds before every answer of a
    model, and `gather` holds every answer but the first few until so many calls are open, or none has come for
    a while. `lookups` says what the other paths answer: the models, their windows, counted tokens.
    """

    def __init__(
        self, serves: tuple[str, ...] = ("/",), latency: float = 0.0, gather: int = 0, record: bool = True
    ) -> None:
        self.received: list[Received] = []
        self.lookups = Lookups()
        self.abandoned = 0
        self.at_once = 0
        self.most_at_once = 0
        self.url = ""
        self._serves = serves
        self._latency = latency
        self._gather = gather
        self._newest = 0.0
        self._all_here = asyncio.Event()
        self._record = record
        self._scripts: dict[str, list[Step]] = {}
        self._repeating: set[str] = set()
        self._numbers = count(1)
        self._calls_begun = 0
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", port, limit=1 << 20, backlog=2048
        )
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def play(self, *steps: Step, on: str = "") -> None:
        """Put steps in the queue of the calls of models; the last one repeats until other steps are put in.

        `on` names a path or a model that gets a queue of its own, which goes before the common one.
        """
        queue = self._scripts.setdefault(on, [])
        if on in self._repeating:
            self._repeating.remove(on)
            queue.clear()
        queue.extend(steps)

    @property
    def calls(self) -> list[Received]:
        """What models were asked, without the other requests."""
        return [one for one in self.received if one.path in WIRES]

    def _next(self, path: str, body: Mapping[str, object]) -> Step | None:
        asks_model = path in WIRES
        for key in (path, str(body.get("model", "")), "") if asks_model else (path,):
            queue = self._scripts.get(key)
            if queue and len(queue) > 1:
                return queue.pop(0)
            if queue:
                self._repeating.add(key)
                return queue[0]
        return _DEFAULT if asks_model else None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connected(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                await self._serve(request, Connection(reader, writer))
        except (Gone, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _serve(self, request: Received, to: Connection) -> None:
        if self._record:
            self.received.append(request)
        if not request.path.startswith(self._serves):
            return to.whole(404, {"error": "not found"})
        step = self._next(request.path, request.body)
        if request.path == "/stats":
            return to.whole(200, {"most_at_once": self.most_at_once})
        if step is None:
            return to.whole(*self.lookups.answer(request))
        self._newest = request.at
        self._calls_begun += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self._latency:
                await to.pause(self._latency)
            await self._gathered(to)
            await self._play(step, request, to)
        except Gone:
            self.abandoned += to.left
            raise
        finally:
            self.at_once -= 1

    async def _gathered(self, to: Connection) -> None:
        """Wait for the crowd, unless it is not to come, or stays away."""
        if self.at_once >= self._gather:
            self._all_here.set()
        if self._calls_begun <= NOT_HELD:
            return
        while not self._all_here.is_set() and self._newest + LONGEST_GAP > time.monotonic():
            await to.pause(PATIENCE)
        self._all_here.set()

    async def _play(self, step: Step, request: Received, to: Connection) -> None:
        while isinstance(step, Delayed | Chosen):
            if isinstance(step, Delayed):
                await to.pause(step.seconds)
                step = step.step
            else:
                step = step.by(request.body)
        wire = WIRES.get(request.path, WIRES["/v1/messages"])
        number = next(self._numbers)
        to.headers = {"x-request-id": f"req_{number}", "request-id": f"req_{number}"}
        call = Call(number, {"stream": wire.streams_by_default, **request.body})
        match step:
            case Answer():
                await (to.stream if call.streams else to.answer)(wire, step, call)
            case Refusal():
                to.headers |= step.headers
                to.whole(step.code, wire.error(step))
            case Malformed() if call.streams:
                to.raw(200, wire.stream_type, wire.broken())
            case Malformed():
                to.raw(200, JSON, BROKEN_JSON)
            case Reset():
                to.reset()
            case Hang():
                await to.silence()


def tool_once(body: Mapping[str, object]) -> Step:
    """Ask for the first tool that a request offers, and once its result is there, answer."""
    tools = body.get("tools")
    if isinstance(tools, list) and tools and not has_tool_result(body):
        spec = tools[0]
        name = spec.get("name") or spec["function"]["name"]
        return call_tools((str(name), '{"city":"Graz"}'))
    return say("The answer to your question is forty-two.")


async def _serve_alone(port: int, latency: float, gather: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = ProviderServer(latency=latency, gather=gather, record=False)
    server.play(choose(tool_once))
    await server.start(port)
    print(server.url, flush=True)  # noqa: T201 - whoever started this process reads it
    await asyncio.Event().wait()


def main() -> None:
    """Serve until the process is ended; prints the URL as its first line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    options.add_argument("--gather", type=int, default=0, help="calls that must be open before any answer")
    given = options.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve_alone(given.port, given.latency, given.gather))


if __name__ == "__main__":
    main()
