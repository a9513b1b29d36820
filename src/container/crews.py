"""Teams: who can be in one, how their turns run, and what becomes of their work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..domain.agents.template import AgentTemplate
from ..domain.models.info import ModelInfo
from ..domain.models.tier import ModelTier
from ..domain.orchestration.gates import Gate
from ..domain.ports.agent_catalog import AgentCatalog
from ..domain.ports.clock import Clock
from ..domain.ports.cost_ledger import CostLedger
from ..domain.ports.event_bus import EventBus
from ..domain.ports.evidence_tool import EvidenceTool
from ..domain.ports.ids import Ids
from ..domain.ports.long_term_store import LongTermStore
from ..domain.ports.run_journal import RunJournal
from ..domain.ports.secret_masker import SecretMasker
from ..domain.ports.token_counter import TokenCounter
from ..domain.ports.tool_executor import ToolExecutor
from ..domain.ports.workspace import Workspace
from ..domain.ports.workspace_editor import WorkspaceEditor
from ..domain.ports.workspace_shadow import WorkspaceShadow
from ..infrastructure.config.loader import LoadedSettings

if TYPE_CHECKING:
    from ..application.models.budget import BudgetBook
    from ..application.models.pool import ModelPool
    from ..application.orchestrators.meta import MetaOrchestrator
    from ..application.services.agent_runner import AgentRunner, Turns, Wrap
    from ..application.services.agent_tools import Watched
    from ..application.services.bench import BenchBuilder
    from ..application.services.crew import Surroundings
    from ..application.services.memories import Memories
    from ..application.services.outcomes import OutcomeMemory
    from ..application.services.reporting import Reporter
    from ..application.services.run_driver import RunDriver
    from ..application.services.run_editing import Editing
    from ..application.turns.function_tool import FunctionTool
    from ..application.turns.runner import TurnRunner
    from .stack import ModelStack

Tools = Sequence[EvidenceTool]


def catalog(
    loaded: LoadedSettings, tools: Tools, added: Sequence[AgentTemplate], own: Sequence[FunctionTool]
) -> AgentCatalog:
    """The agents that there are: built in, the host's, and those of the user's or project's folder."""
    from ..application.services.agent_tools import LOOK_UP_TOOLS
    from ..application.services.edit_tools import EDIT_TOOLS
    from ..domain.agents.roster import ROSTER
    from ..infrastructure.config.agent_folder import AgentFolder

    named = frozenset(tool.profile.name for tool in tools).union(tool.spec.name for tool in own)
    known = named | LOOK_UP_TOOLS | EDIT_TOOLS
    return AgentFolder((*ROSTER, *added), loaded.values.agents_dir, known, loaded.agents_of)


def outcomes(store: LongTermStore) -> OutcomeMemory:
    """What earlier steps took."""
    from ..application.services.outcomes import OutcomeMemory

    return OutcomeMemory(store)


def meta(
    loaded: LoadedSettings, catalog: AgentCatalog, pool: ModelPool, outcomes: OutcomeMemory
) -> MetaOrchestrator:
    """Plans."""
    from ..application.orchestrators.meta import MetaOrchestrator

    gates = [Gate(name, threshold) for name, threshold in loaded.values.gates.items()]
    return MetaOrchestrator(
        catalog.templates(), pool.info, outcomes.recall, loaded.values.max_concurrency, gates,
        use_history=loaded.values.history, runs=outcomes.runs.recall,
    )  # fmt: skip


def turns(
    pool: ModelPool,
    counter_for: Callable[[ModelInfo], TokenCounter],
    clock: Clock,
    bus: EventBus,
    budgets: BudgetBook,
    stack: ModelStack,
) -> Turns:
    """Makes turn engines, each with the model of its tier."""
    from ..application.services.document_analysis import DocumentAnalysis
    from ..application.turns.runner import TurnRunner

    advisor = DocumentAnalysis(clock)

    def make(tools: ToolExecutor, tier: ModelTier, wrap: Wrap) -> TurnRunner:
        info = pool.info(tier)
        counter = counter_for(info)
        client = wrap(pool.client(tier), counter)
        return TurnRunner(client, tools, counter, clock, bus, advisor, budgets, stack.guard_for(info))

    return make


def agents(turns: Turns, pool: ModelPool, catalog: AgentCatalog, clock: Clock) -> AgentRunner:
    """Runs agents."""
    from ..application.services.agent_runner import AgentRunner

    return AgentRunner(turns, pool.info, catalog.templates(), clock)


def editing(
    workspace: Workspace, editor: WorkspaceEditor, shadow: WorkspaceShadow, masker: SecretMasker, clock: Clock
) -> Editing:
    """The ways in which runs may change files."""
    from ..application.services.run_editing import Editing

    return Editing(workspace, editor, shadow, masker, clock)


def benches(
    tools: Tools,
    own: Sequence[FunctionTool],
    editing: Editing,
    masker: SecretMasker,
    clock: Clock,
    watched: Callable[[str], Watched],
) -> BenchBuilder:
    """Lays out what the agents of a run share."""
    from ..application.services.bench import BenchBuilder

    return BenchBuilder(tools, own, editing, masker, clock, watched)


def reporter(workspace: Workspace, tools: Tools, catalog: AgentCatalog, masker: SecretMasker) -> Reporter:
    """Checks and reports what agents bring."""
    from ..application.services.reporting import Reporter

    profiles = {tool.profile.name: tool.profile for tool in tools}
    return Reporter(workspace, profiles, {agent.id: agent.tools for agent in catalog.templates()}, masker)


Drivers = Callable[["AgentRunner"], "RunDriver"]
"""The driver of runs whose agents are run by that."""


def drivers(
    workspace: Workspace,
    journal: RunJournal,
    benches: BenchBuilder,
    reporter: Reporter,
    editing: Editing,
    around: Surroundings,
    memories: Memories,
) -> Drivers:
    """Makes drivers; they differ in the agents alone."""
    from ..application.services.run_drive import Workshop
    from ..application.services.run_driver import RunDriver

    def driver_of(agents: AgentRunner) -> RunDriver:
        shop = Workshop(workspace, journal, agents, benches, reporter, editing, around, memories)
        return RunDriver(shop)

    return driver_of


def driver(drivers: Drivers, agents: AgentRunner) -> RunDriver:
    """Begins runs and takes them up again."""
    return drivers(agents)


def around(bus: EventBus, clock: Clock, ids: Ids, budgets: BudgetBook, ledger: CostLedger) -> Surroundings:
    """What every run takes from its process."""
    from ..application.services.crew import Surroundings

    return Surroundings(bus, clock, ids, budgets, ledger)
