"""The course of one turn through its stages: everything that changes while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...domain.errors import MusterError
from ...domain.events.events import (
    BudgetEvaluated,
    Event,
    ModelAttempted,
    ModelCalled,
    StageFinished,
    TextArrived,
    TextVoided,
    ToolFinished,
    ToolStarted,
)
from ...domain.messaging.message import Message, ToolCall
from ...domain.models.exchange import (
    AnswerRestarted,
    AttemptEnded,
    CallContext,
    ModelEvent,
    ModelResponse,
    TextDelta,
)
from ...domain.ports.clock import Clock
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.tools.result import ToolCallRecord
from ...domain.tools.spec import ToolSpec
from ...domain.turns.types import (
    AnalyzedTurn,
    BudgetEstimate,
    BudgetVerdict,
    PreparedTurn,
    TurnInput,
    TurnOutput,
    TurnStatus,
)
from .analyze import Advisor, analyze_turn
from .budget import emergency_limit, estimate_budget, tool_tokens, window_of
from .compress import shorten_newest_results
from .document import document_tools, is_whole
from .execute import assembly_for, execute_model
from .executors import JoinedExecutor
from .finish import collect_metrics, finish_turn, leave_output
from .prepare import prepare_turn, summarize_turn
from .progress import TurnProgress
from .remembering import RememberingCounter
from .tools import ToolWatch, append_tool_results, execute_tools

Emit = Callable[[Event], None]
Guard = Callable[[Sequence[Message]], tuple[Message, ...]]
"""What messages go through before they are shortened; raises ModelFailure for what must not be sent."""


@dataclass(frozen=True, slots=True)
class Services:
    """What all turns of a runner share; none of it belongs to a turn."""

    client: LanguageModel
    counter: TokenCounter
    clock: Clock
    advisor: Advisor | None
    guard: Guard = tuple


class Rejected(Exception):
    """The messages do not fit, and no compression helps: the turn ends without another model call."""

    def __init__(self, budget: BudgetEstimate) -> None:
        super().__init__(
            f"the messages take {budget.tokens} tokens, {budget.limit} fit "
            "(shorten the prompt, the document or the history, or choose a model with a larger window)"
        )
        self.details = {
            "code": "context-too-long",
            "tokens": str(budget.tokens),
            "limit": str(budget.limit),
            "exact": "yes" if budget.exact else "no",
        }


class Course:
    """Takes one turn from its input to its output."""

    def __init__(self, turn: TurnInput, tools: ToolExecutor, services: Services, emit: Emit) -> None:
        self._turn = turn
        self._config = turn.config
        self._tools = tools
        self._services = replace(services, counter=RememberingCounter(services.counter))
        self._emit = emit
        self._window = window_of(services.client.info, turn.config)
        self._progress = TurnProgress(services.clock)
        self._context = CallContext(
            turn.run_id,
            turn.agent,
            turn.accounts,
            batch=turn.config.batch,
            heard=self._progress.hear,
            fresh=turn.config.fresh,
        )

    async def run(self) -> TurnOutput:
        """The output, whatever happens; only a cancellation, and a tool failure that shall be, are raised."""
        try:
            status = await self._stages()
            return self._finish(status)
        except Rejected as rejection:
            return self._finish(TurnStatus.REJECTED, str(rejection), rejection.details)
        except asyncio.CancelledError as error:
            leave_output(error, self._finish(TurnStatus.CANCELLED, "the turn was cancelled"))
            raise
        except Exception as error:
            output = self._finish(TurnStatus.FAILED, *_told(error))
            if isinstance(error, MusterError) and error.code == "tool-failed":
                leave_output(error, output)
                raise
            return output

    async def _stages(self) -> TurnStatus:
        turn = self._analyze()
        for _ in range(self._config.max_iterations - 1):
            offered = self._offered()
            turn = self._fit(turn, offered)
            response = await self._execute(turn, offered)
            if not response.tool_calls:
                return TurnStatus.COMPLETED
            turn = await self._run_tools(turn, response)
        response = await self._execute(self._fit(turn, ()), ())
        # Only calls lead to a second round: a model that was asked several times was cut off in its search.
        cut_off = self._progress.iterations > 1 or bool(response.tool_calls)
        return TurnStatus.MAX_ITERATIONS if cut_off else TurnStatus.COMPLETED

    def _analyze(self) -> AnalyzedTurn:
        """Stages 1 and 2; tools that read the document join the others where it does not fit."""
        turn, services = self._turn, self._services
        prepared = prepare_turn(turn, services.counter, self._window, self._offered())
        self._evaluated_or_rejected(prepared.budget)
        if turn.snapshot is not None and not is_whole(prepared.document_context, turn.snapshot):
            self._tools = JoinedExecutor(self._tools, document_tools(turn.snapshot))
        self._stage("prepare")
        names = frozenset(spec.name for spec in self._offered())
        analyzed = analyze_turn(prepared, turn.snapshot, self._config, services.advisor, names)
        self._stage("analyze")
        if not analyzed.hints or prepared.budget.verdict is not BudgetVerdict.OK:
            return analyzed
        if self._estimate(analyzed.prepared, self._offered()).verdict is BudgetVerdict.OK:
            return analyzed
        return replace(analyzed, prepared=prepared, hints=())  # hints are not worth a compression

    def _offered(self) -> tuple[ToolSpec, ...]:
        """Tools for the next call: none when it is the last one that is allowed."""
        last = self._progress.iterations + 1 >= self._config.max_iterations
        return () if last else self._tools.specs()

    def _estimate(self, prepared: PreparedTurn, tools: Sequence[ToolSpec]) -> BudgetEstimate:
        return estimate_budget(prepared.messages, self._config, self._services.counter, self._window, tools)

    def _fit(self, turn: AnalyzedTurn, tools: Sequence[ToolSpec]) -> AnalyzedTurn:
        """Count what the next call would send, and compress what is a little too much; raises Rejected."""
        prepared = replace(turn.prepared, budget=self._estimate(turn.prepared, tools))
        if prepared.budget.verdict is BudgetVerdict.NEEDS_SUMMARY:
            self._evaluated(prepared.budget)
            prepared = replace(prepared, messages=self._services.guard(prepared.messages))
            prepared = summarize_turn(prepared, self._config, self._services.counter, self._window, tools)
        self._evaluated_or_rejected(prepared.budget)
        return replace(turn, prepared=prepared)

    async def _execute(self, turn: AnalyzedTurn, tools: Sequence[ToolSpec]) -> ModelResponse:
        progress, client, clock = self._progress, self._services.client, self._services.clock
        iteration = progress.begin_iteration()
        assembly = assembly_for(turn, client)
        started = clock.monotonic()
        heard, known = self._heard, len(progress.attempts)
        try:
            response = await execute_model(turn, client, self._config, tools, heard, assembly, self._context)
        finally:
            if len(progress.attempts) == known:  # a model without a meter
                progress.add(assembly.usage)
        progress.response = response
        turn_of, seconds = self._turn, clock.monotonic() - started
        self._emit(
            ModelCalled(turn_of.run_id, turn_of.agent, response.model, iteration, response.usage, seconds)
        )
        self._stage("execute")
        return response

    async def _run_tools(self, turn: AnalyzedTurn, response: ModelResponse) -> AnalyzedTurn:
        config, services = self._config, self._services
        watch = ToolWatch(self._tool_started, self._tool_ended)
        records = await execute_tools(
            response,
            self._tools,
            services.clock,
            config.tool_timeout,
            watch,
            stop_at_error=config.raise_on_tool_error,
        )
        self._stage("tools")
        if config.raise_on_tool_error:
            _raise_first_failure(records)
        budget = turn.prepared.budget
        messages = append_tool_results(turn.prepared.messages, response, records)
        taken = tool_tokens(self._offered(), services.counter).tokens
        room = emergency_limit(budget.limit, config) - taken
        shorter = shorten_newest_results(messages, room, services.counter)
        if shorter != messages:
            shorter = shorten_newest_results(services.guard(messages), room, services.counter)
        return replace(turn, prepared=replace(turn.prepared, messages=shorter))

    def _finish(
        self, status: TurnStatus, error: str = "", details: dict[str, str] | None = None
    ) -> TurnOutput:
        metrics = collect_metrics(self._progress, self._services.client.info, self._services.clock)
        output = finish_turn(self._progress, metrics, status, error, details)
        self._stage("finish")
        return output

    def _stage(self, name: str) -> None:
        self._emit(StageFinished(self._turn.run_id, self._turn.agent, name))

    def _evaluated(self, budget: BudgetEstimate) -> None:
        run_id, agent = self._turn.run_id, self._turn.agent
        self._emit(BudgetEvaluated(run_id, agent, budget.tokens, budget.limit, budget.verdict.value))

    def _evaluated_or_rejected(self, budget: BudgetEstimate) -> None:
        self._evaluated(budget)
        if budget.verdict is BudgetVerdict.REJECT:
            raise Rejected(budget)

    def _heard(self, event: ModelEvent) -> None:
        """Pass on what those who watch a run want to know of an answer that is on its way."""
        run_id, agent = self._turn.run_id, self._turn.agent
        if isinstance(event, TextDelta):
            self._emit(TextArrived(run_id, agent, event.text))
        elif isinstance(event, AttemptEnded):
            self._progress.hear_once(event.attempt)
            self._emit(ModelAttempted(run_id, agent, event.attempt))
        elif isinstance(event, AnswerRestarted):
            self._emit(TextVoided(run_id, agent, event.reason))

    def _tool_started(self, call: ToolCall) -> None:
        self._emit(ToolStarted(self._turn.run_id, self._turn.agent, call.name))

    def _tool_ended(self, index: int, record: ToolCallRecord) -> None:
        self._progress.keep(index, record)
        run_id, agent, name = self._turn.run_id, self._turn.agent, record.call.name
        self._emit(ToolFinished(run_id, agent, name, record.duration, record.result.failure))


def _raise_first_failure(records: Sequence[ToolCallRecord]) -> None:
    failed = next((record for record in records if not record.result.ok), None)
    if failed is not None:
        raise MusterError(
            failed.result.failure,
            code="tool-failed",
            details={"tool": failed.call.name, "call_id": failed.call.call_id},
            hint="the turn was told to stop at the first tool error",
        )


def _told(error: Exception) -> tuple[str, dict[str, str]]:
    """What went wrong, in words and by code."""
    if isinstance(error, MusterError):
        return str(error), {"code": error.code, "hint": error.hint}
    return f"{type(error).__name__}: {error}", {"code": "internal"}
