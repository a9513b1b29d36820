"""`plan`, `run` and `check`: what they ask for, what they write, and where."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from muster.application.use_cases.plan_check import CheckMode, PlanCheckRequest
from muster.application.use_cases.plan_task import PlanTaskRequest
from muster.domain.budget.limits import BudgetLimits
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.gates import Gate
from muster.domain.orchestration.run import Verdict

from .conftest import Muster
from .house import House, record

KNOWN = ["aaaa000011112222", "bbbb000011112222"]


def test_run_hands_every_option_on(muster: Muster, house: House) -> None:
    """What the user said is what the use cases are asked."""
    answer = muster(
        "run", "review it", "--path", "shop", "--since", "main", "--pattern", "parallel", "--agents", "a, b",
        "--agents", "b,c", "--gate", "high=0", "--gate", "coverage=80", "--run-tests", "--no-history",
        "--fail-on", "high", "--model", "openai/gpt-5-mini", "--budget", "0.5", "--max-calls", "9",
        "--max-tokens", "1000", "--max-seconds", "60", "--allow-unpriced", "--json",
    )  # fmt: skip

    assert answer.code == 0
    flags = {"fail_on": "high", "history": False, "model": "openai/gpt-5-mini"}
    assert house.opened == [("shop", flags)]
    assert house.planner.asked == [
        PlanTaskRequest(
            "review it", "shop", "main", "parallel", ("a", "b", "c"), (Gate("high", 0), Gate("coverage", 80)),
            frozenset({"run-tests"}), {}, use_history=False,
        )
    ]  # fmt: skip
    request = house.runner.asked[0]
    assert (request.plan, request.baseline, request.fail_on) == (
        house.planner.answer,
        frozenset(),
        Severity.HIGH,
    )
    assert request.budget == BudgetLimits(9, 1000, Decimal("0.5"), 60.0, allow_unpriced=True)
    assert house.closed == 1


def test_the_report_is_stdout_and_the_progress_stderr(muster: Muster) -> None:
    """Without a terminal: a line for each agent that ended and each tool that failed."""
    answer = muster("run", "review it", "--json")

    assert answer.json["run"]["report"]["verdict"] == "passed"
    assert answer.err == (
        "security-auditor: secrets: timed out after 1 s\nsecurity-auditor: done, 2 findings, 0.8 s\n"
    )


def test_quiet_means_nothing_on_stderr(muster: Muster) -> None:
    """The report is all there is."""
    answer = muster("check", "--quiet", "--json")

    assert (answer.code, answer.err) == (0, "")
    assert answer.json["schema_version"] == 1


def test_a_task_comes_from_stdin(muster: Muster, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads it whole, without the line break at its end."""
    stdin = io.TextIOWrapper(io.BytesIO("review the Größe\n".encode()))
    monkeypatch.setattr("sys.stdin", stdin)

    assert muster("plan", "-", "--json").code == 0
    assert house.planner.asked[0].task == "review the Größe"


def test_a_task_on_stdin_that_is_not_text_is_refused(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said in one line, as usage."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00")))

    answer = muster("plan", "-")

    assert answer.code == 2
    assert answer.err.splitlines()[0] == "muster: the task on stdin is not UTF-8 text"


def test_a_dry_run_shows_the_plan_and_runs_nothing(muster: Muster, house: House) -> None:
    """The same document as `muster plan --json`."""
    dry, plan = muster("run", "review it", "--dry-run", "--json"), muster("plan", "review it", "--json")

    assert (dry.code, dry.out) == (0, plan.out)
    assert house.runner.asked == []


def test_a_saved_plan_runs_as_it_was_saved(muster: Muster, house: House, tmp_path: Path) -> None:
    """No planner is asked; --path moves it to another folder, an edited pattern counts."""
    assert muster("plan", "review it", "--json", "-o", "plan.json").code == 0
    house.planner.asked.clear()
    text = (tmp_path / "plan.json").read_text().replace('"pattern": "parallel"', '"pattern": "sequential"')
    text = text.replace('"root": "/project"', '"root": "."')
    (tmp_path / "plan.json").write_text(text)

    assert muster("run", "--plan", "plan.json", "--json").code == 0
    assert muster("run", "--plan", "plan.json", "--path", "other", "--json").code == 0

    first, second = (request.plan for request in house.runner.asked)
    assert (first.pattern, first.root, second.root) == ("sequential", ".", "other")
    assert first.agents == house.planner.answer.agents
    assert house.planner.asked == []


def test_a_plan_takes_no_permission_that_was_not_given_here(
    muster: Muster, house: House, tmp_path: Path
) -> None:
    """It may come from somebody else: what it grants itself must be said at the command line too."""
    assert muster("plan", "review it", "--json", "-o", "plan.json").code == 0
    text = (tmp_path / "plan.json").read_text().replace('"root": "/project"', '"root": "."')
    (tmp_path / "plan.json").write_text(text.replace('"granted": []', '"granted": ["run-tests", "write"]'))
    answer = muster("run", "--plan", "plan.json", "--run-tests")
    assert (answer.code, house.runner.asked) == (2, [])
    assert answer.err.splitlines() == [
        "muster: the plan takes the permission 'write', which was not given here",
        "hint: read the plan, and allow it: --write; or take it out of the plan",
    ]
    assert muster("run", "--plan", "plan.json", "--run-tests", "--write", "--json").code == 0
    assert house.runner.asked[0].plan.granted == {"run-tests", "write"}


def test_a_plan_for_another_folder_wants_it_said(muster: Muster, house: House) -> None:
    """Whoever runs it elsewhere names the folder."""
    assert muster("plan", "review it", "--json", "-o", "plan.json").code == 0
    answer = muster("run", "--plan", "plan.json")
    assert (answer.code, house.runner.asked) == (2, [])
    assert answer.err.splitlines() == [
        "muster: the plan is for the folder '/project', and this is another one",
        "hint: say that you mean it: --path /project",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the plan 'plan.json' could not be read: No such file or directory"),
        ("{", "the plan 'plan.json' is not JSON: "),
        ("[]", "the plan 'plan.json' is not a JSON object"),
        ('{"plan": {}}', "the plan 'plan.json' cannot be used: requirements: Field required"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused(
    content: str | None, message: str, muster: Muster, tmp_path: Path
) -> None:
    """Where the first mistake is, and how to get a good one."""
    if content is not None:
        (tmp_path / "plan.json").write_text(content)

    answer = muster("run", "--plan", "plan.json")

    assert answer.code == 2
    first, second = answer.err.splitlines()
    assert first.startswith(f"muster: {message}")
    assert second == "hint: write one with: muster plan TASK --json --output plan.json"


def test_a_plan_does_not_go_with_what_it_says_itself(muster: Muster) -> None:
    """One of the two would have to lose in silence."""
    answer = muster("run", "--plan", "plan.json", "--pattern", "parallel")

    assert answer.code == 2
    assert answer.err.startswith("muster: --plan says who works how; --since, --pattern, ")


def test_check_asks_for_its_mode(muster: Muster, house: House) -> None:
    """Weekly where nothing is said; the folder is the argument."""
    muster("check", "--json")
    muster(
        "check", "shop", "--mode", "release", "--since", "v1", "--gate", "score=90", "--run-tests", "--json"
    )

    assert house.checker.asked == [
        PlanCheckRequest(".", CheckMode.WEEKLY),
        PlanCheckRequest("shop", CheckMode.RELEASE, "v1", (Gate("score", 90),), frozenset({"run-tests"})),
    ]


def test_check_writes_a_baseline_that_the_next_check_knows(
    muster: Muster, house: House, tmp_path: Path
) -> None:
    """The exit code stays the verdict's; the file is sorted, and what was known before stays in it."""
    house.runner.answer = record(Verdict.FAILED)
    (tmp_path / "old.json").write_text('{"schema_version": 1, "fingerprints": ["0000000000000000"]}')

    answer = muster("check", "--baseline", "old.json", "--write-baseline", "new.json", "--json")

    assert answer.code == 1
    written = json.loads((tmp_path / "new.json").read_text())
    assert written == {"schema_version": 1, "fingerprints": ["0000000000000000", *KNOWN]}
    assert f"muster: wrote {(tmp_path / 'new.json').stat().st_size} bytes to new.json\n" in answer.err
    muster("check", "--baseline", "new.json", "--json")
    assert house.runner.asked[-1].baseline == {"0000000000000000", *KNOWN}


@pytest.mark.parametrize("kind", ["json", "sarif"])
def test_a_report_serves_as_a_baseline(kind: str, muster: Muster, house: House) -> None:
    """What an earlier run reported is known."""
    assert muster("check", "--format", kind, "-o", "report").code == 0

    assert muster("check", "--baseline", "report", "--json").code == 0

    assert house.runner.asked[-1].baseline == set(KNOWN)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('{"schema_version": 2, "fingerprints": []}', "has schema_version 2, and 1 is what can be read here"),
        ('{"schema_version": 1, "fingerprints": [7]}', "holds something that is not a fingerprint"),
        ('{"schema_version": 1}', "holds neither fingerprints nor findings"),
        ("[1]", "is not a JSON object"),
    ],
)
def test_a_bad_baseline_is_refused_before_anything_runs(
    content: str, fault: str, muster: Muster, house: House, tmp_path: Path
) -> None:
    """A baseline that was misread would hide or invent failures."""
    (tmp_path / "base.json").write_text(content)

    answer = muster("check", "--baseline", "base.json")

    assert answer.code == 2
    assert answer.err.splitlines()[0] == f"muster: the baseline 'base.json' {fault}"
    assert house.opened == []
