"""A board on a Redis server that machines share."""

from __future__ import annotations

from ...common.redis_client import RedisClient
from ..redis_parts import BEGIN, END, parts
from .board import Answer, Board, Operation

NAMESPACE = "muster"
LONGEST_PAUSE = 0.5
# ARGV[2] is the topic that is woken.
WAKE = "\nif ARGV[2] ~= '' then redis.call('PUBLISH', KEYS[1], ARGV[2]) end"


class RedisBoard(Board):
    """One script an operation, so that each happens as a whole; time is the server's.

    Who waits holds no connection: one for all of them hears who is woken. All keys begin with `namespace`. Whoever made
    `client` closes it.
    """

    longest_pause = LONGEST_PAUSE

    def __init__(self, client: RedisClient, namespace: str = NAMESPACE) -> None:
        super().__init__()
        # The braces keep all of it on one node of a cluster.
        self._space = f"{{{namespace}:board}}:"
        self._channel = f"{self._space}wakes"
        self._client = client

    async def ask(self, operation: Operation, *arguments: bytes | int, wakes: str = "") -> Answer:
        """Do `operation`."""
        script = BEGIN + operation.lua + WAKE + END
        return parts(await self._client.run(script, (self._channel,), (self._space, wakes, *arguments)))

    def _listen(self) -> None:
        self._client.listen(self._channel, self._bells)
