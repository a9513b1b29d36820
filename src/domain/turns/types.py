"""What goes into a turn, what its stages hand on, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ..budget.limits import BudgetLimits
from ..messaging.message import Message
from ..models.attempt import Attempt
from ..models.exchange import ModelResponse, Reasoning
from ..models.tier import ModelTier
from ..models.usage import Usage
from ..tools.result import ToolCallRecord
from ..workspace.document import DocumentSnapshot

DEFAULT_CONTEXT_TOKENS = 128_000


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """How a turn runs; tokens and seconds. `max_context_tokens=None` takes the model's own window.

    `response_schema` is the JSON schema of the answer; `budget` bounds this turn alone; `batch` marks work
    that could wait for a provider's batch, `fresh` a turn whose answers come from no cache and go into none.
    """

    max_iterations: int = 8
    analysis_enabled: bool = True
    max_context_tokens: int | None = None
    response_reserve: int = 4096
    emergency_share: float = 0.25
    tier: ModelTier = ModelTier.CAPABLE
    temperature: float = 0.7
    tool_timeout: float = 30.0
    streaming: bool = True
    raise_on_tool_error: bool = False
    reasoning: Reasoning = Reasoning.DEFAULT
    response_schema: Mapping[str, object] | None = None
    budget: BudgetLimits | None = None
    batch: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class TurnInput:
    """A prompt with what belongs to it; `agent` names who asks, `accounts` the budgets that pay."""

    prompt: str
    system_prompt: str = ""
    snapshot: DocumentSnapshot | None = None
    history: tuple[Message, ...] = ()
    config: TurnConfig = field(default_factory=TurnConfig)
    run_id: str = ""
    agent: str = ""
    accounts: tuple[str, ...] = ()


class BudgetVerdict(StrEnum):
    """Whether the messages fit; `needs_summary` is over by no more than the emergency share."""

    OK = "ok"
    NEEDS_SUMMARY = "needs_summary"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class BudgetEstimate:
    """Tokens that the messages take, and those that they may take."""

    tokens: int
    limit: int
    verdict: BudgetVerdict
    exact: bool = True


@dataclass(frozen=True, slots=True)
class PreparedTurn:
    """Messages in the order system, history, user; `document_context` is what of the document went in."""

    messages: tuple[Message, ...]
    budget: BudgetEstimate
    system_prompt: str
    document_context: str = ""


@dataclass(frozen=True, slots=True)
class AnalysisAdvice:
    """What is worth knowing about a document before a model reads it.

    `chunks` are (first line, last line, heading) of its parts; `rule_trace` names the rules that spoke.
    """

    chunks: tuple[tuple[int, int, str], ...]
    required_tools: tuple[str, ...]
    optional_tools: tuple[str, ...]
    warnings: tuple[str, ...]
    rule_trace: tuple[str, ...]
    cache_hit: bool
    generated_at: datetime


@dataclass(frozen=True, slots=True)
class AnalyzedTurn:
    """A prepared turn with hints from the analysis, if one ran."""

    prepared: PreparedTurn
    hints: tuple[str, ...] = ()
    advice: AnalysisAdvice | None = None
    analysis_ran: bool = False


class TurnStatus(StrEnum):
    """How a turn ended."""

    COMPLETED = "completed"
    MAX_ITERATIONS = "max_iterations"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TurnMetrics:
    """Sums over every iteration; `cost` in US dollars, None when unpriced; `duration` in seconds of wall time."""

    usage: Usage
    cost: Decimal | None
    duration: float
    tool_call_count: int
    iteration_count: int
    model: str
    tier: ModelTier
    started_at: datetime
    finished_at: datetime
    attempts: tuple[Attempt, ...] = ()

    @property
    def fallbacks(self) -> int:
        """Calls that another model than the planned one was asked for."""
        return sum(attempt.fallback for attempt in self.attempts)


@dataclass(frozen=True, slots=True)
class TurnOutput:
    """What a turn gave; whatever its status, no tool record and no cost is lost."""

    response: ModelResponse | None
    tool_calls: tuple[ToolCallRecord, ...]
    metrics: TurnMetrics
    status: TurnStatus
    error: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The model's last words, or "" when it had none."""
        return self.response.text if self.response else ""
