"""The commands below `muster runs`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from muster.domain.orchestration.run import RunStatus
from muster.presentation.cli.commands.runs import COMMANDS

from .conftest import Muster
from .desk import SCRIPT, TASK, Desk
from .test_approve import Keyboard, typed, types

__all__ = ["typed"]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_of_them_has_help_with_examples(name: str, muster: Muster) -> None:
    """It fits 80 columns."""
    answer = muster("runs", name, "--help")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: muster runs {name} ")
    assert "Examples:\n" in answer.out or "Example:\n" in answer.out
    assert max(len(line) for line in answer.out.splitlines()) <= 80


def test_the_table_and_the_modules_are_one() -> None:
    """None is forgotten in the table, none is missing."""
    folder = Path(__file__).resolve().parents[4] / "src/presentation/cli/kept"
    assert {path.stem.rstrip("_") for path in folder.glob("*.py")} - {"init"} - {"__init"} == set(COMMANDS)


def test_an_option_of_the_list_is_not_lost_on_a_command(real: Muster) -> None:
    """Said before the command, it would have no effect."""
    answer = real("runs", "--limit", "3", "diff", "a", "b")

    assert (answer.code, answer.err.splitlines()[0]) == (
        2,
        "muster: --limit stands before diff: options go behind it",
    )


def test_waiting_runs_are_listed(real: Muster, desk: Desk) -> None:
    """The filter knows them."""
    real("run", *TASK, "-q")
    real("run", *TASK, "--approve-step", "second", "-q")

    answer = real("runs", "--status", "waiting", "--json")

    assert [run["status"] for run in answer.json["runs"]] == ["waiting"]
    assert " waiting " in real("runs").out


def test_steps_are_those_that_a_fork_takes(real: Muster, desk: Desk) -> None:
    """With what each of them is and has cost; every one of them can be forked from."""
    real("run", *TASK, "-q")

    steps = real("runs", "steps", "--json").json["steps"]

    assert [(step["key"], step["kind"], step["tokens"], step["cost"]) for step in steps[:5]] == [
        ("first#1/model/1", "model", 15, "0.00002"),
        ("evidence/alpha", "evidence", 0, "0"),
        ("first#1/tool/1/call_1", "tool", 0, "0"),
        ("first#1/model/2", "model", 15, "0.00002"),
        ("first#1", "agent", 30, "0.00004"),
    ]
    text = real("runs", "steps").out.splitlines()
    assert [line.split()[-1] for line in text[1:]] == [step["key"] for step in steps]
    desk.plays(*SCRIPT)
    assert real("fork", "last", "--from", steps[3]["key"], "-q").code == 0
    inherited = real("runs", "steps", "--json").json["steps"]
    assert [step["inherited"] for step in inherited[:4]] == [True, True, True, False]
    assert inherited[0]["cost"] == "0"


def test_a_run_without_steps_says_why(real: Muster, desk: Desk) -> None:
    """After compact there are none; the run can still be shown."""
    real("run", *TASK, "-q")
    records = len(desk.records(desk.runs()[0].id))

    compacted = real("runs", "compact", "last", "--json")

    assert compacted.json["dropped"] == records
    assert real("runs", "steps").err.splitlines()[0].startswith("muster: no steps of run ")
    assert real("show", "--json").json["run"]["status"] == "completed"
    assert real("fork", "last", "--from", "first#1").code == 2


def test_a_run_that_may_go_on_is_not_compacted(real: Muster, desk: Desk) -> None:
    """It would lose what it has paid for."""
    real("run", *TASK, "--approve-step", "second", "-q")

    assert real("runs", "compact", "last").code == 2
    assert desk.records(desk.runs()[0].id)


def test_diff_tells_what_is_new_gone_and_changed(real: Muster, desk: Desk) -> None:
    """In each of its formats; a run is the same as itself."""
    real("run", *TASK, "-q")
    first = desk.runs()[0].id
    desk.plays(*SCRIPT)
    real("run", "review it", "--agents", "first", "--pattern", "sequential", "-q")

    text = real("runs", "diff", first, "last").out
    content = real("runs", "diff", first, "last", "--json").json["diff"]
    page = real("runs", "diff", first, "last", "--format", "markdown").out

    assert [finding["rule"] for finding in content["gone"]] == ["X2"]
    assert (content["new"], content["same"]) == ([], 1)
    assert "Gone: 1  1 low\n  −  low  app.py:2  X2  X2 is here" in text
    assert "| low | app.py:2 | X2 | X2 is here |" in page
    assert "tokens" in text
    assert "60 → 30" in text
    assert "Nothing differs." in real("runs", "diff", first, first).out


def test_export_and_import_carry_a_run(real: Muster, desk: Desk, tmp_path: Path) -> None:
    """To another data folder; there it is the same, and a second time it is refused."""
    real("run", *TASK, "-q")
    shown = real("show", "--json").out
    assert real("runs", "export", "last", "-o", "run.jsonl").code == 0
    desk.data = tmp_path / "other"

    taken = real("runs", "import", "run.jsonl", "--json")

    assert taken.code == 0, taken.err
    assert real("show", "--json").out == shown
    again = real("runs", "import", "run.jsonl")
    assert again.code == 2
    assert f"hint: it is here already: look at it with: muster show {taken.json['run_id']}" in again.err


def test_a_broken_file_is_not_taken_in(real: Muster, desk: Desk) -> None:
    """Cut off, changed, or something else: the line is named, and nothing is kept."""
    real("run", *TASK, "-q")
    run_id = desk.runs()[0].id
    real("runs", "export", "last", "-o", "run.jsonl")
    lines = Path("run.jsonl").read_text().splitlines()
    real("runs", "delete", run_id, "--yes")
    for broken in (lines[:-1], [*lines[:4], *lines[5:]], ["{}"], ["no"], []):
        Path("broken").write_text("\n".join(broken))
        answer = real("runs", "import", "broken")
        assert answer.code == 2
        assert answer.err.startswith("muster: line "), answer.err
    assert real("runs", "import", "no-such").err.startswith("muster: 'no-such' could not be read: ")
    assert desk.runs() == ()


def test_prune_forgets_what_is_old_and_has_ended(real: Muster, desk: Desk) -> None:
    """A run that waits stays, however old; --dry-run only tells."""
    real("run", *TASK, "-q")
    young = desk.runs()[0]
    old = replace(young, id="run-0old", started_at=young.started_at - timedelta(days=40))
    desk.keep(old)
    desk.keep(replace(old, id="run-0waits", status=RunStatus.WAITING, report=None))

    dry = real("runs", "prune", "--older-than", "30", "--dry-run")
    assert dry.out.splitlines()[-1] == "1 run would be forgotten"
    assert "run-0old" in dry.out
    assert len(desk.runs()) == 3
    refused = real("runs", "prune", "--older-than", "30")
    assert (refused.code, len(desk.runs())) == (2, 3)
    assert refused.err == "muster: 1 run is not forgotten unasked\nhint: say --yes, or use a terminal\n"
    done = real("runs", "prune", "--older-than", "30", "--yes", "--json")

    assert [run["id"] for run in done.json["runs"]] == ["run-0old"]
    assert {run.id for run in desk.runs()} == {young.id, "run-0waits"}


def test_prune_asks_at_a_terminal(real: Muster, desk: Desk, typed: Keyboard) -> None:
    """It shows which these are; anything but yes keeps them, and where nothing is old nothing is asked."""
    assert real("runs", "prune", "--older-than", "0").out == "0 runs forgotten\n"
    real("run", *TASK, "-q")
    run_id = desk.runs()[0].id

    types(typed, "n")
    kept = real("runs", "prune", "--older-than", "0")
    assert (kept.code, len(desk.runs())) == (2, 1)
    assert run_id in kept.err
    assert "forget it? [y/N] " in kept.err
    types(typed, "y")
    assert real("runs", "prune", "--older-than", "0").out == "1 run forgotten\n"
    assert desk.runs() == ()


def test_delete_needs_a_yes(real: Muster, desk: Desk) -> None:
    """Without a terminal it is refused; with --yes the run is gone."""
    real("run", *TASK, "-q")
    run_id = desk.runs()[0].id

    refused = real("runs", "delete", run_id)

    assert refused.code == 2
    assert (
        refused.err
        == f"muster: run {run_id!r} is not forgotten unasked\nhint: say --yes, or use a terminal\n"
    )
    assert json.loads(real("runs", "delete", run_id, "--yes", "--json").out)["deleted"] is True
    assert desk.runs() == ()
    assert real("runs", "delete", run_id, "--yes").code == 2


def test_delete_asks_at_a_terminal(real: Muster, desk: Desk, typed: Keyboard) -> None:
    """Anything but yes keeps it."""
    real("run", *TASK, "-q")

    types(typed, "")
    kept = real("runs", "delete", "last")
    assert (kept.code, len(desk.runs())) == (2, 1)
    assert "forget it? [y/N] " in kept.err
    types(typed, "y")
    assert real("runs", "delete", "last").code == 0
    assert desk.runs() == ()
