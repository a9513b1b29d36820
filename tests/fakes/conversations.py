"""Conversations of any shape."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from muster.domain.chat.conversation import ChatEntry, Conversation, Spent
from muster.domain.errors import ErrorKind
from muster.domain.messaging.message import Message, Role
from muster.domain.models.usage import Usage

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
COSTS = st.none() | st.decimals(0, 100, allow_nan=False, places=8)
USAGES = st.builds(Usage, *(st.integers(0, 10**6) for _ in range(5)))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - they get one
TEXTS = st.text(max_size=30)
ENTRIES = st.builds(
    ChatEntry,
    message=st.builds(
        Message,
        st.sampled_from([Role.USER, Role.ASSISTANT]),
        TEXTS,
        metadata=st.dictionaries(TEXTS, TEXTS, max_size=1),
    ),
    at=MOMENTS,
    model=TEXTS,
    usage=USAGES,
    cost=COSTS,
    seconds=st.floats(0, 1e6),
    error=TEXTS,
    kind=st.none() | st.sampled_from(ErrorKind),
    estimated=st.booleans(),
)
CONVERSATIONS = st.builds(
    Conversation,
    id=st.from_regex(r"chat-[0-9a-z]{1,6}", fullmatch=True),
    started_at=MOMENTS,
    model=TEXTS,
    system=TEXTS,
    title=TEXTS,
    entries=st.lists(ENTRIES, max_size=5).map(tuple),
    undone=st.builds(Spent, USAGES, COSTS, st.booleans()),
)


def question(text: str) -> ChatEntry:
    """What a person said."""
    return ChatEntry(Message(Role.USER, text), BEGAN)


def answer(
    text: str,
    *,
    model: str = "fake/scripted",
    usage: Usage | None = None,
    cost: Decimal | None = Decimal("0.01"),
    error: str = "",
    kind: ErrorKind | None = None,
) -> ChatEntry:
    """What a model said, for a cent unless told otherwise."""
    message = Message(Role.ASSISTANT, text)
    return ChatEntry(message, BEGAN, model, usage or Usage(10, 5), cost, error=error, kind=kind)


def conversation(*entries: ChatEntry, id_: str = "chat-01", model: str = "fake/scripted") -> Conversation:
    """A conversation of these entries."""
    return Conversation(id_, BEGAN, model, title="a title" if entries else "", entries=entries)
