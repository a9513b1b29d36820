"""Teams at work: plans, runs, workflows, edits, and code that is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dependency_injector import providers

from ..domain.ports.checkpoint_store import CheckpointStore
from ..domain.ports.edit_lock import EditLock
from ..domain.ports.workspace_editor import WorkspaceEditor
from ..domain.ports.workspace_shadow import WorkspaceShadow
from . import crews, edits, learning, runs, use_cases, workflows, writing
from .wiring_ground import Ground

if TYPE_CHECKING:
    from ..application.orchestrators.meta import MetaOrchestrator
    from ..application.orchestrators.multi_agent import MultiAgentOrchestrator
    from ..application.orchestrators.parallel import ParallelOrchestrator
    from ..application.orchestrators.stage_plans import StagePlans
    from ..application.orchestrators.workflow import RunStage, WorkflowRunner
    from ..application.services.agent_runner import AgentRunner, Turns
    from ..application.services.bench import BenchBuilder
    from ..application.services.crew import Surroundings
    from ..application.services.finding_memory import FindingMemory
    from ..application.services.memories import Memories
    from ..application.services.outcomes import OutcomeMemory
    from ..application.services.reporting import Reporter
    from ..application.services.run_driver import RunDriver
    from ..application.services.run_editing import Editing
    from ..application.use_cases.answer_run import AnswerRun
    from ..application.use_cases.cancel_run import CancelRun
    from ..application.use_cases.cancel_workflow import CancelWorkflow
    from ..application.use_cases.check_setup import CheckSetup
    from ..application.use_cases.compact_run import CompactRun
    from ..application.use_cases.create_checkpoint import CreateCheckpoint
    from ..application.use_cases.delete_run import DeleteRun
    from ..application.use_cases.diff_runs import DiffRuns
    from ..application.use_cases.dismiss_finding import DismissFinding
    from ..application.use_cases.explain_finding import ExplainFinding
    from ..application.use_cases.export_run import ExportRun
    from ..application.use_cases.find_runs import FindRuns
    from ..application.use_cases.forget_learning import ForgetLearning
    from ..application.use_cases.fork_run import ForkRun
    from ..application.use_cases.generate_code import GenerateCode
    from ..application.use_cases.import_run import ImportRun
    from ..application.use_cases.list_agents import ListAgents
    from ..application.use_cases.list_checkpoints import ListCheckpoints
    from ..application.use_cases.list_findings import ListFindings
    from ..application.use_cases.list_runs import ListRuns
    from ..application.use_cases.list_steps import ListSteps
    from ..application.use_cases.list_workflow_runs import ListWorkflowRuns
    from ..application.use_cases.list_workflows import ListWorkflows
    from ..application.use_cases.plan_check import PlanCheck
    from ..application.use_cases.plan_task import PlanTask
    from ..application.use_cases.plan_workflow import PlanWorkflow
    from ..application.use_cases.prune_checkpoints import PruneCheckpoints
    from ..application.use_cases.prune_runs import PruneRuns
    from ..application.use_cases.restore_checkpoint import RestoreCheckpoint
    from ..application.use_cases.resume_run import ResumeRun
    from ..application.use_cases.resume_workflow import ResumeWorkflow
    from ..application.use_cases.run_task import RunTask
    from ..application.use_cases.run_workflow import RunWorkflow
    from ..application.use_cases.show_checkpoint import ShowCheckpoint
    from ..application.use_cases.show_learning import ShowLearning
    from ..application.use_cases.show_run import ShowRun
    from ..application.use_cases.show_workflow import ShowWorkflow
    from ..application.use_cases.undo_edits import UndoEdits
    from ..application.use_cases.watch_run import WatchRun
    from ..domain.ports.code_evidence import CodeEvidence
    from ..domain.ports.code_sandbox import CodeSandbox
    from ..domain.ports.workflow_catalog import WorkflowCatalog
    from ..domain.ports.workflow_store import WorkflowStore


_one = providers.ThreadSafeSingleton


class Work(Ground):
    """Plans and runs, with everything that becomes of them."""

    outcomes: providers.Provider[OutcomeMemory] = _one(crews.outcomes, Ground.store)
    findings: providers.Provider[FindingMemory] = _one(learning.findings, Ground.store)
    memories: providers.Provider[Memories] = _one(
        learning.memories, Ground.loaded, outcomes, findings, Ground.store, Ground.counter_for
    )
    list_findings: providers.Provider[ListFindings] = _one(learning.list_findings, findings)
    dismiss_finding: providers.Provider[DismissFinding] = _one(
        learning.dismiss_finding, findings, Ground.principal, Ground.clock
    )
    meta: providers.Provider[MetaOrchestrator] = _one(
        crews.meta, Ground.loaded, Ground.catalog, Ground.pool, outcomes
    )
    turns: providers.Provider[Turns] = _one(
        crews.turns,
        Ground.pool,
        Ground.counter_for,
        Ground.clock,
        Ground.event_bus,
        Ground.budgets,
        Ground.stack,
    )
    agents: providers.Provider[AgentRunner] = _one(
        crews.agents, turns, Ground.pool, Ground.catalog, Ground.clock
    )
    edit_lock: providers.Provider[EditLock] = _one(edits.edit_lock, Ground.clock, Ground.loaded, Ground.files)
    checkpoint_store: providers.Provider[CheckpointStore] = _one(edits.checkpoint_store, Ground.loaded)
    editor: providers.Provider[WorkspaceEditor] = _one(
        edits.editor, checkpoint_store, edit_lock, Ground.clock, Ground.ids, Ground.loaded
    )
    shadow: providers.Provider[WorkspaceShadow] = _one(edits.shadow, Ground.loaded)
    editing: providers.Provider[Editing] = _one(
        crews.editing, Ground.workspace, editor, shadow, Ground.masker, Ground.clock
    )
    benches: providers.Provider[BenchBuilder] = _one(
        crews.benches,
        Ground.evidence_tools,
        Ground.host_tools,
        editing,
        Ground.masker,
        Ground.clock,
        Ground.watched,
    )
    reporter: providers.Provider[Reporter] = _one(
        crews.reporter, Ground.workspace, Ground.evidence_tools, Ground.catalog, Ground.masker
    )
    around: providers.Provider[Surroundings] = _one(
        crews.around, Ground.event_bus, Ground.clock, Ground.ids, Ground.budgets, Ground.ledger
    )

    drivers: providers.Provider[crews.Drivers] = _one(
        crews.drivers,
        Ground.workspace,
        Ground.journal,
        benches,
        reporter,
        editing,
        around,
        memories,
    )
    driver: providers.Provider[RunDriver] = _one(crews.driver, drivers, agents)
    plan_task: providers.Provider[PlanTask] = _one(use_cases.plan_task, Ground.workspace, meta)
    plan_check: providers.Provider[PlanCheck] = _one(use_cases.plan_check, Ground.workspace, meta)
    run_task: providers.Provider[RunTask] = _one(
        use_cases.run_task, Ground.loaded, driver, Ground.journal, Ground.ids, Ground.clock
    )
    resume_run: providers.Provider[ResumeRun] = _one(runs.resume_run, driver, Ground.journal)
    cancel_run: providers.Provider[CancelRun] = _one(
        runs.cancel_run, Ground.journal, Ground.event_bus, Ground.clock
    )
    answer_run: providers.Provider[AnswerRun] = _one(runs.answer_run, Ground.journal, Ground.clock)
    fork_run: providers.Provider[ForkRun] = _one(
        runs.fork_run, driver, Ground.journal, Ground.ids, Ground.clock
    )
    watch_run: providers.Provider[WatchRun] = _one(runs.watch_run, Ground.journal)
    diff_runs: providers.Provider[DiffRuns] = _one(runs.diff_runs, Ground.journal)
    find_runs: providers.Provider[FindRuns] = _one(runs.find_runs, Ground.journal, Ground.clock)
    list_steps: providers.Provider[ListSteps] = _one(runs.list_steps, Ground.journal)
    prune_runs: providers.Provider[PruneRuns] = _one(runs.prune_runs, Ground.journal, Ground.clock)
    compact_run: providers.Provider[CompactRun] = _one(runs.compact_run, Ground.journal)
    delete_run: providers.Provider[DeleteRun] = _one(runs.delete_run, Ground.journal)
    export_run: providers.Provider[ExportRun] = _one(runs.export_run, Ground.journal)
    import_run: providers.Provider[ImportRun] = _one(runs.import_run, Ground.journal)
    list_runs: providers.Provider[ListRuns] = _one(use_cases.list_runs, Ground.journal)
    show_run: providers.Provider[ShowRun] = _one(use_cases.show_run, Ground.journal)
    explain_finding: providers.Provider[ExplainFinding] = _one(
        use_cases.explain_finding, show_run, Ground.workspace, Ground.masker
    )
    list_agents: providers.Provider[ListAgents] = _one(use_cases.list_agents, Ground.catalog)
    check_setup: providers.Provider[CheckSetup] = _one(
        use_cases.check_setup,
        Ground.loaded,
        Ground.pool,
        Ground.opener,
        Ground.provider_table,
        Ground.catalog,
    )
    workflow_catalog: providers.Provider[WorkflowCatalog] = _one(
        workflows.workflow_catalog, Ground.loaded, Ground.catalog, Ground.evidence_tools
    )
    workflow_store: providers.Provider[WorkflowStore] = _one(
        workflows.workflow_store, Ground.loaded, Ground.files
    )
    workflow_schema: providers.Provider[workflows.Schema] = _one(workflows.workflow_schema, workflow_catalog)
    stage_plans: providers.Provider[StagePlans] = _one(
        workflows.stage_plans, Ground.loaded, Ground.workspace, Ground.catalog, Ground.pool, outcomes, meta
    )
    run_stage: providers.Provider[RunStage] = _one(
        workflows.run_stage,
        Ground.loaded,
        run_task,
        Ground.catalog,
        Ground.pool,
        turns,
        drivers,
        Ground.journal,
        around,
    )
    workflow_runner: providers.Provider[WorkflowRunner] = _one(
        workflows.workflow_runner, workflow_store, stage_plans, run_stage, Ground.clock
    )
    list_workflows: providers.Provider[ListWorkflows] = _one(workflows.list_workflows, workflow_catalog)
    show_workflow: providers.Provider[ShowWorkflow] = _one(workflows.show_workflow, workflow_catalog)
    plan_workflow: providers.Provider[PlanWorkflow] = _one(
        workflows.plan_workflow, workflow_catalog, stage_plans, Ground.clock
    )
    run_workflow: providers.Provider[RunWorkflow] = _one(
        workflows.run_workflow,
        workflow_catalog,
        Ground.workspace,
        workflow_store,
        workflow_runner,
        Ground.clock,
        Ground.ids,
    )
    resume_workflow: providers.Provider[ResumeWorkflow] = _one(
        workflows.resume_workflow, workflow_store, workflow_runner
    )
    cancel_workflow: providers.Provider[CancelWorkflow] = _one(
        workflows.cancel_workflow, workflow_store, workflow_runner
    )
    list_workflow_runs: providers.Provider[ListWorkflowRuns] = _one(
        workflows.list_workflow_runs, workflow_store
    )
    sandbox: providers.Provider[CodeSandbox] = _one(writing.sandbox)
    code_evidence: providers.Provider[CodeEvidence] = _one(
        writing.code_evidence, Ground.evidence_tools, Ground.masker
    )
    multi_agent: providers.Provider[MultiAgentOrchestrator] = _one(
        writing.multi_agent, sandbox, code_evidence
    )
    parallel: providers.Provider[ParallelOrchestrator] = _one(writing.parallel)
    generate_code: providers.Provider[GenerateCode] = _one(
        writing.generate_code, Ground.model_named, Ground.ids, multi_agent, Ground.budgets, Ground.loaded
    )
    show_learning: providers.Provider[ShowLearning] = _one(learning.show_learning, outcomes, plan_task)
    forget_learning: providers.Provider[ForgetLearning] = _one(
        learning.forget_learning, outcomes, Ground.clock
    )
    list_checkpoints: providers.Provider[ListCheckpoints] = _one(edits.list_checkpoints, checkpoint_store)
    show_checkpoint: providers.Provider[ShowCheckpoint] = _one(edits.show_checkpoint, checkpoint_store)
    create_checkpoint: providers.Provider[CreateCheckpoint] = _one(
        edits.create_checkpoint, Ground.workspace, editor
    )
    restore_checkpoint: providers.Provider[RestoreCheckpoint] = _one(edits.restore_checkpoint, editor)
    prune_checkpoints: providers.Provider[PruneCheckpoints] = _one(edits.prune_checkpoints, checkpoint_store)
    undo_edits: providers.Provider[UndoEdits] = _one(edits.undo_edits, checkpoint_store, editor)
