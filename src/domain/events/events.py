"""The events of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..messaging.agent_message import AgentMessage
from ..models.attempt import Attempt
from ..models.usage import Usage
from ..orchestration.approvals import Wait
from ..orchestration.gates import GateResult
from ..orchestration.plan import ExecutionPlan
from ..orchestration.run import AgentStatus, RunStatus


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run is open in the journal."""

    run_id: str
    plan: ExecutionPlan


@dataclass(frozen=True, slots=True)
class RunResumed:
    """A run goes on from its journal, in which there were so many records."""

    run_id: str
    plan: ExecutionPlan
    records: int


@dataclass(frozen=True, slots=True)
class RunWaiting:
    """A run is put aside until one of these comes; it holds nothing meanwhile."""

    run_id: str
    waits: tuple[Wait, ...]


@dataclass(frozen=True, slots=True)
class AgentStarted:
    """An agent begins its step."""

    run_id: str
    agent: str


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A stage of an agent's turn is done."""

    run_id: str
    agent: str
    stage: str


@dataclass(frozen=True, slots=True)
class TextArrived:
    """A model has said a piece of its answer."""

    run_id: str
    agent: str
    text: str


@dataclass(frozen=True, slots=True)
class TextVoided:
    """What a model has said of its answer so far is void: it broke off, and begins anew."""

    run_id: str
    agent: str
    reason: str


@dataclass(frozen=True, slots=True)
class ModelAttempted:
    """A call of a model has ended, well or not, or was refused."""

    run_id: str
    agent: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class PromptScrubbed:
    """Something was found in a prompt before it left the machine; `found` counts by kind, and names no value."""

    run_id: str
    model: str
    found: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BudgetEvaluated:
    """The messages were counted before a model call; tokens."""

    run_id: str
    agent: str
    tokens: int
    limit: int
    verdict: str


@dataclass(frozen=True, slots=True)
class ModelCalled:
    """A model has answered."""

    run_id: str
    agent: str
    model: str
    iteration: int
    usage: Usage
    duration: float


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool begins."""

    run_id: str
    agent: str
    tool: str


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has ended; `error` is empty when it went well."""

    run_id: str
    agent: str
    tool: str
    duration: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class MessageSent:
    """One agent has told another something."""

    run_id: str
    message: AgentMessage


@dataclass(frozen=True, slots=True)
class AgentFinished:
    """An agent's step has ended, well or not."""

    run_id: str
    agent: str
    status: AgentStatus
    findings: int
    duration: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class GateChecked:
    """A quality gate has its verdict."""

    run_id: str
    result: GateResult


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run's end is in the journal."""

    run_id: str
    status: RunStatus
    duration: float


Event = (
    RunStarted
    | RunResumed
    | RunWaiting
    | AgentStarted
    | StageFinished
    | TextArrived
    | TextVoided
    | ModelAttempted
    | PromptScrubbed
    | BudgetEvaluated
    | ModelCalled
    | ToolStarted
    | ToolFinished
    | MessageSent
    | AgentFinished
    | GateChecked
    | RunFinished
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event with its number in the stream (from 1, no gaps) and its moment (UTC)."""

    sequence: int
    at: datetime
    event: Event
