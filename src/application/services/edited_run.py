"""The end of a run that has staged edits: held against the gates first, then made together, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...domain.evidence.finding import Finding
from ...domain.orchestration.approvals import Approvals, WaitKind
from ...domain.orchestration.decision import GateCheck
from ...domain.orchestration.edits_made import EditsMade
from ...domain.orchestration.escalation import Rung, Try, next_rung
from ...domain.orchestration.gates import GateVerdict
from ...domain.orchestration.plan import PlannedAgent
from ...domain.orchestration.run import AgentResult, RunRecord, RunReport, Verdict, joined
from ...domain.workspace.edits import ChangeSet, EditStatus, FileStatus
from ...domain.workspace.files import WorkspaceSnapshot
from ..flow.asking import ASK, read_answer
from ..flow.flow import Flow
from ..orchestrators.patterns.base import Assignment, Step
from .agent_runner import AgentRunner
from .bench import Bench, BenchBuilder
from .edit_commit import EditCommit
from .edit_session import EditSession
from .edit_tools import EDIT_TOOLS
from .reporting import Reporter, Standards
from .run_editing import Editing

HOLD = "a yes makes the edits all the same, a no drops them"


@dataclass(frozen=True, slots=True)
class EditedScene:
    """What the end of such a run works with."""

    run: RunRecord
    bench: Bench
    snapshot: WorkspaceSnapshot
    flow: Flow
    step: Step
    agents: AgentRunner
    benches: BenchBuilder
    reporter: Reporter
    editing: Editing
    standards: Standards


@dataclass(frozen=True, slots=True)
class Edited:
    """The results and the report about the edited files, with what became of the edits."""

    results: tuple[AgentResult, ...]
    report: RunReport


class EditedRun:
    """Looks at the edited state in a copy, and makes the edits in the workspace only when the gates pass there.

    A gate that fails, or could not be measured, goes back to the agents that edit for as many rounds as the run's
    terms allow, then to a stronger tier, then to a person. Edits that are not made leave every file as it is; a file
    that somebody else has changed meanwhile is left alone, and with it all the others.
    """

    def __init__(self, scene: EditedScene, session: EditSession) -> None:
        self._scene = scene
        self._session = session

    async def end(self, results: Sequence[AgentResult]) -> Edited:
        """The run's results and report, with its edits made or dropped."""
        tries: list[Try] = []
        rung = Rung.AGAIN
        while True:
            seen = await self._look(results, len(tries) + 1)
            why = _why_not(seen.report)
            tries.append(Try(rung, why))
            if not why:
                return await self._made(results, seen, len(tries))
            rung = next_rung(tries, self._scene.run.terms.escalation, self._possible())
            if rung is Rung.PERSON and await self._person(why, len(tries)):
                return await self._made(results, seen, len(tries))
            if rung in {Rung.STOP, Rung.PERSON}:
                return await self._dropped(results, seen, why, len(tries))
            results = await self._mended(results, rung, why, len(tries))

    async def _look(self, results: Sequence[AgentResult], number: int) -> Edited:
        """The report on a copy of the folder with the edits in it; its evidence is gathered anew."""
        scene, changes = self._scene, self._session.changes
        async with scene.editing.shadow.shadow(scene.run.plan.root, changes) as folder:
            snapshot = await scene.editing.workspace.scan(folder)
            snapshot = replace(snapshot, changed=_in_scope(scene.snapshot, changes))
            # After days of waiting the rest of the folder may be another one: then it is looked at anew.
            place = scene.flow.branch(f"edited/{number}/{snapshot.digest}")
            desk = scene.benches.desk(scene.run, snapshot, place)
            unallowed = _unallowed(scene.run.terms.approvals, results)
            try:
                tools = {result.agent: scene.agents.tools_of(result.agent) for result in results}
                held = {name for names in tools.values() for name in names}
                await desk.complete(sorted(held - unallowed))
                fresh = tuple(
                    replace(one, evidence=desk.answered(tools[one.agent], unallowed), findings=_own(one))
                    for one in results
                )
            finally:
                await desk.close()
            plan = replace(scene.run.plan, root=folder)
            return Edited(fresh, await scene.reporter.report(plan, snapshot, fresh, scene.standards))

    def _possible(self) -> frozenset[Rung]:
        writers = [agent.agent for agent in self._writers()]
        stronger = any(self._scene.agents.stronger(agent) is not None for agent in writers)
        return frozenset({Rung.PERSON, *({Rung.STRONGER_TIER} if stronger else ())})

    def _writers(self) -> tuple[PlannedAgent, ...]:
        """The agents of the plan that can edit."""
        scene = self._scene
        return tuple(
            agent
            for agent in scene.run.plan.agents
            if EDIT_TOOLS.intersection(scene.agents.tools_of(agent.agent))
        )

    async def _mended(
        self, results: Sequence[AgentResult], rung: Rung, why: str, number: int
    ) -> tuple[AgentResult, ...]:
        """What the agents that edit make of the failed gates, each after the other; their results are added up."""
        by_agent = {result.agent: [result] for result in results}
        ask = f"With your edits the gates do not pass: {why}. Mend that with further edits."
        for agent in self._writers():
            tier = self._scene.agents.stronger(agent.agent) if rung is Rung.STRONGER_TIER else None
            order = Assignment(agent, asks=(ask,), branch=f"repair/{number}", tier=tier)
            by_agent.setdefault(agent.agent, []).append((await self._scene.step(order)).result)
        return tuple(joined(by_agent[result.agent]) or result for result in results)

    async def _person(self, why: str, number: int) -> bool:
        with self._scene.flow.lane("gates") as lane:
            words = (
                f"the edits of {len(self._session.changes.paths)} files do not pass the gates ({why}); {HOLD}"
            )
            return read_answer(await lane.signal(f"{ASK}gates/{number}", words, WaitKind.APPROVAL)).yes

    async def _made(self, results: Sequence[AgentResult], seen: Edited, rounds: int) -> Edited:
        """Make the edits; a crash in the middle finds them all made or none, and never makes them twice."""
        diff, commit = await self._diff(), EditCommit(self._scene.editing, self._scene.flow, self._session)
        done = await commit.made()
        reasons = commit.reasons
        made = EditsMade(
            done.status, done.files, diff, "; ".join(reasons), done.checkpoint_id, done.kept, rounds,
            seen.report.gates,
        )  # fmt: skip
        if done.status is EditStatus.COMMITTED:
            return replace(seen, report=replace(seen.report, edits=made))
        reason = made.reason or "files were changed by somebody else meanwhile"
        return await self._as_it_is(results, replace(made, reason=reason))

    async def _as_it_is(self, results: Sequence[AgentResult], made: EditsMade) -> Edited:
        """The report about the files as they are, for edits that were not made."""
        scene = self._scene
        report = await scene.reporter.report(scene.run.plan, scene.snapshot, results, scene.standards)
        failed = any(gate.verdict is GateVerdict.FAILED for gate in (*made.gates, *report.gates))
        verdict = Verdict.FAILED if failed else Verdict.PARTIAL
        return Edited(tuple(results), replace(report, edits=made, verdict=verdict))

    async def _dropped(self, results: Sequence[AgentResult], seen: Edited, why: str, rounds: int) -> Edited:
        diff, paths = await self._diff(), self._session.changes.paths
        await self._session.rollback()
        files = dict.fromkeys(paths, FileStatus.UNTOUCHED)
        reason = f"the gates do not pass with them: {why}"
        made = EditsMade(EditStatus.ROLLED_BACK, files, diff, reason, rounds=rounds, gates=seen.report.gates)
        return await self._as_it_is(results, made)

    async def _diff(self) -> str:
        masker, diff = self._scene.editing.masker, self._session.diff()
        return await asyncio.to_thread(masker.mask, diff)


def _why_not(report: RunReport) -> str:
    """Why the edits may not be made; "" when every gate passes, and also when there are none."""
    check = GateCheck.of(report.gates)
    if not report.gates or check.verdict is GateVerdict.PASSED:
        return ""
    if check.verdict is GateVerdict.FAILED:
        return check.words
    blind = [f"{gate.name}: {gate.reason}" for gate in report.gates if gate.verdict is GateVerdict.UNMEASURED]
    return f"not measured: {'; '.join(blind)}"


def _own(result: AgentResult) -> tuple[Finding, ...]:
    """What the agent itself says; what its tools found before the edits is told anew."""
    old = {finding.fingerprint for report in result.evidence for finding in report.findings}
    return tuple(finding for finding in result.findings if finding.fingerprint not in old)


def _unallowed(approvals: Approvals, results: Sequence[AgentResult]) -> frozenset[str]:
    """Tools that need a person's yes and got none in this run: they do not look at its edits either."""
    allowed = (report.tool for result in results for report in result.evidence if report.measured)
    return approvals.tools.difference(allowed)


def _in_scope(snapshot: WorkspaceSnapshot, changes: ChangeSet) -> frozenset[str] | None:
    return None if snapshot.changed is None else snapshot.changed | frozenset(changes.paths)
