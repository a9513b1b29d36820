"""Task analysis by words: what the specification promises, laws for any text, and a floor on labelled sentences."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.domain.agents.capability import Capability as C
from muster.domain.orchestration.analysis.classify import classify
from muster.domain.orchestration.requirements import Complexity, TaskDomain

TUNING = Path(__file__).parents[3] / "data" / "tasks" / "tuning.jsonl"
TESTS = {C.TEST_ANALYSIS, C.TEST_GENERATION}
NAMED: dict[C, tuple[str, ...]] = {
    C.CODE_REVIEW: ("linter", "code style"),
    C.SECURITY_AUDIT: ("security", "authentication"),
    C.ARCHITECTURE_ANALYSIS: ("architecture", "module boundary"),
    C.TEST_ANALYSIS: ("tests", "coverage"),
    C.TEST_GENERATION: ("unit tests", "regression tests"),
    C.PERFORMANCE_ANALYSIS: ("performance", "benchmark"),
    C.DOCUMENTATION: ("docs", "README"),
    C.REFACTORING_ADVICE: ("dead code", "legacy code"),
    C.DEPENDENCY_AUDIT: ("dependencies", "lock file"),
    C.RELEASE_PREPARATION: ("release", "changelog"),
    C.DEBUGGING: ("crash", "stack trace"),
    C.PLANNING: ("plan", "roadmap"),
    C.SYNTHESIS: ("summary", "digest"),
}
TASKS = st.sampled_from(
    [
        "Review src/app.py",
        "Write unit tests for the parser",
        "Why is login slow?",
        "Plan the next sprint",
        "Water the plants",
    ]
)


@pytest.mark.parametrize(
    ("task", "complexity"),
    [
        ("format src/app.py", Complexity.SIMPLE),
        ("lint the project", Complexity.SIMPLE),
        ("check the config", Complexity.SIMPLE),
        ("validate the schema", Complexity.SIMPLE),
        ("improve the error messages", Complexity.MODERATE),
        ("refactor the billing module", Complexity.MODERATE),
        ("optimise the search", Complexity.MODERATE),
        ("optimize the search", Complexity.MODERATE),
        ("review the payment service", Complexity.MODERATE),
        ("release version 2.0", Complexity.COMPLEX),
        ("migrate to PostgreSQL", Complexity.COMPLEX),
        ("redesign the storage layer", Complexity.COMPLEX),
        ("review the whole monorepo", Complexity.COMPLEX),
        ("check src/auth for vulnerabilities", Complexity.MODERATE),
        ("measure our preparedness", Complexity.SIMPLE),
    ],
)
def test_the_reference_answers_for_complexity_hold(task: str, complexity: Complexity) -> None:
    """The verb decides unless a scope is stated."""
    assert classify(task).complexity is complexity


@pytest.mark.parametrize(
    "task", ["fetch the latest news", "attest the contract", "call the contestants", "join the protest"]
)
def test_test_within_another_word_is_not_testing(task: str) -> None:
    """Whole words count, substrings do not."""
    found = classify(task)
    assert not TESTS.intersection(found.capabilities)
    assert found.domain is not TaskDomain.TESTING


@pytest.mark.parametrize(
    ("task", "domain", "capabilities"),
    [
        ("do not touch the tests, just review the docs", TaskDomain.DOCUMENTATION, {C.DOCUMENTATION}),
        (
            "Review auth for security and write the missing tests",
            TaskDomain.SECURITY,
            {C.SECURITY_AUDIT, C.TEST_GENERATION},
        ),
        (
            "Which of our packages have known CVEs?",
            TaskDomain.SECURITY,
            {C.SECURITY_AUDIT, C.DEPENDENCY_AUDIT},
        ),
        (
            "review this for bugs and performance",
            TaskDomain.PERFORMANCE,
            {C.CODE_REVIEW, C.PERFORMANCE_ANALYSIS},
        ),
        ("review for bugs and security", TaskDomain.SECURITY, {C.CODE_REVIEW, C.SECURITY_AUDIT}),
        ("write a test for bug 12", TaskDomain.TESTING, {C.TEST_GENERATION}),
        ("find circular imports", TaskDomain.ARCHITECTURE, {C.ARCHITECTURE_ANALYSIS}),
        ("compare Kafka and RabbitMQ", TaskDomain.RESEARCH, {C.RESEARCH}),
        ("our query is slow", TaskDomain.PERFORMANCE, {C.PERFORMANCE_ANALYSIS}),
        ("why does the nightly job crash", TaskDomain.DEBUGGING, {C.DEBUGGING}),
        ("simplify the tax calculation", TaskDomain.REFACTORING, {C.REFACTORING_ADVICE}),
        ("plan the wedding of my daughter", TaskDomain.GENERAL, {C.PLANNING}),
    ],
)
def test_a_task_is_understood_with_its_subject_in_front(
    task: str, domain: TaskDomain, capabilities: set[C]
) -> None:
    """Domain and capabilities, each exactly."""
    found = classify(task)
    assert (found.domain, set(found.capabilities)) == (domain, capabilities)


def test_every_conclusion_quotes_the_words_it_rests_on() -> None:
    """One reason for each capability, one for the domain, one for the complexity."""
    found = classify("Refactor the billing module")
    assert [(reason.conclusion, reason.evidence) for reason in found.reasons] == [
        ("needs refactoring advice", "the task says 'refactor'"),
        ("domain refactoring", "follows from refactoring advice"),
        ("complexity moderate", "the task says 'refactor'"),
    ]


def test_nothing_known_is_said_to_be_nothing_known() -> None:
    """Without a telling word there is no capability, and the reason says so."""
    found = classify("hmm")
    assert (found.domain, found.capabilities) == (TaskDomain.GENERAL, ())
    assert found.reasons[0].evidence == "no word points to another domain"


@given(st.text(max_size=300))
def test_any_text_is_read_and_case_makes_no_difference(text: str) -> None:
    """Never an error; upper and lower case give the same conclusions and the same reasons, every time."""
    assert classify(text) == classify(text.upper()) == classify(text.lower())


@given(TASKS, st.sampled_from([(c, name) for c, names in NAMED.items() for name in names]))
def test_what_is_to_be_left_alone_is_not_asked_for(task: str, unwanted: tuple[C, str]) -> None:
    """An order not to touch something adds no capability."""
    capability, name = unwanted
    asked = set(classify(task).capabilities)
    assert set(classify(f"{task}. Do not touch the {name}.").capabilities) <= asked
    assert (capability in classify(f"{task}. Don't touch the {name}").capabilities) is (capability in asked)


@settings(deadline=None, max_examples=5)
@given(st.sampled_from(["write tests ", "a.b", "-", ".", "all services ", "don't ", "x_", "\u00df"]))
def test_the_longest_task_is_read_in_linear_time(piece: str) -> None:
    """Twice the text takes far less than four times as long, so that no text can stall the planner."""

    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        started = time.process_time()
        classify(text)
        return time.process_time() - started

    classify(piece)
    assert min(seconds(20_000) for _ in range(2)) < 8 * min(seconds(5_000) for _ in range(3)) + 0.05


def test_the_tuning_half_stays_above_its_floor() -> None:
    """A change of rules that costs more than a few sentences is noticed."""
    rows = [json.loads(line) for line in TUNING.read_text("utf-8").splitlines()]
    right = said = wanted = domains = sizes = 0
    for row in rows:
        found = classify(row["task"])
        capabilities = {capability.value for capability in found.capabilities}
        right += len(capabilities & set(row["capabilities"]))
        said += len(capabilities)
        wanted += len(row["capabilities"])
        domains += found.domain.value == row["domain"]
        sizes += found.complexity.value == row["complexity"]
    assert len(rows) == 214
    assert 2 * right / (said + wanted) >= 0.92
    assert domains / len(rows) >= 0.89
    assert sizes / len(rows) >= 0.92
