"""Plans that were saved, edited, and are read back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muster.domain.agents.capability import Capability
from muster.domain.errors import UserError
from muster.domain.orchestration.composition import Composition
from muster.domain.orchestration.gates import KINDS, Gate
from muster.domain.orchestration.plan import Estimate, ExecutionPlan, PlannedAgent, Range, Uncovered
from muster.domain.orchestration.requirements import Complexity, Reason, TaskDomain, TaskRequirements
from muster.presentation.cli.saved_plan import read_plan
from muster.presentation.reports import render_plan
from tests.fakes.builders import plan

words = st.text(max_size=12)
names = st.text(min_size=1, max_size=8).filter(lambda name: name == name.strip())
numbers = st.floats(allow_nan=False)
amounts = st.decimals(0, 10**6, allow_nan=False, places=6)
capabilities = st.lists(st.sampled_from(list(Capability)), max_size=4).map(tuple)
ranges = st.builds(Range, numbers, numbers, numbers)
estimates = st.builds(Estimate, ranges, ranges, st.none() | st.tuples(amounts, amounts, amounts), words)
agents = st.builds(PlannedAgent, words, words, words, capabilities, words, estimates)
reasons = st.lists(st.builds(Reason, words, words), max_size=2).map(tuple)
gates = st.lists(st.builds(Gate, st.sampled_from(sorted(KINDS)), numbers), max_size=2).map(tuple)
scalars = words | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False)
compositions: st.SearchStrategy[Composition] = st.recursive(
    st.builds(Composition, names, st.lists(names, min_size=1, max_size=3).map(tuple),
              st.dictionaries(names, scalars, max_size=2), names | st.just("")),
    lambda below: st.builds(Composition, names, st.lists(names | below, min_size=1, max_size=3).map(tuple)),
    max_leaves=3,
).filter(lambda tree: tree.depth <= 4)  # fmt: skip
plans = st.builds(
    ExecutionPlan,
    requirements=st.builds(
        TaskRequirements, words, st.sampled_from(list(Complexity)), st.sampled_from(list(TaskDomain)), capabilities,
        st.booleans(), gates, st.dictionaries(words, words, max_size=2), reasons,
    ),
    root=words, pattern=words, agents=st.lists(agents, max_size=2).map(tuple), gates=gates, estimate=estimates,
    uncovered=st.lists(st.builds(Uncovered, st.sampled_from(list(Capability)), words), max_size=2).map(tuple),
    reasons=reasons, focus=st.lists(words, max_size=2).map(tuple), since=st.none() | words,
    max_concurrency=st.integers(), granted=st.frozensets(words, max_size=2),
    composition=st.none() | compositions,
)  # fmt: skip


def read_back(text: str) -> ExecutionPlan:
    """Through a file, as a command does."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan"
        file.write_bytes(text.encode())
        return read_plan(str(file))


FAR = Composition(
    "a", ("b",), {"one": 1e16, "two": 1e-5, "three": "1e5", "four": "on", "five": 1.0, "six": True}
)


@given(plans)
@example(replace(plan("b", pattern="a"), composition=FAR))
def test_a_plan_comes_back_from_yaml_exactly_as_it_was(whole: ExecutionPlan) -> None:
    """Whatever is written in it: every type, every character, every digit."""
    again = read_back(render_plan(whole, "yaml"))
    assert again == whole
    assert repr(again.composition) == repr(whole.composition), "1 is not true, and 1.0 is not 1"


TREE = Composition("sequential", (Composition("voting", ("a", "b"), {"rule": "majority"}, "jury"), "c"))
NESTED = replace(plan("a", "b", "c", pattern="sequential", gates=(Gate("high", 0),)), composition=TREE)
PAGE = render_plan(NESTED, "yaml")


def test_a_plan_in_yaml_reads_as_a_page_for_people() -> None:
    """The task at the top, no quotes where none are needed, a word on each part."""
    head, _, rest = PAGE.partition("pattern: sequential\n")
    assert head.splitlines() == [
        "# A plan of muster. Edit it as you like, and run it: muster run --plan FILE",
        "schema_version: 1",
        "",
        "# What is wanted, in your words.",
        "task: review it",
        'root: "/project"',
        "focus: []",
        "granted: []",
        "",
        "# How the team works; muster plan --help names the patterns.",
    ]
    tree, _, team = rest.partition("# The team")
    assert tree.splitlines() == [
        "max_concurrency: 4",
        "",
        "# Who sits where: a pattern with members, each an agent of the team or a pattern again.",
        "# Parts of their own may stand under parts: NAME:, and be named by use: NAME.",
        "composition:",
        "  pattern: sequential",
        "  members:",
        "    - pattern: voting",
        "      members: [a, b]",
        "      options: {rule: majority}",
        "      name: jury",
        "    - c",
        "  options: {}",
        '  name: ""',
        "",
    ]
    assert "    tokens: {low: 1, expected: 2, high: 3}\n" in team.replace("      tokens", "    tokens")


def test_a_plan_edited_by_hand_says_what_the_hand_wrote(tmp_path: Path) -> None:
    """Comments, another task, a part by name, a condition as a mapping."""
    start, end = PAGE.index("composition:\n"), PAGE.index("\n# The team")
    mine = (
        "composition:  # mine\n"
        "  pattern: conditional\n"
        "  members: [a, {use: rest}]\n"
        "  options:\n"
        "    when: {findings: high, at_least: 1}\n"
        "parts:\n"
        "  rest: {pattern: parallel, members: [b, c]}\n"
    )
    text = PAGE[:start] + mine + PAGE[end:]
    text = text.replace("task: review it", 'task: "look: again"').replace(
        "pattern: sequential", "pattern: conditional"
    )
    (tmp_path / "plan.yaml").write_text(text)
    read = read_plan(str(tmp_path / "plan.yaml"))
    assert read.task == "look: again"
    rest = Composition("parallel", ("b", "c"), name="rest")
    assert read.composition == Composition("conditional", ("a", rest), {"when": "findings high at least 1"})
    assert read.estimate.cost == (Decimal(0),) * 3


def test_yaml_or_json_is_told_by_what_is_in_the_file(tmp_path: Path) -> None:
    """Not by its name."""
    (tmp_path / "one.yaml").write_text(render_plan(NESTED, "json"))
    (tmp_path / "two.json").write_text(PAGE)
    assert read_plan(str(tmp_path / "one.yaml")) == read_plan(str(tmp_path / "two.json")) == NESTED


def swapped(old: str, new: str) -> Callable[[], str]:
    """The page with one thing changed."""
    assert old in PAGE
    return lambda: PAGE.replace(old, new, 1)


def line_of(text: str) -> int:
    """Where it stands in the page."""
    return PAGE[: PAGE.index(text)].count("\n") + 1


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
WRONG: dict[str, tuple[Callable[[], str], str]] = {
    "an unknown key": (
        swapped("max_concurrency: 4", "max_concurency: 4"),
        f":{line_of('max_concurrency')}: max_concurency: unknown key",
    ),
    "an unknown key of an agent": (swapped("    model:", "    modle:"), "agents.0.modle: unknown key"),
    "a word for a number": (
        swapped("max_concurrency: 4", "max_concurrency: four"),
        f":{line_of('max_concurrency')}: max_concurrency: Input should be a valid integer",
    ),
    "a wrong word": (
        swapped("complexity: moderate", "complexity: hard"),
        f":{line_of('complexity: moderate')}: requirements.complexity: Input should be 'simple', 'moderate' or",
    ),
    "an unknown gate": (
        swapped("name: high", "name: hihg"),
        f":{line_of('name: high')}: gates.0.name: unknown gate 'hihg'",
    ),
    "no task": (swapped("task: review it\n", ""), "requirements.task: Field required"),
    "round in a circle": (
        lambda: (
            PAGE.replace("    - c\n", "    - use: c\n", 1)
            + "parts:\n  c: {pattern: parallel, members: [{use: c}]}\n"
        ),
        f":{PAGE.count(chr(10)) + 2}: parts.c.members.0: the parts go round in a circle: c → c",
    ),
    "a part that is not there": (
        swapped("    - c\n", "    - use: d\n"),
        "composition.members.1: unknown part 'd'",
    ),
    "parts as a list": (lambda: PAGE + "parts: [a]\n", "parts: is to be a table of compositions by name"),
    "another version": (
        swapped("schema_version: 1", "schema_version: 9"),
        ":2: schema_version: is 9, and 1 is what",
    ),
    "broken YAML": (swapped("focus: []", "focus: ["), "not valid YAML"),
    "a key twice": (swapped("focus: []", "focus: []\nfocus: []"), "focus: is there twice"),
    "a key twice below": (swapped("  name: jury", "  name: jury\n      name: gang"), "name: is there twice"),
    "a bomb of aliases": (lambda: BOMB, ":2: aliases (*name) are not supported"),
    "a tag of Python": (lambda: "task: !!python/object/apply:os.system [true]\n", ":1: not valid YAML"),
    "too deep": (lambda: "task: " + "[" * 40 + "]" * 40, "nested too deeply"),
    "too large": (lambda: "# " + "x" * 300_000, "it is larger than 256 kB"),
    "a sentence": (lambda: "review it please\n", ":1: not a plan"),
    "two plans": (lambda: "- task: a\n- task: b\n", ":1: holds 2 plans"),
    "nothing": (lambda: "# nothing\n", ":1: holds no plan"),
    "a date": (
        swapped("task: review it", "task: 2024-01-01"),
        "requirements.task: Input should be a valid string",
    ),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_is_told_with_file_line_and_key(
    text: Callable[[], str], words: str, tmp_path: Path
) -> None:
    """And what to do about it."""
    file = tmp_path / "plan.yaml"
    file.write_text(text())
    with pytest.raises(UserError) as caught:
        read_plan(str(file))
    assert caught.value.message.startswith(f"the plan {file}:")
    assert words in caught.value.message
    assert caught.value.hint


def test_an_unknown_gate_is_told_in_json_too(tmp_path: Path) -> None:
    """With the name that it may be a slip of the pen for."""
    file = tmp_path / "plan.json"
    file.write_text(render_plan(replace(NESTED, gates=(Gate("critcal", 0),)), "json"))
    with pytest.raises(UserError, match=r"gates\.0\.name: unknown gate 'critcal'") as caught:
        read_plan(str(file))
    assert caught.value.hint.startswith("did you mean critical")


def test_a_plan_in_json_may_come_through_a_pipe(tmp_path: Path) -> None:
    """As a shell gives it: muster run --plan <(muster plan … --json)."""
    reader, writer = os.pipe()
    os.write(writer, render_plan(NESTED, "json").encode())
    os.close(writer)
    try:
        assert read_plan(f"/dev/fd/{reader}") == NESTED
    finally:
        os.close(reader)
