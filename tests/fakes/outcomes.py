"""Short ways to what earlier runs came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from muster.domain.agents.capability import Capability
from muster.domain.agents.roster import ROSTER
from muster.domain.memory.run_outcome import RunOutcome, Taken, Worked, project_of
from muster.domain.orchestration.gates import GateVerdict
from muster.domain.orchestration.plan import Estimate, Range
from muster.domain.orchestration.requirements import Complexity, TaskDomain
from muster.domain.orchestration.run import RunStatus, Verdict

from .builders import JUDGE
from .clock import START

HERE = "/project"
PLANNED = Estimate(Range(10, 20, 30), Range(1, 2, 3), (Decimal(1), Decimal(2), Decimal(3)), "a test")
INSIDE = Taken(20, 2.0, Decimal(2))


def worked(
    agent: str, *, failed: bool = False, model: str = JUDGE.name, taken: Taken | None = None
) -> Worked:
    """One agent that did its part, or did not."""
    return Worked(agent, model, 1, int(failed), failed, PLANNED, taken)


def outcome(
    number: int = 1,
    pattern: str = "parallel",
    *,
    verdict: Verdict | None = Verdict.PASSED,
    status: RunStatus = RunStatus.COMPLETED,
    team: Iterable[Worked] = (),
    capabilities: Iterable[Capability] = (Capability.SECURITY_AUDIT,),
    domain: TaskDomain = TaskDomain.SECURITY,
    root: str = HERE,
    taken: Taken | None = INSIDE,
    shared: bool = False,
    composed: bool = False,
) -> RunOutcome:
    """What the run of that number came to; greater numbers are newer."""
    return RunOutcome(
        run=f"run-{number:03}",
        project=project_of(root),
        at=START + timedelta(minutes=number),
        domain=domain,
        complexity=Complexity.MODERATE,
        capabilities=frozenset(capabilities),
        code_lines=1000,
        pattern=pattern,
        team=tuple(team),
        gates={"critical": GateVerdict.PASSED},
        status=status,
        verdict=verdict,
        planned=PLANNED,
        taken=taken,
        shared=shared,
        composed=composed,
    )


def outcomes(
    pattern: str, passed: int, failed: int = 0, first: int = 1, root: str = HERE
) -> list[RunOutcome]:
    """So many runs of a pattern that passed, then so many that failed, from number `first` on."""
    verdicts = [Verdict.PASSED] * passed + [Verdict.FAILED] * failed
    return [outcome(first + i, pattern, verdict=verdict, root=root) for i, verdict in enumerate(verdicts)]


def any_outcomes(patterns: Sequence[str], most: int = 30) -> st.SearchStrategy[list[RunOutcome]]:
    """Whatever may be remembered: runs of these patterns, and one that is not there any more."""
    taken = st.none() | st.builds(
        Taken, st.floats(0, 1e6), st.floats(0, 1e5), st.none() | st.just(Decimal(2))
    )
    agents = st.sampled_from([*(template.id for template in ROSTER), "gone"])
    team = st.lists(
        st.builds(
            lambda agent, failed, model, took: worked(agent, failed=failed, model=model, taken=took),
            agents, st.booleans(), st.sampled_from([JUDGE.name, "fake/arranger", "x/gone"]), taken,
        ),
        max_size=4,
    )  # fmt: skip
    one = st.builds(
        outcome,
        st.integers(1, 999),
        st.sampled_from([*patterns, "gone"]),
        verdict=st.sampled_from([None, *Verdict]),
        status=st.sampled_from(list(RunStatus)),
        team=team,
        capabilities=st.frozensets(st.sampled_from(list(Capability)), max_size=3),
        domain=st.sampled_from([TaskDomain.SECURITY, TaskDomain.CODE_QUALITY, TaskDomain.GENERAL]),
        root=st.sampled_from([HERE, "/elsewhere"]),
        taken=taken,
        shared=st.booleans(),
        composed=st.booleans(),
    )
    return st.lists(one, max_size=most, unique_by=lambda each: each.run)
