"""Runs that ask: what is waited for, and what becomes of a yes and a no."""

from __future__ import annotations

import pytest

from muster.container.ground import login
from muster.domain.orchestration.run import RunStatus
from muster.presentation.cli import terminal

from .conftest import Muster
from .desk import ANSWER, SCRIPT, TASK, Desk

STEP = ("--approve-step", "second")


class Keyboard:
    """A terminal at which `lines` are typed, and then the end of the input; "^C" is an interrupt."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def readline(self) -> str:
        """The next line."""
        if not self.lines:
            return ""
        line = self.lines.pop(0)
        if line == "^C":
            raise KeyboardInterrupt
        return f"{line}\n"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, real: Muster) -> Keyboard:
    """Somebody sits at the terminal."""
    keyboard = Keyboard()
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdin", keyboard)
    monkeypatch.setattr(terminal, "is_attended", lambda: True)
    return keyboard


def types(keyboard: Keyboard, *lines: str) -> None:
    """Put these lines on the keyboard."""
    keyboard.lines[:] = lines


def test_a_run_that_waits_says_for_what_and_how_to_answer(real: Muster, desk: Desk) -> None:
    """Exit code 6; the second agent has asked its model nothing."""
    answer = real("run", *TASK, *STEP, "-q")

    run = desk.runs()[0]
    assert (answer.code, run.status, desk.asked) == (6, RunStatus.WAITING, 2)
    told, hint = answer.err.splitlines()
    assert told.startswith(f"muster: run {run.id} waits (approval): second wants to begin: ")
    assert hint == f"hint: muster approve {run.id} or muster deny {run.id}"
    assert answer.out.startswith("WAITING")


def test_an_agent_that_waits_is_not_told_as_cancelled(real: Muster, desk: Desk) -> None:
    """Putting a run aside ends its agents' work, but not for good."""
    told = real("run", *TASK, *STEP).err

    assert "second: waits\n" in told
    assert "cancelled" not in told


def test_what_agents_did_before_the_wait_is_shown(real: Muster, desk: Desk) -> None:
    """Their findings stand in the report of the waiting run."""
    run = real("run", *TASK, *STEP, "-q", "--json").json["run"]

    assert [(agent["agent"], agent["status"]) for agent in run["agents"]] == [("first", "completed")]
    assert run["waits"][0]["name"] == "approve:second#1"


def test_approve_keeps_the_answer_and_goes_on(real: Muster, desk: Desk) -> None:
    """In this process; nothing that was done is done again."""
    real("run", *TASK, *STEP, "-q")

    answer = real("approve", "--json")

    assert answer.code == 0, answer.err
    run = desk.runs()[0]
    assert (run.status, desk.asked) == (RunStatus.COMPLETED, 4)
    assert answer.json["run"]["id"] == run.id
    assert answer.err.startswith("muster: approved: second wants to begin: ")


def test_deny_tells_the_agent_why(real: Muster, desk: Desk) -> None:
    """It is a failed step with the reason in it, and the run is partial."""
    real("run", *TASK, *STEP, "-q")

    answer = real("deny", "--reason", "not on a Friday", "--step", "second#1", "-q")

    assert (answer.code, desk.asked) == (5, 2)
    assert desk.runs()[0].agents[1].error == "a person did not allow it: not on a Friday"
    (given,) = real("show", "--json").json["run"]["answers"]
    assert (given["step"], given["said"], given["reason"]) == ("second#1", "denied", "not on a Friday")


def test_an_answer_can_be_kept_for_later(real: Muster, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run waits on; it is due then, and the first answer counts."""
    monkeypatch.setattr("getpass.getuser", lambda: "somebody")
    real("run", *TASK, *STEP, "-q")
    run_id = desk.runs()[0].id

    kept = real("approve", run_id, "--no-resume")

    assert kept.out == f"the answer is kept; go on with: muster resume {run_id}\n"
    assert (kept.code, desk.runs()[0].status) == (0, RunStatus.WAITING)
    again = real("deny", run_id)
    assert again.err.splitlines()[0] == f"muster: run {run_id!r} asks nothing: it is waiting"
    assert real("deny").err.splitlines()[0] == "muster: there is no run that could be answered"
    assert real("resume", "--all", "-q").code == 0
    assert (desk.runs()[0].status, desk.asked) == (RunStatus.COMPLETED, 4)
    told = real("watch", run_id).out
    assert "approved by somebody: approve:second#1" in told


def test_a_step_that_asks_nothing_is_refused_with_those_that_do(real: Muster, desk: Desk) -> None:
    """And nothing is answered."""
    real("run", *TASK, *STEP, "-q")

    answer = real("approve", "--step", "secnd#1")

    assert answer.code == 2
    assert answer.err == "muster: unknown step that asks 'secnd#1'\nhint: did you mean second#1?\n"
    assert desk.runs()[0].status is RunStatus.WAITING


def test_two_questions_are_answered_one_by_one(real: Muster, desk: Desk) -> None:
    """Each is told with the command for it."""
    task = ("review it", "--agents", "first,second", "--pattern", "parallel")
    answer = real("run", *task, *STEP, "--approve-step", "first", "-q")

    assert (answer.code, desk.asked) == (6, 0)
    run_id = desk.runs()[0].id
    assert (
        f"hint: muster approve {run_id} --step 'first/first#1' or muster deny {run_id} --step 'first/first#1'"
        in answer.err
    )
    desk.plays(ANSWER)
    first = real("approve", "--step", "first/first#1", "-q")
    assert (first.code, desk.asked) == (6, 1)
    assert real("approve", "-q").code == 0


@pytest.mark.parametrize(
    ("option", "name", "told"),
    [
        ("--approve-tool", "alpa", "unknown tool 'alpa'\nhint: did you mean alpha"),
        ("--approve-step", "secnd", "unknown agent 'secnd'\nhint: did you mean second"),
        ("--in-doubt", "rety", "invalid value for '--in-doubt': 'rety' is not known; did you mean retry?"),
    ],
)
def test_names_that_do_not_exist_are_refused(
    option: str, name: str, told: str, real: Muster, desk: Desk
) -> None:
    """Before anything runs, with the nearest that do."""
    answer = real("run", *TASK, option, name)

    assert answer.code == 2
    assert answer.err.startswith(f"muster: {told}")
    assert desk.runs() == ()


def test_a_tool_is_asked_about_with_what_it_is_called_with(real: Muster, desk: Desk) -> None:
    """A no goes to the model as the tool's result."""
    answer = real("run", *TASK, "--approve-tool", "alpha", "-q")

    assert (answer.code, desk.asked) == (6, 1)
    assert "first#1/tool/1/call_1 wants to call alpha with {}" in answer.err
    desk.plays(*SCRIPT[1:])
    assert real("deny", "--reason", "no", "-q").code in {0, 5}
    said = [message.content for message in desk.model.requests[0].messages]
    assert any("a person did not allow this call: no" in text for text in said)


def test_spending_is_asked_about_from_an_amount_on(real: Muster, desk: Desk) -> None:
    """Before the call that could go beyond it."""
    answer = real("run", *TASK, "--approve-above", "0", "-q")

    assert (answer.code, desk.asked) == (6, 0)
    assert "$0 are spent or set aside, and the next call costs up to $" in answer.err


def test_a_key_begins_a_run_once(real: Muster, desk: Desk) -> None:
    """The second time its result is shown, and nothing is asked."""
    first = real("run", *TASK, "--key", "nightly", "--json", "-q")
    second = real("run", *TASK, "--key", "nightly", "--json", "-q")

    assert (second.code, second.json) == (0, first.json)
    assert (len(desk.runs()), desk.asked) == (1, 4)


def test_who_sits_at_the_terminal_is_asked_at_once(real: Muster, desk: Desk, typed: Keyboard) -> None:
    """A yes, and the run goes on in the same process."""
    types(typed, "y")

    answer = real("run", *TASK, *STEP)

    assert (answer.code, desk.asked) == (0, 4), answer.err
    assert "approve? [y/N/reason why not] " in answer.err
    assert answer.out.startswith("PARTIAL") or answer.out.startswith("PASSED")


def test_whatever_else_is_typed_is_a_no_with_its_reason(real: Muster, desk: Desk, typed: Keyboard) -> None:
    """The agent is told in these words."""
    types(typed, "do it by hand")

    assert real("run", *TASK, *STEP).code == 5
    assert desk.runs()[0].agents[1].error == "a person did not allow it: do it by hand"


@pytest.mark.parametrize("key", [["^C"], []])
def test_no_answer_leaves_the_run_waiting(key: list[str], real: Muster, desk: Desk, typed: Keyboard) -> None:
    """Ctrl-C and Ctrl-D at the question; it can be answered later."""
    types(typed, *key)

    answer = real("run", *TASK, *STEP)

    assert (answer.code, desk.runs()[0].status) == (6, RunStatus.WAITING)
    assert f"hint: muster approve {desk.runs()[0].id} or" in answer.err
    types(typed, "")
    assert real("resume").code == 5, "an empty line is a no"


@pytest.mark.parametrize("silent", ["--json", "--quiet"])
def test_nobody_is_asked_where_nobody_is_talked_to(
    silent: str, real: Muster, desk: Desk, typed: Keyboard
) -> None:
    """With --json or --quiet the run waits."""
    types(typed, "y")

    assert real("run", *TASK, *STEP, silent).code == 6


def test_a_machine_that_knows_no_user_answers_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is better than no answer."""

    def unknown() -> str:
        raise OSError("no such user")

    monkeypatch.setattr("getpass.getuser", unknown)
    assert login() == ""
