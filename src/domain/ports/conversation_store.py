"""Port: conversations with language models, kept."""

from __future__ import annotations

from typing import Protocol

from ..chat.conversation import Conversation, ConversationSummary


class ConversationStore(Protocol):
    """Keeps conversations whole; what was saved last is what is loaded."""

    async def save(self, conversation: Conversation) -> None:
        """Keep `conversation`, replacing what was kept under its id; raises StorageError."""
        ...

    async def load(self, conversation_id: str) -> Conversation | None:
        """The conversation; a prefix will do when it is unique; None when there is none.

        Raises UnknownName for a prefix of several.
        """
        ...

    async def list(self, limit: int = 20) -> tuple[ConversationSummary, ...]:
        """The conversations that were changed last, first."""
        ...

    async def delete(self, conversation_id: str) -> bool:
        """Forget a conversation by its whole id; whether there was one."""
        ...
