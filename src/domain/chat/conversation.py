"""A conversation, and one line of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ..messaging.message import Message
from ..models.usage import Usage


@dataclass(frozen=True, slots=True)
class ChatEntry:
    """A message with the model that said it ("" for a person's), its tokens, cost (None: unpriced), and moment."""

    message: Message
    at: datetime
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = Decimal(0)


@dataclass(frozen=True, slots=True)
class Conversation:
    """All entries so far, what the model is told to be, and which model answers next."""

    id: str
    started_at: datetime
    model: str
    system: str = ""
    title: str = ""
    entries: tuple[ChatEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One line in a list of conversations."""

    id: str
    title: str
    model: str
    changed_at: datetime
    entries: int
