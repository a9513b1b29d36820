"""Runs one agent of a plan: a turn with its tools, and what it stands behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.agents.template import AgentTemplate
from ...domain.errors import MusterError
from ...domain.evidence.finding import Finding
from ...domain.evidence.report import EvidenceReport
from ...domain.models.info import ModelInfo
from ...domain.orchestration.plan import ExecutionPlan, PlannedAgent
from ...domain.orchestration.run import AgentResult, AgentStatus
from ...domain.ports.clock import Clock
from ...domain.turns.types import TurnConfig, TurnInput, TurnOutput, TurnStatus
from ...domain.workspace.document import DocumentSnapshot
from ..orchestrators.patterns.base import Assignment, StepResult
from ..turns.runner import TurnRunner
from .agent_report import AgentReport, parse_report
from .evidence_desk import EvidenceDesk
from .prompts import system_prompt, user_prompt
from .workspace_tools import AgentTools

TOOL_SECONDS = 600.0
"""A tool has its own, shorter limit; this one only ends what ignores it."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every agent of one run shares."""

    run_id: str
    plan: ExecutionPlan
    desk: EvidenceDesk
    document: DocumentSnapshot | None
    tools: AgentTools


class AgentRunner:
    """Turns an assignment into a result; only cancellation is an exception."""

    def __init__(self, turns: TurnRunner, model: ModelInfo, templates: Sequence[AgentTemplate], clock: Clock) -> None:
        self._turns = turns
        self._model = model
        self._templates = {template.id: template for template in templates}
        self._clock = clock

    async def run(self, assignment: Assignment, bench: Bench) -> StepResult:
        """Run the agent; whatever goes wrong in it is a failed result with everything gathered so far."""
        template = self._templates[assignment.agent.agent]
        started = self._clock.monotonic()
        try:
            output = await self._turn(template, assignment, bench)
            return self._result(template, assignment.agent, output, bench)
        except MusterError as error:
            return StepResult(self._failed(assignment.agent, template, bench, str(error), started))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 – one agent's defect must not take the others' results along
            reason = f"{type(error).__name__}: {error}"
            return StepResult(self._failed(assignment.agent, template, bench, reason, started))

    def interrupted(self, agent: PlannedAgent, bench: Bench, seconds: float) -> AgentResult:
        """What a cancelled agent leaves: the evidence that was there by then."""
        reports = bench.desk.answered(self._templates[agent.agent].tools)
        findings = tuple(finding for report in reports for finding in report.findings)
        return AgentResult(
            agent.agent, AgentStatus.CANCELLED, "", findings, reports, agent.model, cost=self._free(), duration=seconds
        )
