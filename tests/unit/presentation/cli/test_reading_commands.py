"""`runs`, `show`, `explain`, `agents` and `doctor`: what they say in words and as JSON."""

from __future__ import annotations

from dataclasses import replace

from muster.application.use_cases.explain_finding import ExplainFindingRequest, Explanation
from muster.application.use_cases.list_runs import ListRunsRequest
from muster.application.use_cases.show_run import ShowRunRequest
from muster.domain.agents.capability import Capability
from muster.domain.errors import UserError
from muster.domain.orchestration.run import RunStatus, Verdict
from muster.domain.orchestration.setup import SettingOrigin, SetupCheck, SetupReport, SetupState
from tests.fakes.builders import template

from .conftest import Muster
from .house import FOUND, RUNS, House, record


def test_runs_are_listed_in_columns(muster: Muster, house: House) -> None:
    """One line each; a run that was cancelled says so whatever it left, one without a score a dash."""
    case = house.answers("list_runs", RUNS)

    answer = muster("runs", "--limit", "2", "--status", "cancelled")

    assert case.asked == [ListRunsRequest(2, RunStatus.CANCELLED)]
    head, first, second = answer.out.splitlines()
    assert head.split() == ["run", "started", "result", "score", "findings", "folder", "task"]
    assert first.split()[0] == "run-02"
    assert first.split()[3:] == ["partial", "73.1", "16", "shop", "find", "dead", "code"]
    assert second.split()[3:] == ["cancelled", "–", "0", "shop", "review", "it"]


def test_runs_fit_a_narrow_terminal(muster: Muster, house: House) -> None:
    """The task gives way, the columns do not."""
    house.answers("list_runs", (replace(RUNS[0], task="word " * 50),))

    lines = muster("runs").out.splitlines()

    assert max(len(line) for line in lines) <= 100
    assert lines[1].endswith("…")


def test_runs_as_json(muster: Muster, house: House) -> None:
    """The summaries as they are kept."""
    house.answers("list_runs", RUNS)

    assert muster("runs", "--json").json == {
        "schema_version": 1,
        "runs": [
            {
                "id": "run-02", "task": "find\ndead code", "root": "/shop", "status": "completed",
                "started_at": "2026-01-02T03:04:05+00:00", "verdict": "partial", "score": 73.1,
                "findings": 16,
            },
            {
                "id": "run-01", "task": "review it", "root": "/shop", "status": "cancelled",
                "started_at": "2026-01-02T03:04:05+00:00", "verdict": "partial", "score": None,
                "findings": 0,
            },
        ],
    }  # fmt: skip


def test_no_runs_is_said(muster: Muster, house: House) -> None:
    """An empty table would look like a fault."""
    house.answers("list_runs", ())

    assert muster("runs").out == "no runs\n"
    assert muster("runs", "--json").json == {"schema_version": 1, "runs": []}


def test_show_shows_the_last_run_whatever_it_found(muster: Muster, house: House) -> None:
    """The exit code is about showing."""
    case = house.answers("show_run", record(Verdict.FAILED))

    last, named = muster("show", "--json"), muster("show", "run-01", "--json")

    assert (last.code, last.out) == (0, named.out)
    assert last.json["run"]["report"]["verdict"] == "failed"
    assert case.asked == [ShowRunRequest("last"), ShowRunRequest("run-01")]


def test_showing_a_run_that_is_not_there_is_usage(muster: Muster, house: House) -> None:
    """With the hint of the use case."""
    house.answers("show_run", UserError("there are no runs yet", hint="start one"))

    answer = muster("show")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "muster: there are no runs yet\nhint: start one\n"


def test_explain_shows_the_place_as_it_is_now(muster: Muster, house: House) -> None:
    """The line in question is marked; tools and run are named."""
    finding = replace(FOUND[0], suggestion="Use parameters.", message="SQL is put together from input")
    context = ((11, "def find(q):"), (12, "\tx = q"), (13, ""))
    case = house.answers(
        "explain_finding",
        Explanation(
            finding, "run-01", context, still_there=True, rule_doc="Severity high.", tools=("ruff", "bandit")
        ),
    )

    answer = muster("explain", "aaaa", "--run", "run-01")

    assert case.asked == [ExplainFindingRequest("aaaa", "run-01")]
    assert answer.out == (
        "HIGH  S608  aaaa000011112222\n"
        "shop/db.py:12\n\n"
        "SQL is put together from input\n\n"
        "     11  def find(q):\n"
        ">    12      x = q\n"
        "     13\n\n"
        "Severity high.\n"
        "What helps: Use parameters.\n"
        "Said by ruff, bandit in run run-01.\n"
    )


def test_explain_says_when_the_line_has_gone(muster: Muster, house: House) -> None:
    """And what it was."""
    house.answers(
        "explain_finding",
        Explanation(FOUND[0], "run-01", (), still_there=False, rule_doc="High.", tools=("ruff",)),
    )

    assert "The quoted line is no longer there; it was:\n         x = q\n" in muster("explain", "aaaa").out
    explanation = muster("explain", "aaaa", "--json").json["explanation"]
    assert (explanation["still_there"], explanation["finding"]["location"]["line"]) == (False, 12)


def test_agents_say_what_they_can_do(muster: Muster, house: House) -> None:
    """Capabilities in order, so that two listings can be compared."""
    house.answers(
        "list_agents",
        (
            template("scout", Capability.RESEARCH, Capability.DEBUGGING, tools=("read-file",)),
            template("critic", Capability.CRITIQUE, needs_judgement=True),
        ),
    )

    assert muster("agents").out == (
        "scout  (Scout, capable model)\n  does scout\n  can: debugging, research\n  tools: read-file\n\n"
        "critic  (Critic, capable model)\n  does critic\n  can: critique\n"
        "  needs a language model: without one it can only say so\n"
    )
    scout = muster("agents", "--json").json["agents"][0]
    assert (scout["id"], scout["capabilities"]) == ("scout", ["debugging", "research"])


def test_doctor_tells_states_hints_and_origins(muster: Muster, house: House) -> None:
    """Something missing is no problem."""
    checks = (
        SetupCheck("python", SetupState.OK, "3.11.7", "never shown"),
        SetupCheck("git", SetupState.MISSING, "not found", "install git"),
    )
    settings = (SettingOrigin("model", "offline/evidence", "default"),)
    house.answers("check_setup", SetupReport(checks, settings))

    answer = muster("doctor", "--path", "shop")

    assert answer.code == 0
    assert answer.out == (
        "Installation\nok       python  3.11.7\nmissing  git     not found\n  hint: install git\n\n"
        "Settings\nsetting  value             from\nmodel    offline/evidence  default\n"
    )
    assert house.opened[0][0] == "shop"


def test_doctor_ends_with_4_on_a_problem(muster: Muster, house: House) -> None:
    """In words and as JSON alike."""
    house.answers("check_setup", SetupReport((SetupCheck("disk", SetupState.PROBLEM, "full", "tidy"),), ()))

    words, data = muster("doctor"), muster("doctor", "--json")

    assert (words.code, data.code) == (4, 4)
    assert data.json["checks"] == [{"name": "disk", "state": "problem", "detail": "full", "hint": "tidy"}]
