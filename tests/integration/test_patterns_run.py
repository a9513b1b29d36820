"""Every pattern as a run: by the offline model, and by models over HTTP with what each agent was sent."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from muster import Muster, open_muster
from muster.application.orchestrators.patterns import PATTERNS
from muster.domain.agents.roster import ROSTER
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.composition import Composition
from muster.domain.orchestration.decision import Decision, Dissent
from muster.domain.orchestration.run import AgentStatus, RunRecord, RunStatus
from muster.presentation.cli.saved_plan import read_plan
from muster.presentation.reports import render_plan
from tests.fakes.builders import finding
from tests.fakes.evidence import FakeEvidence
from tests.fakes.provider_script import Step, choose, say
from tests.fakes.provider_server import ProviderServer

FOUND = finding("X1", "app.py", 1, quote="x = eval(y)", severity=Severity.HIGH, source="ruff-security")
TASK = "look for vulnerabilities"
NOBODY_JUDGED = "No language model was used"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder with one file of two lines, and a key for a provider."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-not-a-key")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text("x = eval(y)\nz = 1\n")
    return str(folder)


@asynccontextmanager
async def opened(project: str, **settings: object) -> AsyncIterator[Muster]:
    """Muster with the built-in agents and stand-ins for their tools; one of them finds something."""
    names = {name for agent in ROSTER for name in agent.tools}
    looks = {"search-workspace", "read-file", "edit-file", "write-file", "delete-file"}
    tools = [
        FakeEvidence(name, *([FOUND] if name == "ruff-security" else [])) for name in sorted(names - looks)
    ]
    given = {"data_dir": str(Path(project).parent / "data"), **settings}
    async with open_muster(project, settings=given, evidence_tools=tools) as app:
        yield app


def decision_of(run: RunRecord, pattern: str) -> Decision:
    """What the pattern came to."""
    assert run.report is not None
    (found,) = (each for each in run.report.decisions if each.pattern == pattern)
    return found


OFFLINE = {
    "sequential": "the one agent has answered",
    "parallel": "1 of 1 have answered",
    "refinement": "no critic judges, without a language model: the draft stays as it is",
    "hierarchical": "planner has made one result of 1",
    "debate": "synthesiser judges nothing: what all have found stands",
    "voting": "nobody voted: nothing is decided",
    "teaching": "security-auditor does not say how sure it is, code-reviewer does not say how sure it is; 0.7 was "
    "wanted: the answer of code-reviewer stands",
    "adaptive": "planner names nobody of the team, so the analysis of the task picks security-auditor",
    "conditional": "findings any at least 1: yes",
    "nested": "all 2 have answered in turn",
}


@pytest.mark.parametrize(("pattern", "words"), OFFLINE.items(), ids=OFFLINE.keys())
async def test_every_pattern_runs_offline_and_makes_no_vote_and_no_score_up(
    project: str, pattern: str, words: str
) -> None:
    """Planned, run, and run again with the same words: the tool's finding is there, and nothing is judged."""
    assert list(OFFLINE) == list(PATTERNS)
    runs = []
    async with opened(project) as app:
        for _ in range(2):
            plan = await app.plan_task(TASK, project, pattern=pattern)
            runs.append(await app.run_task(plan))
    ends = [[(result.status, result.summary, result.error) for result in run.agents] for run in runs]
    assert ends[0] == ends[1]
    for run in runs:
        assert run.status is RunStatus.COMPLETED
        assert [result.agent for result in run.agents] == [agent.agent for agent in run.plan.agents]
        assert [found.rule for found in run.findings] == ["X1"]
        decided = decision_of(run, "sequential" if pattern == "nested" else pattern)
        assert decided.words.startswith(words)
        assert (decided.answer, decided.tally, decided.dissent) == ("", {}, ())
    for status, summary, error in ends[0]:
        assert NOBODY_JUDGED in summary if status is AgentStatus.COMPLETED else error
        assert status in {AgentStatus.COMPLETED, AgentStatus.SKIPPED}


class Theatre:
    """A provider whose answers depend on which agent asks; what each agent was told is kept in order."""

    def __init__(self, lines: Mapping[str, list[dict[str, object]]]) -> None:
        self._lines = lines
        self.told: list[tuple[str, str]] = []

    def answer(self, body: Mapping[str, object]) -> Step:
        """The next report of the agent whose system prompt this is; the last one again and again."""
        system = json.dumps(body["system"])
        (role,) = re.findall(r"You are the ([\w ]+) of a team", system)
        agent = role.replace(" ", "-")
        self.told.append((agent, said(body)))
        lines = self._lines.get(agent, [{}])
        turn = sum(who == agent for who, _ in self.told)
        return say(json.dumps({"summary": f"{agent} has looked", **lines[min(turn, len(lines)) - 1]}))

    @property
    def order(self) -> list[str]:
        """Who asked, in order."""
        return [who for who, _ in self.told]


def said(body: Mapping[str, object]) -> str:
    """The words of the user in a request."""
    messages = body["messages"]
    assert isinstance(messages, list)
    content = messages[-1]["content"]
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


async def played(
    project: str,
    pattern: str,
    agents: list[str],
    lines: Mapping[str, list[dict[str, object]]],
    **options: str | int,
) -> tuple[RunRecord, Theatre]:
    """A run of these agents on a provider that plays these lines."""
    theatre = Theatre(lines)
    async with ProviderServer() as server:
        server.play(choose(theatre.answer))
        settings = {"model": "anthropic", "providers": {"anthropic": {"url": server.url}}}
        async with opened(project, **settings) as app:
            plan = await app.plan_task(TASK, project, pattern=pattern, agents=agents)
            if options:
                plan = replace(plan, composition=Composition(pattern, tuple(agents), options))
            run = await app.run_task(plan)
    assert run.status is RunStatus.COMPLETED
    assert [(r.agent, r.status) for r in run.agents if r.status is AgentStatus.FAILED] == []
    assert run.usage.input == 10 * len(theatre.told), "every answer is counted once"
    return run, theatre


async def test_a_refinement_sends_the_critique_back_until_the_gates_pass(project: str) -> None:
    """The draft with its finding to the critic, the critic's words to the drafter; then the gates are looked at."""
    lines: dict[str, list[dict[str, object]]] = {
        "security-auditor": [{"summary": "eval is bad"}, {"summary": "eval is bad, use literal_eval"}],
        "critic": [{"summary": "say what to use instead", "choice": "revise"}],
    }
    run, theatre = await played(project, "refinement", ["security-auditor", "critic"], lines)
    assert theatre.order == ["security-auditor", "critic", "security-auditor"]
    first_look = theatre.told[1][1]
    assert (
        "## request from security-auditor\neval is bad\n- high app.py:1 X1 is here (evidence " in first_look
    )
    assert 'one of "accept", "revise"' in first_look
    revision = theatre.told[2][1]
    assert "## critique from critic\nsay what to use instead" in revision
    assert "## handoff from security-auditor\neval is bad" in revision
    assert run.agents[0].summary == "eval is bad, use literal_eval"
    decided = decision_of(run, "refinement")
    assert (decided.rounds, decided.words) == (1, "the gates pass")


async def test_a_debate_is_judged_by_name_and_keeps_the_dissent(project: str) -> None:
    """Rebuttals hear the other's position, the judge hears the rebuttals."""
    lines: dict[str, list[dict[str, object]]] = {
        "security-auditor": [{"summary": "it is open"}, {"summary": "still open"}],
        "code-reviewer": [{"summary": "it is closed"}, {"summary": "well closed"}],
        "synthesiser": [{"summary": "it is open indeed", "choice": "security-auditor"}],
    }
    team = ["security-auditor", "code-reviewer", "synthesiser"]
    run, theatre = await played(project, "debate", team, lines)
    rebuttals = dict(theatre.told[2:4])
    assert "## critique from code-reviewer\nit is closed" in rebuttals["security-auditor"]
    assert "## critique from security-auditor\nit is open" in rebuttals["code-reviewer"]
    judge, verdict = theatre.told[4]
    assert judge == "synthesiser"
    assert "## response from security-auditor\nstill open" in verdict
    assert "## response from code-reviewer\nwell closed" in verdict
    decided = decision_of(run, "debate")
    assert (decided.by, decided.words) == (("synthesiser",), "synthesiser follows security-auditor")
    assert decided.dissent == (Dissent("code-reviewer", "well closed"),)


async def test_a_vote_is_counted_from_what_the_models_chose(project: str) -> None:
    """Nobody hears of another; the one who chose what is not up abstains."""
    team = ["security-auditor", "code-reviewer", "test-analyst", "critic"]
    lines: dict[str, list[dict[str, object]]] = {
        "security-auditor": [{"choice": "Hold"}],
        "code-reviewer": [{"choice": "ship"}],
        "test-analyst": [{"choice": "hold"}],
        "critic": [{"choice": "burn it"}],
    }
    run, theatre = await played(project, "voting", team, lines, choices="ship, hold")
    assert all("# Messages" not in prompt for _, prompt in theatre.told)
    assert all('one of "ship", "hold"' in prompt for _, prompt in theatre.told)
    decided = decision_of(run, "voting")
    assert (decided.answer, decided.tally) == ("hold", {"hold": 2, "ship": 1})
    assert decided.by == ("security-auditor", "test-analyst")
    assert decided.words == "'hold' wins (majority); critic abstains: 'burn it' is not up for choice"


@pytest.mark.parametrize(("confidence", "asked"), [(0.9, 1), (0.2, 2)], ids=["sure", "unsure"])
async def test_an_expert_takes_over_from_a_model_that_is_not_sure(
    project: str, confidence: float, asked: int
) -> None:
    """The number that the junior's model said decides."""
    lines: dict[str, list[dict[str, object]]] = {
        "documentation-writer": [{"summary": "perhaps", "confidence": confidence}],
    }
    run, theatre = await played(project, "teaching", ["documentation-writer", "code-reviewer"], lines)
    assert len(theatre.told) == asked
    assert '"confidence"' in theatre.told[0][1]
    if asked == 1:
        assert run.agents[1].error == "not needed: documentation-writer is 0.9 sure; 0.7 was wanted"
    else:
        assert "## handoff from documentation-writer\nperhaps" in theatre.told[1][1]


async def test_a_planner_picks_the_specialist_by_name(project: str) -> None:
    """The others are never asked, and cost nothing."""
    lines: dict[str, list[dict[str, object]]] = {
        "planner": [{"summary": "a test is wanted", "choice": "test-analyst"}]
    }
    run, theatre = await played(project, "adaptive", ["planner", "code-reviewer", "test-analyst"], lines)
    assert theatre.order == ["planner", "test-analyst"]
    assert "- code-reviewer: Finds likely bugs and questionable code." in theatre.told[0][1]
    assert "## handoff from planner\na test is wanted" in theatre.told[1][1]
    assert run.agents[1].error == "not picked: planner picks test-analyst"


@pytest.mark.parametrize(
    ("when", "went_on"), [("findings high at least 1", "critic"), ("findings high at least 2", "planner")]
)
async def test_findings_decide_who_goes_on(project: str, when: str, went_on: str) -> None:
    """Counted from evidence, whatever the model said."""
    team = ["security-auditor", "critic", "planner"]
    run, theatre = await played(project, "conditional", team, {}, when=when)
    assert theatre.order == ["security-auditor", went_on]
    assert f"app.py:1 X1 is here (evidence {run.findings[0].fingerprint})" in theatre.told[1][1]


async def test_a_nested_plan_that_was_saved_as_yaml_runs_as_it_was_drawn(
    project: str, tmp_path: Path
) -> None:
    """Two side by side, then a critic who hears both; by way of the file that a person would edit."""
    pair = Composition("parallel", ("security-auditor", "code-reviewer"), name="lookers")
    theatre = Theatre({})
    async with ProviderServer() as server:
        server.play(choose(theatre.answer))
        settings = {"model": "anthropic", "providers": {"anthropic": {"url": server.url}}}
        async with opened(project, **settings) as app:
            team = ["critic", "code-reviewer", "security-auditor"]
            plan = await app.plan_task(TASK, project, pattern="sequential", agents=team)
            drawn = replace(plan, composition=Composition("sequential", (pair, "critic")))
            (tmp_path / "plan.yaml").write_text(render_plan(drawn, "yaml"))
            run = await app.run_task(read_plan(str(tmp_path / "plan.yaml")))
    assert set(theatre.order[:2]) == {"security-auditor", "code-reviewer"}
    assert theatre.order[2:] == ["critic"]
    heard = theatre.told[2][1]
    assert "## handoff from team:lookers\n" in heard
    assert "security-auditor: security-auditor has looked" in heard
    assert "code-reviewer: code-reviewer has looked" in heard
    assert [result.agent for result in run.agents] == team
    assert run.report is not None
    assert [(each.pattern, each.team) for each in run.report.decisions] == [
        ("parallel", "lookers"),
        ("sequential", ""),
    ]
