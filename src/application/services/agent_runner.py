"""Runs one agent of a plan: a turn with its tools, and what it stands behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from ...domain.agents.template import AgentTemplate
from ...domain.errors import MusterError
from ...domain.evidence.finding import Finding
from ...domain.evidence.report import EvidenceReport
from ...domain.models.exchange import FinishReason
from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from ...domain.orchestration.plan import PlannedAgent
from ...domain.orchestration.run import AgentResult, AgentStatus
from ...domain.ports.clock import Clock
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.turns.types import TurnConfig, TurnInput, TurnOutput, TurnStatus
from ..orchestrators.patterns.base import Assignment, StepResult
from ..turns.finish import output_left_by
from ..turns.runner import TurnRunner
from .agent_report import AgentReport, parse_report
from .bench import Bench
from .prompts import system_prompt, user_prompt

UNFINISHED = {
    FinishReason.REFUSED: "refused to answer",
    FinishReason.LENGTH: "was cut off at its output limit before it had answered",
}
TOOL_SECONDS = 600.0
"""A tool has its own, shorter limit; this one only ends what ignores it."""


Turns = Callable[[ToolExecutor], TurnRunner]
"""Makes the turn engine for a set of tools."""


class AgentRunner:
    """Turns an assignment into a result; only cancellation is an exception."""

    def __init__(
        self, turns: Turns, model: ModelInfo, templates: Sequence[AgentTemplate], clock: Clock
    ) -> None:
        self._turns = turns
        self._model = model
        self._templates = {template.id: template for template in templates}
        self._clock = clock

    @property
    def known(self) -> frozenset[str]:
        """Ids of the agents that can be run."""
        return frozenset(self._templates)

    async def run(self, assignment: Assignment, bench: Bench) -> StepResult:
        """Run the agent; whatever goes wrong in it is a failed result with everything gathered so far."""
        template = self._templates[assignment.agent.agent]
        started = self._clock.monotonic()
        try:
            output = await self._turn(template, assignment, bench)
            return self._result(template, assignment.agent, output, bench)
        except MusterError as error:
            return StepResult(self._failed(assignment.agent, bench, str(error), self._since(started)))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 – one agent's defect must not take the others' results along
            reason = f"{type(error).__name__}: {error}"
            return StepResult(self._failed(assignment.agent, bench, reason, self._since(started)))

    def interrupted(
        self, agent: PlannedAgent, bench: Bench, seconds: float, signal: BaseException
    ) -> AgentResult:
        """What a cancelled agent leaves: evidence, usage and cost that were there when `signal` came."""
        output = output_left_by(signal)
        result = self._failed(agent, bench, "cancelled", seconds)
        if output is not None:
            metrics = output.metrics
            result = replace(
                result, usage=metrics.usage, cost=metrics.cost, tool_calls=metrics.tool_call_count
            )
        return replace(result, status=AgentStatus.CANCELLED, error="")

    async def _turn(self, template: AgentTemplate, assignment: Assignment, bench: Bench) -> TurnOutput:
        prompt = user_prompt(bench.plan.task, assignment.words, assignment.delegate_to, assignment.inbox)
        turn = TurnInput(
            prompt=prompt,
            system_prompt=system_prompt(template),
            snapshot=bench.document,
            config=TurnConfig(
                max_iterations=template.max_iterations, tier=template.tier, tool_timeout=TOOL_SECONDS
            ),
            run_id=bench.run_id,
            agent=template.id,
        )
        return await self._turns(bench.tools.executor(template, bench.plan.granted)).run(turn)

    def _result(
        self, template: AgentTemplate, agent: PlannedAgent, output: TurnOutput, bench: Bench
    ) -> StepResult:
        reports = bench.desk.answered(template.tools)
        status, error, report = _read(output)
        findings, dropped = _stand_behind(report, reports)
        result = AgentResult(
            agent=agent.agent,
            status=status,
            summary=report.summary if report else "",
            findings=findings,
            evidence=reports,
            model=output.metrics.model,
            judged=self._model.judges,
            usage=output.metrics.usage,
            cost=output.metrics.cost,
            duration=output.metrics.duration,
            tool_calls=output.metrics.tool_call_count,
            dropped=dropped,
            error=error,
        )
        return StepResult(result, dict(report.delegations) if report else {})

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
            cost=self._model.cost(Usage()),
            duration=seconds,
            error=error,
        )

    def _since(self, started: float) -> float:
        return self._clock.monotonic() - started


def _read(output: TurnOutput) -> tuple[AgentStatus, str, AgentReport | None]:
    """Status, error and report of a turn; an answer that is no report is a failure, never a guess."""
    if output.status not in {TurnStatus.COMPLETED, TurnStatus.MAX_ITERATIONS}:
        return AgentStatus.FAILED, output.error or output.status.value, None
    reason = output.response.finish_reason if output.response else FinishReason.STOP
    if reason in UNFINISHED:
        return AgentStatus.FAILED, f"{output.metrics.model} {UNFINISHED[reason]}", None
    try:
        return AgentStatus.COMPLETED, "", parse_report(output.text, output.metrics.model)
    except MusterError as error:
        return AgentStatus.FAILED, str(error), None


def _stand_behind(
    report: AgentReport | None, reports: Sequence[EvidenceReport]
) -> tuple[tuple[Finding, ...], int]:
    """All evidence of the agent's tools, and how many citations name evidence that does not exist.

    Evidence is kept whether it was cited or not: a model may add judgement, it cannot make a fact go away.
    """
    findings = tuple(finding for one in reports for finding in one.findings)
    known = {finding.fingerprint for finding in findings}
    cited = [item.evidence for item in report.findings] if report else []
    return findings, sum(1 for fingerprint in cited if fingerprint not in known)
