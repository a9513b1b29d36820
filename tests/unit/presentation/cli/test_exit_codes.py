"""Each way a command can end has its exit code, and its words on stderr."""

from __future__ import annotations

import json

import pytest

from muster.domain.errors import (
    ConfigurationError,
    EvidenceUnavailable,
    InvalidTask,
    MusterError,
    ProviderError,
    StorageError,
    UnknownName,
    WorkspaceError,
)
from muster.domain.orchestration.run import Verdict

from .conftest import Muster
from .house import House, record


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.PASSED, 0), (Verdict.FAILED, 1), (Verdict.PARTIAL, 5), (None, 3)]
)
def test_the_verdict_of_a_run_is_its_exit_code(
    verdict: Verdict | None, code: int, muster: Muster, house: House
) -> None:
    """A run that ended without a report is an internal error; its words go to stderr."""
    house.runner.answer = record(verdict, error="" if verdict else "the journal is\nfull")

    answer = muster("run", "review it", "--json")

    assert answer.code == code
    assert answer.json["run"]["id"] == "run-01test"
    assert ("muster: the journal is full\n" in answer.err) is (verdict is None)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidTask("the task is empty", hint="say what to do"), 2),
        (WorkspaceError("'/nowhere' does not exist", hint="say what to do"), 2),
        (UnknownName("unknown agent 'x'", hint="say what to do"), 2),
        (ConfigurationError("muster.toml is broken", hint="say what to do"), 4),
        (ProviderError("no answer", hint="say what to do"), 3),
        (StorageError("disk full", hint="say what to do"), 3),
        (EvidenceUnavailable("no ruff", hint="say what to do"), 3),
        (MusterError("anything else", hint="say what to do"), 3),
    ],
)
def test_an_error_is_two_lines_on_stderr_and_nothing_on_stdout(
    error: MusterError, code: int, muster: Muster, house: House
) -> None:
    """The message, then the hint."""
    house.planner.answer = error

    answer = muster("plan", "review it")

    assert (answer.code, answer.out) == (code, "")
    assert answer.err == f"muster: {error.message}\nhint: say what to do\n"


def test_with_json_an_error_is_one_json_object_on_stderr(muster: Muster, house: House) -> None:
    """Stdout stays empty, so that half a document is never taken for a whole one."""
    house.planner.answer = UnknownName.of("agent", "revewer", ["reviewer", "tester"])

    answer = muster("run", "review it", "--json")

    assert (answer.code, answer.out) == (2, "")
    assert json.loads(answer.err) == {
        "error": {
            "code": "unknown-name",
            "message": "unknown agent 'revewer'",
            "hint": "did you mean reviewer?",
            "details": {"kind": "agent", "name": "revewer", "known": ["reviewer", "tester"]},
            "exit_code": 2,
        }
    }


def test_an_unexpected_error_is_one_line_with_its_type(muster: Muster, house: House) -> None:
    """No traceback; the hint tells how to get one."""
    house.planner.answer = ZeroDivisionError("by\nzero")

    answer = muster("plan", "review it")

    assert (answer.code, answer.out) == (3, "")
    assert answer.err.splitlines() == [
        "muster: internal error: ZeroDivisionError: by zero",
        "hint: add --debug to see where it happened, and report it",
    ]


@pytest.mark.parametrize("args", [("--debug", "plan", "x"), ("plan", "x", "--debug")])
def test_debug_shows_the_traceback_wherever_it_stands(
    args: tuple[str, ...], muster: Muster, house: House
) -> None:
    """Before or after the command."""
    house.planner.answer = ZeroDivisionError("by zero")

    answer = muster(*args)

    assert answer.code == 3
    assert answer.err.startswith("Traceback (most recent call last):\n")
    assert "muster: internal error: ZeroDivisionError: by zero\n" in answer.err


def test_the_environment_can_ask_for_the_traceback(
    muster: Muster, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MUSTER_DEBUG=1 is --debug."""
    monkeypatch.setenv("MUSTER_DEBUG", "1")
    house.planner.answer = StorageError("disk full")

    assert "Traceback" in muster("plan", "x").err


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (("rn",), "no such command 'rn'. (Did you mean one of: 'run', 'runs'?)", "muster --help"),
        (
            ("review this",),
            "no such command 'review this'; a task goes with a command: muster run TASK",
            "muster --help",
        ),
        (("run",), "give a TASK or --plan FILE, one of the two", "muster run --help"),
        (("plan",), "missing argument 'TASK'.", "muster plan --help"),
        (
            ("run", "x", "--format", "jso"),
            "invalid value for '--format': 'jso' is not known; did you mean json? "
            "(known: text, markdown, json, sarif, junit, html, yaml)",
            "muster run --help",
        ),
        (
            ("run", "x", "--dry-run", "--format", "sarif"),
            "--dry-run shows a plan: as text, markdown, json, yaml, not as sarif",
            "muster run --help",
        ),
        (
            ("run", "x", "--format", "yaml"),
            "yaml is for plans: add --dry-run, or use muster plan",
            "muster run --help",
        ),
        (("run", "x", "--gate", "hihg=0"), "unknown gate 'hihg'", "did you mean high?"),
        (("run", "x", "--agents", " , "), "--agents names no agent", "muster agents lists them"),
        (
            ("check", "--fail-on", "hgh"),
            "invalid value for '--fail-on': 'hgh' is not known; did you mean high? "
            "(known: critical, high, medium, low, info)",
            "muster check --help",
        ),
    ],
)
def test_what_cannot_be_understood_is_usage(
    args: tuple[str, ...], message: str, hint: str, muster: Muster, house: House
) -> None:
    """Exit code 2, one line, a hint; nothing is opened."""
    answer = muster(*args)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"muster: {message}\nhint: {hint}\n"
    assert house.opened == []


def test_json_and_another_format_contradict_each_other(muster: Muster) -> None:
    """Refused, as JSON, since that was asked for."""
    answer = muster("run", "x", "--json", "--format", "html")

    assert (answer.code, answer.out) == (2, "")
    assert json.loads(answer.err)["error"]["message"] == "--json and --format html differ"


def test_without_a_command_the_help_goes_to_stderr(muster: Muster) -> None:
    """A script that forgot the command gets no data."""
    answer = muster()

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Usage: muster [OPTIONS] COMMAND")
