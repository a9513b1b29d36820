"""Runs one agent of a plan: a turn with its tools, and what it stands behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ...domain.agents.template import AgentTemplate
from ...domain.errors import ModelFailure, MusterError, UserError
from ...domain.messaging.message import Message, Role
from ...domain.models.exchange import FinishReason
from ...domain.models.info import ModelCapability, ModelInfo
from ...domain.models.tier import ModelTier
from ...domain.models.usage import Usage
from ...domain.orchestration.plan import PlannedAgent
from ...domain.orchestration.run import AgentResult, AgentStatus
from ...domain.ports.clock import Clock
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.turns.types import TurnConfig, TurnInput, TurnOutput, TurnStatus
from ..flow.asking import Asking
from ..flow.durable_model import DurableModel
from ..flow.durable_tools import DurableExecutor
from ..flow.flow import Flow
from ..flow.rounds import Rounds
from ..orchestrators.patterns.base import Assignment, StepResult
from ..turns.argument_watch import ArgumentWatch
from ..turns.budget import answer_room
from ..turns.executors import FunctionExecutor
from ..turns.finish import leave_output, output_left_by, together
from ..turns.runner import TurnRunner
from .agent_report import AgentReport, lessons_of, parse_report, repair_prompt
from .bench import Bench
from .prompts import system_prompt, user_prompt
from .recalling import remembered_message
from .watching import watch_of

UNFINISHED = {
    FinishReason.REFUSED: "refused to answer",
    FinishReason.LENGTH: "was cut off at its output limit before it had answered",
}
SCHEMA: Mapping[str, object] = AgentReport.model_json_schema()
REPORT_TOKENS = 4096
THINKING_TOKENS = 16_384
"""Room for an agent's answer: a model that thinks spends it on its thoughts first, and would else be cut off."""
TOOL_SECONDS = 600.0
"""A tool has its own, shorter limit; this one only ends what ignores it."""


NO_TOOLS = FunctionExecutor({})

Wrap = Callable[[LanguageModel, TokenCounter], LanguageModel]
"""Puts something around a model; the counter counts its tokens."""
Turns = Callable[[ToolExecutor, ModelTier, Wrap], TurnRunner]
"""Makes the turn engine for a set of tools and the model of a tier, wrapped."""
Models = Callable[[ModelTier], ModelInfo]
"""The model that does the work of a tier."""


def as_it_is(model: LanguageModel, _counter: TokenCounter) -> LanguageModel:
    """No wrapper."""
    return model


class AgentRunner:
    """Turns an assignment into a result; only cancellation is an exception."""

    def __init__(
        self, turns: Turns, models: Models, templates: Sequence[AgentTemplate], clock: Clock
    ) -> None:
        self._turns = turns
        self._models = models
        self._templates = {template.id: template for template in templates}
        self._clock = clock

    @property
    def known(self) -> frozenset[str]:
        """Ids of the agents that can be run."""
        return frozenset(self._templates)

    def refuse_without_models(self, agents: Sequence[PlannedAgent]) -> None:
        """Nothing is asked yet: raise UserError when the plan was made, and priced, for other models than are set.

        Raises ConfigurationError when a model cannot be had.
        """
        for agent in agents:
            model = self._models(self._templates[agent.agent].tier)
            if agent.model != model.name:
                raise UserError(
                    f"the plan has {agent.agent} on {agent.model}, and {model.name} is set",
                    code="other-model",
                    details={"agent": agent.agent, "planned": agent.model, "set": model.name},
                    hint="plan anew, or set the models that the plan was made for (--model)",
                )
        for tier in dict.fromkeys(self._templates[agent.agent].tier for agent in agents):
            self._turns(NO_TOOLS, tier, as_it_is)

    def model_of(self, assignment: Assignment) -> ModelInfo:
        """The model that the agent works with."""
        return self._models(self._template(assignment).tier)

    def tools_of(self, agent: str) -> tuple[str, ...]:
        """The names of the tools that `agent` holds."""
        return self._templates[agent].tools

    def stronger(self, agent: str) -> ModelTier | None:
        """The tier above that of `agent`, when it has another model; None otherwise."""
        tier = self._templates[agent].tier
        above = tier.next
        if above is None or self._models(above).name == self._models(tier).name:
            return None
        return above

    def stand_in(self, agent: str, taken: Collection[str]) -> str | None:
        """Another agent that can do all that `agent` can, and is not `taken`; None when there is none."""
        wanted = self._templates[agent].capabilities
        able = (one.id for one in self._templates.values() if wanted <= one.capabilities)
        return next((name for name in able if name != agent and name not in taken), None)

    async def run(self, assignment: Assignment, bench: Bench, flow: Flow) -> StepResult:
        """Run the agent; whatever goes wrong in it is a failed result with everything gathered so far.

        Every call of a model or a tool is a step of `flow`: what is recorded there is not made again.
        """
        template = self._template(assignment)
        started = self._clock.monotonic()
        output: TurnOutput | None = None
        try:
            answer = await self._answer(template, assignment, bench, flow)
            output = answer.output
            return await self._result(template, answer, bench)
        except asyncio.CancelledError as signal:
            if output is not None:
                leave_output(signal, output)
            raise
        except Exception as error:  # noqa: BLE001 – one agent's defect must not take the others' results along
            reason = str(error) if isinstance(error, MusterError) else f"{type(error).__name__}: {error}"
            failed = self._failed(assignment.agent, bench, reason, self._since(started))
            return StepResult(_paid(failed, output or output_left_by(error)))

    def interrupted(
        self, agent: PlannedAgent, bench: Bench, seconds: float, signal: BaseException
    ) -> AgentResult:
        """What a cancelled agent leaves: evidence, usage and cost that were there when `signal` came."""
        result = _paid(self._failed(agent, bench, "cancelled", seconds), output_left_by(signal))
        return replace(result, status=AgentStatus.CANCELLED, error="")

    async def _answer(
        self, template: AgentTemplate, assignment: Assignment, bench: Bench, flow: Flow
    ) -> _Answer:
        """Run the agent's turn; an answer that is no report goes back once to be put right."""
        turn = self._turn(template, assignment, bench)
        engine = self._engine(template, bench, flow, watch_of(turn, assignment, bench))
        answer = _read(await engine.run(turn))
        if not isinstance(answer.error, ModelFailure):
            return answer
        said = (Message(Role.USER, turn.prompt), Message(Role.ASSISTANT, answer.output.text))
        config = replace(turn.config, max_iterations=1, fresh=True)
        again = replace(turn, prompt=repair_prompt(answer.error), snapshot=None, history=said, config=config)
        try:
            repaired = _read(await engine.run(again))
        except asyncio.CancelledError as signal:
            leave_output(signal, together(answer.output, output_left_by(signal)))
            raise
        return replace(repaired, output=together(answer.output, repaired.output))

    def _engine(self, template: AgentTemplate, bench: Bench, flow: Flow, watch: ArgumentWatch) -> TurnRunner:
        """The turn engine with everything recorded that it does; both turns of a step share its counts."""
        rounds, asking = Rounds(), Asking(bench.approvals, flow)
        tools = DurableExecutor(
            bench.tools.executor(template, bench.plan.granted), flow, rounds, asking, bench.staging, watch
        )

        def recorded(client: LanguageModel, counter: TokenCounter) -> LanguageModel:
            return DurableModel(client, flow, rounds, asking, counter)

        return self._turns(tools, template.tier, recorded)

    def _turn(self, template: AgentTemplate, assignment: Assignment, bench: Bench) -> TurnInput:
        prompt = user_prompt(bench.plan.task, assignment.words, assignment.delegate_to, assignment.inbox)
        model = self._models(template.tier)
        structured = model.can(ModelCapability.STRUCTURED_OUTPUT)
        wanted = THINKING_TOKENS if model.can(ModelCapability.REASONING) else REPORT_TOKENS
        config = TurnConfig(
            max_iterations=template.max_iterations,
            response_reserve=answer_room(model, wanted),
            tier=template.tier,
            tool_timeout=TOOL_SECONDS,
            streaming=False,
            response_schema=SCHEMA if structured else None,
        )
        return TurnInput(
            prompt=prompt,
            system_prompt=system_prompt(template, edits=_may_edit(template, bench)),
            snapshot=bench.document,
            history=remembered_message(assignment.recalled),
            config=config,
            run_id=bench.run_id,
            agent=template.id,
            accounts=bench.accounts,
        )

    async def _result(self, template: AgentTemplate, answer: _Answer, bench: Bench) -> StepResult:
        if self._models(template.tier).judges:
            # No opinion may leave a fact out; what a person wants to be asked about is not run past them.
            await bench.desk.complete([name for name in template.tools if name not in bench.approvals.tools])
        reports = bench.desk.answered(template.tools, bench.approvals.tools)
        report, metrics = answer.report, answer.output.metrics
        checked = await bench.citations.check(report.findings if report else (), reports, metrics.model)
        result = AgentResult(
            agent=template.id,
            status=answer.status,
            summary=report.summary if report else "",
            findings=checked.findings,
            evidence=reports,
            model=metrics.model,
            judged=self._models(template.tier).judges,
            usage=metrics.usage,
            cost=metrics.cost,
            duration=metrics.duration,
            tool_calls=metrics.tool_call_count,
            dropped=checked.dropped,
            error=str(answer.error) if answer.error else "",
            attempts=metrics.attempts,
            lessons=lessons_of(report) if report else (),
        )
        if report is None:
            return StepResult(result)
        return StepResult(result, dict(report.delegations), report.confidence, report.choice, report.ranking)

    def _template(self, assignment: Assignment) -> AgentTemplate:
        """The agent as it is to work now."""
        template = self._templates[assignment.agent.agent]
        return replace(template, tier=assignment.tier) if assignment.tier else template

    def _failed(self, agent: PlannedAgent, bench: Bench, error: str, seconds: float) -> AgentResult:
        """A step that gave no output of its own: the evidence of its tools is kept all the same."""
        reports = bench.desk.answered(self._templates[agent.agent].tools)
        return AgentResult(
            agent=agent.agent,
            status=AgentStatus.FAILED,
            summary="",
            findings=tuple(finding for report in reports for finding in report.findings),
            evidence=reports,
            model=agent.model,
            cost=self._models(self._templates[agent.agent].tier).cost(Usage()),
            duration=seconds,
            error=error,
        )

    def _since(self, started: float) -> float:
        return self._clock.monotonic() - started


def _may_edit(template: AgentTemplate, bench: Bench) -> bool:
    """Whether the agent holds tools that stage edits in this run."""
    return bench.staging is not None and not bench.staging.tools.isdisjoint(template.tools)


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a turn ended, and the report in it, if there is one; a ModelFailure is one that may be put right."""

    output: TurnOutput
    status: AgentStatus
    error: ModelFailure | str = ""
    report: AgentReport | None = None


def _paid(result: AgentResult, output: TurnOutput | None) -> AgentResult:
    """`result` with what its turn has cost, whatever became of it."""
    if output is None:
        return result
    metrics = output.metrics
    return replace(
        result,
        usage=metrics.usage,
        cost=metrics.cost,
        tool_calls=metrics.tool_call_count,
        attempts=metrics.attempts,
    )


def _read(output: TurnOutput) -> _Answer:
    """The report of a turn; an answer that is no report is a failure, never a guess."""
    if output.status not in {TurnStatus.COMPLETED, TurnStatus.MAX_ITERATIONS}:
        return _Answer(output, AgentStatus.FAILED, output.error or output.status.value)
    reason = output.response.finish_reason if output.response else FinishReason.STOP
    if reason in UNFINISHED:
        return _Answer(output, AgentStatus.FAILED, f"{output.metrics.model} {UNFINISHED[reason]}")
    try:
        report = parse_report(output.text, output.metrics.model)
    except ModelFailure as error:
        return _Answer(output, AgentStatus.FAILED, error)
    return _Answer(output, AgentStatus.COMPLETED, report=report)
