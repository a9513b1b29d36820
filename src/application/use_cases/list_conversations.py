"""List conversations."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.chat.conversation import ConversationSummary
from ...domain.errors import UserError
from ...domain.ports.conversation_store import ConversationStore


@dataclass(frozen=True, slots=True)
class ListConversationsRequest:
    """How many."""

    limit: int = 20


class ListConversations:
    """Lists conversations, the one that was changed last first."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def execute(self, request: ListConversationsRequest) -> tuple[ConversationSummary, ...]:
        """The conversations; raises UserError for a limit below one."""
        if request.limit < 1:
            hint = "ask for 1 or more"
            raise UserError(f"a list of {request.limit} conversations is no list", code="limit", hint=hint)
        return await self._store.list(request.limit)
