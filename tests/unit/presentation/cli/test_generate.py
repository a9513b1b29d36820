"""`muster generate`: what is asked for, what is shown, and what is written where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from muster.application.use_cases.generate_code import GenerateCodeRequest
from muster.domain.budget.limits import BudgetLimits
from muster.domain.evidence.severity import Severity
from muster.domain.generation.calls import ModelCall
from muster.domain.generation.code import CodeFile, GeneratedCode, GenerationRequest
from muster.domain.generation.result import GenerationResult, GenerationStatus, Round
from muster.domain.generation.review import Criterion, Issue, Review
from muster.domain.models.usage import Usage
from muster.domain.sandbox.suite import Case, Isolation, Outcome, SandboxResult
from muster.presentation.cli.written_files import write_files

from .conftest import Muster
from .house import House, UseCase

CALLS = (
    ModelCall("generate", "openai/gpt", Usage(input=1000, output=200), Decimal("0.01")),
    ModelCall("review", "anthropic/claude", Usage(input=2000, output=34), Decimal("0.02")),
)
SUITE = SandboxResult(
    completed=True,
    cases=(Case("test_add.py::test_add", Outcome.PASSED),),
    runner="pytest",
    isolation=Isolation.NAMESPACE,
    duration=0.4,
)
CODE = GeneratedCode(
    "python",
    (CodeFile("calc/add.py", "def add(a, b):\n    return a + b\n"),),
    (CodeFile("test_add.py", "from calc.add import add\n"),),
    "Adds numbers.",
    suite=SUITE,
    model="openai/gpt",
    calls=CALLS[:1],
)
REVIEW = Review(
    dict.fromkeys(Criterion, 8.0),
    (Issue("calc/add.py", 2, Severity.LOW, "no types", "add them"),),
    ("add a docstring",),
    "Good.",
    "anthropic/claude",
    dropped=1,
)
PASSED = GenerationResult(
    GenerationStatus.PASSED, CODE, REVIEW, (Round(CODE, REVIEW),), CALLS, 7.0, run_id="generate-1"
)


class Writing(UseCase):
    """The use case: answers, says what it does, and keeps what it was asked."""

    async def execute(self, request: GenerateCodeRequest, told: Callable[[str], object] = str) -> Any:
        """The answer."""
        told("writing the code")
        return await super().execute(request)


@pytest.fixture
def writing(house: House) -> Writing:
    """The use case, behind the command."""
    case = Writing(PASSED)
    house.others["generate_code"] = case
    return case


def test_everything_that_was_said_is_asked_for(muster: Muster, writing: Writing) -> None:
    """Each option arrives at its place."""
    Path("src").mkdir()
    Path("src/base.py").write_text("BASE = 1\n")
    answer = muster(
        "generate", "Add numbers.", "--language", "Python", "--require", "fast", "--require", "small",
        "--constraint", "no imports", "--context", "src/base.py", "--model", "openai", "--reviewer-model",
        "anthropic", "--threshold", "8", "--rounds", "2", "--no-tests", "--budget", "0.5",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert writing.asked == [
        GenerateCodeRequest(
            GenerationRequest(
                "Add numbers.", "Python", ("fast", "small"), ("no imports",), {"src/base.py": "BASE = 1\n"}
            ),
            "openai",
            "anthropic",
            8.0,
            2,
            run_tests=False,
            budget=BudgetLimits(usd=Decimal("0.5")),
        )
    ]


def test_review_scores_tests_cost_and_code_are_shown_and_nothing_is_written(
    muster: Muster, writing: Writing
) -> None:
    """On stdout; what goes on is told on stderr."""
    answer = muster("generate", "Add numbers.")
    for said in (
        "passed: 1 file by openai/gpt",
        "Adds numbers.",
        "Tests: 1 passed by pytest, in namespaces of their own, 0.4 s",
        "Review: 8 of 10 by anthropic/claude, 7 wanted",
        "correctness 8, tests 8",
        "low, calc/add.py:2: no types (add them)",
        "- add a docstring",
        "1 issue dropped",
        "1 round, 2 calls, 3,234 tokens, $0.030",
        "── calc/add.py ──\ndef add(a, b):\n    return a + b\n",
    ):
        assert said in answer.out, said
    assert "the mean of all criteria, at most 2 above" in " ".join(answer.out.split())
    assert answer.err == "muster: writing the code\n"
    assert list(Path().iterdir()) == []
    assert muster("generate", "Add numbers.", "--quiet", "-o", "-").err == ""


def test_as_json_it_is_one_document_with_the_files(muster: Muster, writing: Writing) -> None:
    """Scores by criterion, cost as text, the files whole."""
    said = muster("generate", "Add numbers.", "--json").json
    assert (said["status"], said["overall"], said["statistics"]["cost"]) == ("passed", 8.0, "0.03")
    assert said["code"]["files"] == [{"path": "calc/add.py", "text": "def add(a, b):\n    return a + b\n"}]
    assert said["review"]["scores"]["correctness"] == 8.0
    assert said["code"]["suite"]["isolation"] == "namespace"
    assert [call["purpose"] for call in said["calls"]] == ["generate", "review"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (GenerationStatus.PASSED, 0),
        (GenerationStatus.BELOW, 1),
        (GenerationStatus.PARTIAL, 5),
        (GenerationStatus.BROKEN, 5),
    ],
)
def test_the_exit_code_says_how_it_ended(
    muster: Muster, writing: Writing, status: GenerationStatus, code: int
) -> None:
    """And the reason is shown."""
    writing.answer = replace(PASSED, status=status, reason="because of something")
    answer = muster("generate", "Add numbers.")
    assert answer.code == code
    assert "because of something" in answer.out


def test_what_is_broken_or_unchecked_is_said(muster: Muster, writing: Writing) -> None:
    """Without a review there is no score."""
    broken = replace(
        CODE, problems=("test_add: failed",), unchecked=("unparsed: go is not checked",), suite=None
    )
    writing.answer = replace(PASSED, code=broken, review=None, status=GenerationStatus.BROKEN)
    answer = muster("generate", "Add numbers.")
    assert "does not work" in answer.out
    assert "test_add: failed" in answer.out
    assert "unparsed: go is not checked" in answer.out
    assert "Review" not in answer.out


def test_files_go_into_the_folder_and_never_over_others(muster: Muster, writing: Writing) -> None:
    """A file that is there stays; nothing else is written then, and what was paid for is shown instead."""
    answer = muster("generate", "Add numbers.", "--output", "new/drafts")
    assert answer.code == 0, answer.err
    assert Path("new/drafts/calc/add.py").read_text() == CODE.files[0].text
    assert Path("new/drafts/test_add.py").read_text() == CODE.tests[0].text
    assert "── calc/add.py ──" not in answer.out

    Path("new/drafts/calc/add.py").write_text("mine")
    Path("new/drafts/test_add.py").unlink()
    answer = muster("generate", "Add numbers.", "--output", "new/drafts")
    assert answer.code == 2
    assert "nothing was written: new/drafts/calc/add.py is there already" in answer.err
    assert "── calc/add.py ──" in answer.out
    assert Path("new/drafts/calc/add.py").read_text() == "mine"
    assert not Path("new/drafts/test_add.py").exists()

    assert muster("generate", "Add numbers.", "--output", "new/drafts", "--force").code == 0
    assert Path("new/drafts/calc/add.py").read_text() == CODE.files[0].text


@pytest.mark.parametrize("path", ["../out.py", "/tmp/out.py", "link/out.py", ".git/config"])
def test_no_path_of_a_model_leads_out_of_the_folder(
    muster: Muster, writing: Writing, path: str, tmp_path: Path
) -> None:
    """Nor does a link that lies in it; nothing at all is written then."""
    outside = tmp_path / "outside"
    outside.mkdir()
    Path("drafts").mkdir()
    Path("drafts/link").symlink_to(outside)
    sly = replace(CODE, files=(CODE.files[0], CodeFile(path, "x = 1\n")))
    writing.answer = replace(PASSED, code=sly)
    answer = muster("generate", "Add numbers.", "--output", "drafts", "--force")
    assert answer.code == 2
    assert sorted(path.name for path in Path("drafts").iterdir()) == ["link"]
    assert list(outside.iterdir()) == []
    assert not Path("/tmp/out.py").exists()


@pytest.mark.parametrize(
    ("args", "words_"),
    [
        (("--threshold", "11"), "11"),
        (("--rounds", "0"), "0"),
        (("--force",), "--force needs --output"),
        (("--output", "file/drafts"), "is a file"),
        (("--output", "file"), "is a file"),
        (("--context", "missing.py"), "missing.py"),
        (("--context", "a/x.py", "--context", "a/x.py"), "two files"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    muster: Muster, writing: Writing, args: tuple[str, ...], words_: str
) -> None:
    """With exit code 2, and the reason."""
    Path("file").write_text("")
    Path("a").mkdir()
    Path("a/x.py").write_text("")
    answer = muster("generate", "Add numbers.", *args)
    assert (answer.code, writing.asked) == (2, [])
    assert words_ in answer.err


def test_a_file_from_elsewhere_is_known_by_its_bare_name(muster: Muster, writing: Writing) -> None:
    """Where it lies is nobody's business."""
    Path("in").mkdir()
    Path("base.py").write_text("BASE = 1\n")
    assert muster("generate", "Use it.", "--context", str(Path("base.py").resolve())).code == 0
    assert writing.asked[0].wanted.context_files == {"base.py": "BASE = 1\n"}


def test_code_that_would_command_a_terminal_does_not(muster: Muster, writing: Writing) -> None:
    """It is shown harmless, and written as it is."""
    sly = replace(CODE, files=(CodeFile("a.py", "x = '\x1b[2J'\n"),), summary="\x1b]0;title\x07Fine.")
    writing.answer = replace(PASSED, code=sly)
    assert "\x1b" not in muster("generate", "Add numbers.").out
    write_files("out", sly.files, force=False)
    assert Path("out/a.py").read_bytes() == b"x = '\x1b[2J'\n"
