"""Conversations remembered as long as their process lasts."""

from __future__ import annotations

import threading

from ...domain.chat.conversation import Conversation, ConversationSummary, summary_of
from ...domain.ports.conversation_store import ConversationStore
from ..common.prefix import the_one


class MemoryConversationStore(ConversationStore):
    """Keeps conversations in this process; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Conversation] = {}

    async def save(self, conversation: Conversation) -> None:
        """Keep `conversation`, as the one that was changed last."""
        with self._lock:
            self._kept.pop(conversation.id, None)
            self._kept[conversation.id] = conversation

    async def load(self, conversation_id: str) -> Conversation | None:
        """The conversation whose id is or begins with `conversation_id`."""
        with self._lock:
            candidates = sorted(
                known for known in self._kept if conversation_id and known.startswith(conversation_id)
            )
            found = the_one("conversation", conversation_id, candidates)
            return self._kept[found] if found else None

    async def list(self, limit: int = 20) -> tuple[ConversationSummary, ...]:
        """The last changed first."""
        with self._lock:
            kept = list(reversed(self._kept.values()))
        return tuple(summary_of(conversation) for conversation in kept[: max(limit, 0)])

    async def delete(self, conversation_id: str) -> bool:
        """Whether there was one to forget."""
        with self._lock:
            return self._kept.pop(conversation_id, None) is not None
