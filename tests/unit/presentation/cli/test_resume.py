"""`resume`, `cancel` and `fork`: runs that are there already."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from muster.application.use_cases.resume_run import ResumeRunRequest
from muster.application.use_cases.show_run import ShowRunRequest
from muster.domain.errors import UserError
from muster.domain.journal.record import RecordKind
from muster.domain.orchestration.approvals import DoubtPolicy
from muster.domain.orchestration.run import RunRecord, RunStatus, Verdict
from muster.presentation.cli import session
from muster.presentation.cli.taking_up import OTHER_MODEL, drive
from tests.fakes.builders import plan

from .conftest import Muster
from .desk import ANSWER, SCRIPT, TASK, Desk
from .house import House, record


def cut(desk: Desk, key: str, kind: RecordKind) -> int:
    """How many records there are up to this one."""
    records = desk.records(desk.runs()[0].id)
    return next(n for n, one in enumerate(records, 1) if (one.key, one.kind) == (key, kind))


@pytest.fixture
def crashed(desk: Desk, real: Muster) -> str:
    """A run whose process ended after the first agent; the whole run is older."""
    assert real("run", *TASK, "-q").code == 0
    whole = desk.runs()[0]
    kept = desk.records(whole.id)[: cut(desk, "first#1", RecordKind.AGENT)]
    desk.plays(*SCRIPT[2:])
    return desk.crashed(whole, kept, "run-crashed")


def test_resume_goes_on_with_the_last_run_that_can(real: Muster, desk: Desk, crashed: str) -> None:
    """The completed one is older in none of what is asked: only what is missing is asked of the model."""
    answer = real("resume", "--json")

    assert answer.code == 0, answer.err
    assert (answer.json["run"]["id"], answer.json["run"]["resumed"]) == (crashed, 1)
    assert desk.asked == 2
    assert [agent["summary"] for agent in answer.json["run"]["agents"]] == ["all looked at"] * 2
    assert "going on with" not in answer.err, "stderr is kept for an error as JSON"


def test_resume_tells_what_it_goes_on_with(real: Muster, crashed: str) -> None:
    """Where somebody reads lines."""
    told = real("resume", crashed)
    assert told.err.startswith("muster: going on with run run-crashed (interrupted): review it\n")


def test_resume_works_in_the_folder_of_the_run(real: Muster, desk: Desk, crashed: str) -> None:
    """Wherever it is called: settings and files are those of the run's project."""
    assert real("resume", crashed, "-q").code == 0
    assert desk.opened[-1][0] == str(desk.project)


def test_a_completed_run_is_not_resumed(real: Muster, desk: Desk) -> None:
    """The error says what can be done instead."""
    real("run", *TASK, "-q")
    run_id = desk.runs()[0].id

    named, last = real("resume", run_id), real("resume")

    assert (named.code, last.code) == (2, 2)
    assert named.err.startswith(f"muster: run '{run_id}' is completed: there is nothing to go on with")
    assert "going on with" not in named.err
    assert f"muster fork {run_id} --from STEP" in named.err
    assert last.err == "muster: there is no run that could go on\nhint: muster runs\n"


def test_resume_all_goes_on_with_every_interrupted_run(real: Muster, desk: Desk, crashed: str) -> None:
    """One after the other, the oldest first; then none is due."""
    desk.crashed(desk.runs()[0], (), "run-other")
    desk.plays(*SCRIPT[2:], *SCRIPT)

    answer = real("resume", "--all")

    assert answer.code == 0, answer.err
    assert answer.err.count("muster: going on with run ") == 2
    assert {run.status for run in desk.runs()} == {RunStatus.COMPLETED}
    again = real("resume", "--all")
    assert (again.code, again.out, again.err) == (0, "", "muster: no run is due\n")


def test_resume_all_goes_past_a_run_that_cannot(real: Muster, desk: Desk, crashed: str) -> None:
    """It is told, the others go on, and the exit code says that something was wrong."""
    first = desk.runs()[0]
    gone = replace(first, plan=replace(first.plan, pattern="no-such"))
    desk.crashed(gone, (), "run-0broken")

    answer = real("resume", "--all", "-q")

    assert answer.code == 2
    assert "unknown pattern 'no-such'" in answer.err
    assert {run.id: run.status for run in desk.runs()}[crashed] is RunStatus.COMPLETED


@pytest.mark.parametrize("extra", [("run-1",), ("-o", "report.txt")])
def test_all_goes_with_neither_a_run_nor_a_file(extra: tuple[str, ...], real: Muster) -> None:
    """Nothing is written, nothing is driven."""
    answer = real("resume", "--all", *extra)

    assert (answer.code, answer.err.splitlines()[0]) == (
        2,
        "muster: --all goes with neither RUN nor --output",
    )


def test_cancel_closes_a_run_that_nobody_drives(real: Muster, desk: Desk, crashed: str) -> None:
    """It says so, and by whom; it can be resumed, but not stopped again."""
    answer = real("cancel", "--json")

    assert answer.code == 0, answer.err
    assert answer.json == {
        "schema_version": 1, "run_id": crashed, "status": "cancelled", "asked": False, "ended": True,
    }  # fmt: skip
    run = next(run for run in desk.runs() if run.id == crashed)
    assert run.error.startswith("cancelled")
    again = real("cancel", crashed)
    assert (again.code, again.err.splitlines()[0]) == (
        2,
        "muster: run 'run-crashed' has ended: it is cancelled",
    )
    assert real("cancel").err.splitlines()[0] == "muster: there is no run that could be stopped"
    assert real("resume", crashed, "-q").code == 0


def test_a_fork_takes_over_what_came_before_its_step(real: Muster, desk: Desk) -> None:
    """A new run, that asks only what comes from the step on; the first stays as it is."""
    real("run", *TASK, "-q")
    whole = desk.runs()[0]
    desk.plays(ANSWER)

    answer = real("fork", whole.id, "--from", "second#1/model/2", "--json", "-q")

    assert answer.code == 0, answer.err
    run = answer.json["run"]
    assert run["parent"] == whole.id != run["id"]
    assert desk.asked == 1
    assert next(one for one in desk.runs() if one.id == whole.id) == whole


def test_a_step_that_is_not_there_is_refused_with_the_nearest(real: Muster, desk: Desk) -> None:
    """And no run is begun."""
    real("run", *TASK, "-q")

    answer = real("fork", "last", "--from", "second#2")

    assert answer.code == 2
    assert answer.err.splitlines()[0] == "muster: unknown step 'second#2'"
    assert "second#1" in answer.err
    assert len(desk.runs()) == 1


def test_a_fork_takes_another_plan(real: Muster, desk: Desk) -> None:
    """Its assignments count from the step on."""
    real("run", *TASK, "-q")
    real("plan", *TASK, "--json", "-o", "plan.json")
    text = Path("plan.json").read_text().replace('"task": "review it"', '"task": "look again"')
    Path("plan.json").write_text(text.replace('"root": "."', f'"root": "{desk.project}"'))
    desk.plays(*SCRIPT[2:])

    answer = real("fork", "last", "--from", "second#1", "--plan", "plan.json", "--json", "-q")

    assert answer.code == 0, answer.err
    assert answer.json["run"]["plan"]["requirements"]["task"] == "look again"


def test_resume_hands_every_option_on(muster: Muster, house: House) -> None:
    """What becomes of doubts, and which model answers; the exit code is that of the verdict."""
    stopped = replace(record(Verdict.FAILED), status=RunStatus.INTERRUPTED)
    house.answers("show_run", stopped)
    house.answers("resume_run", record(Verdict.FAILED))

    answer = muster("resume", "run-01", "--in-doubt", "skip", "--model", "openai", "--json")

    assert answer.code == 1
    assert house.others["show_run"].asked == [ShowRunRequest("run-01")]
    assert house.others["resume_run"].asked == [ResumeRunRequest(stopped.id, DoubtPolicy.SKIP)]
    assert house.opened[-1][1] == {"model": "openai"}


@pytest.mark.parametrize(
    ("models", "planned"),
    [
        (("openai/a", "openai/a"), "openai/a"),
        (("openai/a", "openai/b"), "openai"),
        (("openai/a", "anthropic/b"), None),
    ],
)
def test_other_models_that_are_set_give_way_to_those_of_the_plan(
    models: tuple[str, str], planned: str | None, muster: Muster, house: House
) -> None:
    """One model, or one provider; of several providers the user has to say which."""
    team = plan("one", "two")
    agents = tuple(replace(agent, model=model) for agent, model in zip(team.agents, models, strict=True))
    stopped = replace(record(None, of=replace(team, agents=agents)), status=RunStatus.INTERRUPTED)
    house.answers("show_run", stopped)
    house.answers("resume_run", UserError("the plan has one on a, and b is set", code="other-model"))

    answer = muster("resume", "run-01", "-q")

    assert answer.code == 2
    assert answer.err.splitlines()[-1].startswith("muster: the plan has one on a")
    tried = [flags.get("model") for _, flags in house.opened[1:]]
    assert tried == ([None] if planned is None else [None, planned])


def test_show_counts_what_an_interrupted_run_has_spent(real: Muster, crashed: str) -> None:
    """Its steps and tokens are those of its journal, and it says how it goes on."""
    shown = real("show", crashed, "--format", "text")
    told = real("show", crashed, "--json").json

    assert "for no tokens" not in shown.out
    assert f"muster resume {crashed}" in shown.out
    assert told["summary"]["tokens"] > 0
    assert told["run"]["recorded"]["steps"] > 0


def test_a_refusal_as_json_is_nothing_but_json(real: Muster, desk: Desk) -> None:
    """A program that reads stderr finds one document."""
    real("run", *TASK, "-q")
    refused = real("resume", desk.runs()[0].id, "--json")
    assert json.loads(refused.err)["error"]["code"] == "run-completed"


def test_an_unknown_run_is_answered_with_the_newest(real: Muster, desk: Desk, crashed: str) -> None:
    """People mean what they did last."""
    refused = real("show", "zzz")
    newest = ", ".join(run.id for run in desk.runs())
    assert f"hint: the newest: {newest}; see: muster runs\n" in refused.err


def test_the_planned_model_is_told_but_to_the_quiet(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quiet is quiet."""
    monkeypatch.setattr(session, "open_session", house.open_session)
    made = plan("first")

    def other_once(quiet: bool) -> str:
        refusals = [UserError("another model", code=OTHER_MODEL)]

        def work(_: object) -> RunRecord:
            if refusals:
                raise refusals.pop()
            return record()

        drive(made, None, work, quiet=quiet)
        return capsys.readouterr().err

    assert (other_once(quiet=True), ", as planned" in other_once(quiet=False)) == ("", True)
