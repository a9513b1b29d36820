"""From a stage of a workflow to the plan of its run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ...domain.agents.capability import Capability
from ...domain.agents.template import AgentTemplate
from ...domain.models.info import ModelInfo
from ...domain.models.tier import ModelTier
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.requirements import Complexity, Reason, TaskDomain, TaskRequirements
from ...domain.ports.workspace import Workspace
from ...domain.workflows.state import WorkflowState
from ...domain.workflows.template import render, render_plainly
from ...domain.workflows.workflow import WorkflowStage
from .meta import MetaOrchestrator, Wishes

Planners = Callable[[ModelTier | None], MetaOrchestrator]
"""The planner whose agents all work on one tier; for None on their own."""
Models = Callable[[ModelTier], ModelInfo]
"""The model that does the work of a tier."""


class StagePlans:
    """Composes the teams of stages; never spends money."""

    def __init__(
        self, workspace: Workspace, planners: Planners, models: Models, templates: Sequence[AgentTemplate]
    ) -> None:
        self._workspace = workspace
        self._planners = planners
        self._models = models
        self._templates = {template.id: template for template in templates}

    def lacking(self, stage: WorkflowStage) -> str:
        """Why the models that are set cannot do a stage that needs judgement; "" when one of them can."""
        if stage.tier is not None:
            tiers = {stage.tier}
        else:
            tiers = {self._templates[agent].tier for agent in stage.agents if agent in self._templates}
        models = [self._models(tier) for tier in sorted(tiers or {ModelTier.CAPABLE})]
        if any(model.judges for model in models):
            return ""
        return f"needs a language model, and {models[0].name} is none"

    async def plan(self, state: WorkflowState, stage: WorkflowStage) -> ExecutionPlan:
        """The plan of a stage; raises InvalidTask, UnknownName, UserError or WorkspaceError.

        What earlier stages found comes into the task only when team and focus stand: words that a file holds do not
        choose who works, or where.
        """
        plain = render_plainly(stage.task, state.inputs).strip()
        planner = self._planners(stage.tier)
        snapshot = await self._workspace.scan(state.root, state.since)
        wishes = Wishes(
            agents=stage.agents,
            pattern=stage.pattern,
            gates=stage.gates,
            since=state.since,
            granted=state.granted,
        )
        requirements = self._requirements(planner, stage, plain) or planner.analyze_task(plain, {}, snapshot)
        plan = await planner.create_execution_plan(requirements, snapshot, wishes)
        records = {record.id: record for record in state.records}
        task = render(stage.task, state.inputs, records).strip()
        limit = stage.concurrency or plan.max_concurrency
        return replace(
            plan,
            requirements=replace(plan.requirements, task=task),
            max_concurrency=min(limit, plan.max_concurrency),
        )

    def _requirements(
        self, planner: MetaOrchestrator, stage: WorkflowStage, task: str
    ) -> TaskRequirements | None:
        """What a stage asks for that says so itself; None when its words have to tell."""
        wanted = stage.capabilities or self._offered(stage.agents)
        if not wanted:
            return None
        why = "the stage names them" if stage.capabilities else "the stage names its agents"
        return TaskRequirements(
            task=task,
            complexity=Complexity.MODERATE,
            domain=TaskDomain.GENERAL,
            capabilities=wanted,
            parallelisable=len(wanted) > 1,
            gates=planner.gates,
            context={"stage": stage.id},
            reasons=(Reason(f"stage {stage.id}", why),),
        )

    def _offered(self, agents: Sequence[str]) -> tuple[Capability, ...]:
        known = [self._templates[agent] for agent in agents if agent in self._templates]
        return tuple(dict.fromkeys(c for template in known for c in sorted(template.capabilities)))
