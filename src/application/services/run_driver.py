"""Who may drive a run, and when: beginning it, and taking it up again."""

from __future__ import annotations

from dataclasses import replace

from ...domain.errors import UnknownName, UserError
from ...domain.events.events import RunResumed, RunStarted
from ...domain.journal.opened import OpenedRun
from ...domain.orchestration.gates import KINDS
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import RunRecord
from ..orchestrators.patterns import pattern_of
from .ledger_gap import close_gap
from .run_drive import Drive, Workshop


class RunDriver:
    """Begins runs and takes them up again; a run has one driver at a time, whichever process it is in.

    What is recorded is not done again: results of agents, answers of models, results of tools and reports of evidence
    come from the journal. What the run has spent before counts against its budget.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    def refuse_what_cannot_run(self, plan: ExecutionPlan) -> None:
        """Raise UnknownName or UserError for a plan that cannot run, before anything is written or asked.

        ConfigurationError is raised for a pattern or a model that is broken.
        """
        pattern_of(plan)
        if plan.max_concurrency < 1:
            hint = "write 1 or more"
            raise UserError(f"max_concurrency is {plan.max_concurrency}", code="concurrency", hint=hint)
        for gate in plan.gates:
            if gate.name not in KINDS:
                raise UnknownName.of("gate", gate.name, KINDS)
        names = [agent.agent for agent in plan.agents]
        known = self._shop.agents.known
        for name in names:
            if name not in known:
                raise UnknownName.of("agent", name, known)
            if names.count(name) > 1:
                raise UserError(f"agent {name!r} stands twice in the plan", code="twice", hint="name it once")
        self._shop.agents.refuse_without_models(plan.agents)

    async def begin(self, run: RunRecord, accounts: tuple[str, ...] = ()) -> RunRecord:
        """Open `run` in the journal and drive it; raises WorkspaceError or StorageError before it starts.

        `accounts` are budgets of this process that pay too.
        """
        snapshot = await self._shop.workspace.scan(run.plan.root, run.plan.since)
        run = replace(run, plan=replace(run.plan, root=snapshot.root))  # a kept run must say where "." was
        epoch = await self._shop.journal.create(run)
        self._shop.around.bus.publish(RunStarted(run.id, run.plan))
        return await Drive(self._shop, OpenedRun(run, epoch), snapshot).run(accounts)

    async def take_up(
        self, run: RunRecord, accounts: tuple[str, ...] = (), *, force: bool = False
    ) -> RunRecord:
        """Go on with a run that has stopped; raises as `begin`, and RunBusy while somebody drives it.

        With `force` it is taken from whoever drives it.
        """
        self.refuse_what_cannot_run(run.plan)
        snapshot = await self._shop.workspace.scan(run.plan.root, run.plan.since)
        opened = await self._shop.journal.open(run.id, force=force)
        opened = replace(opened, run=replace(opened.run, terms=run.terms))
        await close_gap(self._shop.around.ledger, run.id, opened.records)
        self._shop.around.bus.publish(RunResumed(run.id, run.plan, len(opened.records)))
        return await Drive(self._shop, opened, snapshot).run(accounts)
