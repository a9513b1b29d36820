"""Messages between agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AgentMessageType(StrEnum):
    """What one agent wants of another."""

    REQUEST = "request"
    RESPONSE = "response"
    CRITIQUE = "critique"
    VOTE = "vote"
    HANDOFF = "handoff"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """One message from agent to agent; `causation_id` names the message that it answers, if any."""

    id: str
    correlation_id: str
    sender: str
    recipient: str
    type: AgentMessageType
    payload: str
    sent_at: datetime
    causation_id: str = ""
