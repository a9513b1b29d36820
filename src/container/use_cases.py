"""The use cases, each with the ports that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.models.tier import ModelTier
from ..domain.ports.agent_catalog import AgentCatalog
from ..domain.ports.clock import Clock
from ..domain.ports.ids import Ids
from ..domain.ports.run_journal import RunJournal
from ..domain.ports.secret_masker import SecretMasker
from ..domain.ports.workspace import Workspace
from ..infrastructure.config.loader import LoadedSettings
from .models import Providers, limits

if TYPE_CHECKING:
    from ..application.models.pool import ModelPool
    from ..application.orchestrators.meta import MetaOrchestrator
    from ..application.services.run_driver import RunDriver
    from ..application.use_cases.check_setup import CheckSetup
    from ..application.use_cases.explain_finding import ExplainFinding
    from ..application.use_cases.list_agents import ListAgents
    from ..application.use_cases.list_runs import ListRuns
    from ..application.use_cases.plan_check import PlanCheck
    from ..application.use_cases.plan_task import PlanTask
    from ..application.use_cases.run_task import RunTask
    from ..application.use_cases.show_run import ShowRun
    from ..infrastructure.llm.opener import ModelOpener


def plan_task(workspace: Workspace, meta: MetaOrchestrator) -> PlanTask:
    """Plan a task."""
    from ..application.use_cases.plan_task import PlanTask

    return PlanTask(workspace, meta)


def plan_check(workspace: Workspace, meta: MetaOrchestrator) -> PlanCheck:
    """Plan a health check."""
    from ..application.use_cases.plan_check import PlanCheck

    return PlanCheck(workspace, meta)


def run_task(
    loaded: LoadedSettings, driver: RunDriver, journal: RunJournal, ids: Ids, clock: Clock
) -> RunTask:
    """Run a plan."""
    from ..application.use_cases.run_task import RunTask, Usual

    return RunTask(driver, journal, ids, clock, Usual(limits(loaded), loaded.values.fail_on))


def list_runs(journal: RunJournal) -> ListRuns:
    """List runs."""
    from ..application.use_cases.list_runs import ListRuns

    return ListRuns(journal)


def show_run(journal: RunJournal) -> ShowRun:
    """Show a run again."""
    from ..application.use_cases.show_run import ShowRun

    return ShowRun(journal)


def explain_finding(show_run: ShowRun, workspace: Workspace, masker: SecretMasker) -> ExplainFinding:
    """Explain a finding."""
    from ..application.use_cases.explain_finding import ExplainFinding

    return ExplainFinding(show_run, workspace, masker)


def list_agents(catalog: AgentCatalog) -> ListAgents:
    """List agents."""
    from ..application.use_cases.list_agents import ListAgents

    return ListAgents(catalog)


def check_setup(
    loaded: LoadedSettings, pool: ModelPool, opener: ModelOpener, providers: Providers, catalog: AgentCatalog
) -> CheckSetup:
    """Check this installation."""
    from ..application.use_cases.check_setup import CheckSetup
    from ..infrastructure.config.setup_probe import LocalSetupProbe

    values = loaded.values
    keyed = [name for name, provider in providers.items() if provider.key_env]
    probe = LocalSetupProbe(
        values.data_dir, [pool.info(tier) for tier in ModelTier], values.model_dump(), loaded.origins,
        opener.lacks, keyed,
    )  # fmt: skip
    return CheckSetup(probe, catalog)
