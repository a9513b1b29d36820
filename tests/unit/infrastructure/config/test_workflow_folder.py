"""Workflows of one's own, of a project, and of somebody who means no good."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from muster.domain.agents.capability import Capability
from muster.domain.errors import ConfigurationError
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.gates import Gate
from muster.domain.orchestration.run import Verdict
from muster.domain.workflows.checking import Names
from muster.domain.workflows.workflow import (
    Expectation,
    OnError,
    Origin,
    Then,
    Workflow,
    WorkflowInput,
    WorkflowStage,
)
from muster.infrastructure.config.workflow_folder import WorkflowFolder
from muster.infrastructure.workflows import BUILT_IN
from tests.contract.test_workflow_catalog import NAMES, NINE

SMALL = "name: mine\ntitle: Mine\npurpose: shows\nstages:\n  - {id: one, task: look, agents: [researcher]}\n"


def read(
    folder: Path, text: str, project: Path | None = None, name: str = "mine.yaml"
) -> tuple[Workflow, ...]:
    """The workflows with `text` in a file of the folder, without the built-in ones."""
    (folder / name).write_text(text)
    empty = folder / "none"
    empty.mkdir(exist_ok=True)
    return WorkflowFolder(empty, folder, NAMES, project).workflows()


def refused(folder: Path, text: str, project: Path | None = None) -> ConfigurationError:
    """The error about `text`, which names the file."""
    with pytest.raises(ConfigurationError) as caught:
        read(folder, text, project)
    assert caught.value.message.startswith(f"{folder / 'mine.yaml'}:")
    assert caught.value.hint
    return caught.value


def test_everything_that_can_be_written_is_read(tmp_path: Path) -> None:
    """Each key comes to the domain as it was meant."""
    text = """
name: mine
title: Mine
purpose: shows everything
inputs:
  - {name: depth, help: how deep, default: full, choices: [full, quick]}
stages:
  - id: one
    task: look at {depth}
    capabilities: [code_review, planning]
    pattern: Sequential
    concurrency: 2
    tier: premium
    gates: {high: 0, coverage: 79.5}
    when: input.depth == full
    needs_model: true
    optional: true
    expect:
      agents_finished: true
      summary: true
      measures: [coverage.percent]
      tools: [ruff]
      at_most: {high: 3}
      at_least: {all: 1}
      verdicts: [passed, partial]
    on_error: {retry: 2, then: continue}
  - id: clean-up
    title: Tidy
    task: tidy
    agents: [Researcher]
    always: true
    on_error: continue
"""
    (found,) = read(tmp_path, text)
    one = WorkflowStage(
        "one", "One", "look at {depth}", (), (Capability.CODE_REVIEW, Capability.PLANNING), "sequential", 2,
        ModelTier.PREMIUM, (Gate("high", 0.0), Gate("coverage", 79.5)), "input.depth == full",
        Expectation(
            True, True, ("coverage.percent",), ("ruff",), {"high": 3}, {"all": 1},  # noqa: FBT003
            (Verdict.PASSED, Verdict.PARTIAL),
        ),
        OnError(2, Then.CONTINUE), needs_model=True, optional=True,
    )  # fmt: skip
    tidy = WorkflowStage(
        "clean-up", "Tidy", "tidy", ("researcher",), on_error=OnError(0, Then.CONTINUE), always=True
    )
    depth = WorkflowInput("depth", "how deep", "full", ("full", "quick"))
    assert found == Workflow("mine", "Mine", "shows everything", (one, tidy), (depth,), Origin.OWN)


def test_ones_own_takes_the_place_of_a_built_in_one(tmp_path: Path) -> None:
    """In its place in the list; its source is one's own file."""
    own = SMALL.replace("mine", "health-check")
    (tmp_path / "a.yml").write_text(own)
    folder = WorkflowFolder(BUILT_IN, tmp_path, NAMES)
    assert [each.name for each in folder.workflows()] == NINE
    assert folder.source("health-check") == own
    assert {each.origin for each in folder.workflows() if each.name == "health-check"} == {Origin.OWN}


def test_a_project_replaces_nothing(tmp_path: Path) -> None:
    """It may add, and what it adds is known as its own."""
    (tmp_path / "a.yaml").write_text(SMALL)
    folder = WorkflowFolder(BUILT_IN, tmp_path, NAMES, tmp_path)
    assert [(each.name, each.origin) for each in folder.workflows()][-1] == ("mine", Origin.PROJECT)
    (tmp_path / "a.yaml").write_text(SMALL.replace("mine", "health-check"))
    with pytest.raises(ConfigurationError, match="cannot replace the built-in workflow 'health-check'"):
        folder.workflows()


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        ("tier: cheap", "stages.1.tier: a project's workflow cannot choose models"),
        ("on_error: {retry: 2}", "stages.1.on_error: a project's stage is tried again at most 1 time"),
    ],
)
def test_a_project_neither_chooses_models_nor_spends_much(tmp_path: Path, stage: str, reason: str) -> None:
    """What it may not is refused at its line, and may be written by the user."""
    text = SMALL.replace(
        "- {id: one, task: look, agents: [researcher]}", f"- id: one\n    task: look\n    {stage}"
    )
    error = refused(tmp_path, text, tmp_path)
    assert f":7: {reason}" in error.message
    assert read(tmp_path, text)[0].origin is Origin.OWN


def test_no_key_gives_a_permission(tmp_path: Path) -> None:
    """There is none: permissions are given on the command line."""
    for key in ("granted: [run-tests]", "run_tests: true", "model: anthropic", "budget: 100"):
        assert "unknown key" in refused(tmp_path, f"{SMALL}{key}\n").message


def test_a_link_leads_out_of_no_project(tmp_path: Path) -> None:
    """Nothing outside is read, nor told."""
    project, outside = tmp_path / "project", tmp_path / "outside.yaml"
    project.mkdir()
    outside.write_text(SMALL)
    (project / "mine.yaml").symlink_to(outside)
    with pytest.raises(ConfigurationError, match="a link that leads out of the project"):
        WorkflowFolder(BUILT_IN, project, NAMES, project).workflows()
    assert WorkflowFolder(BUILT_IN, project, NAMES).workflows()[-1].name == "mine"


def test_two_files_cannot_have_one_name(tmp_path: Path) -> None:
    """The second one is named, and the first."""
    (tmp_path / "a.yaml").write_text(SMALL)
    with pytest.raises(
        ConfigurationError, match=r"mine.yaml:1: name: workflow 'mine' is in 'a.yaml' as well"
    ):
        read(tmp_path, SMALL)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the setting to look at."""
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        WorkflowFolder(BUILT_IN, tmp_path / "nope", NAMES).workflows()
    assert caught.value.hint == "check the setting workflows_dir"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("purpose: shows", "purpos: shows", ":3: purpos: unknown key 'purpos'"),
        ("purpose: shows\n", "", ":1: purpose: is missing"),
        ("name: mine", "name: My Flow", ":1: name: cannot be 'My Flow'"),
        ("name: mine", "name: [mine]", ":1: name: cannot be ['mine']"),
        ("task: look", "tsk: look", ":5: stages.1.tsk: unknown key 'tsk'"),
        ("task: look, ", "", ":5: stages.1.task: is missing"),
        ("task: look", "task: {a: b}", ":5: stages.1.task: cannot be {'a': 'b'}"),
        ("task: look", "task: '{what}'", ":5: stages.1.task: unknown input 'what'"),
        ("[researcher]", "researcher", ":5: stages.1.agents: cannot be 'researcher'"),
        ("[researcher]", "[resercher]", ":5: stages.1.agents.1: unknown agent 'resercher'"),
        ("[researcher]", "[researcher], tier: huge", ":5: stages.1.tier: unknown tier 'huge'"),
        ("[researcher]", "[researcher], gates: {hihg: 1}", ":5: stages.1.gates.hihg: unknown gate 'hihg'"),
        (
            "[researcher]",
            "[researcher], pattern: debate",
            ":5: stages.1.pattern: pattern 'debate' takes 3 to ",
        ),
        ("[researcher]", "[researcher], gates: {high: many}", ":5: stages.1.gates.high"),
        ("[researcher]", "[researcher], when: 'yes'", ":5: stages.1.when: condition 'yes'"),
        ("[researcher]", "[researcher], when: true", ":5: stages.1.when: cannot be True"),
        ("[researcher]", "[researcher], always: 'yes'", ":5: stages.1.always: cannot be 'yes'"),
        ("[researcher]", "[researcher], on_error: explode", ":5: stages.1.on_error: cannot be 'explode'"),
        ("[researcher]", "[researcher], on_error: {retry: -1}", ":5: stages.1.on_error.retry: cannot be -1"),
        (
            "[researcher]",
            "[researcher], expect: {tool: [ruff]}",
            ":5: stages.1.expect.tool: unknown key 'tool'",
        ),
        (
            "[researcher]",
            "[researcher], expect: {verdicts: [good]}",
            ":5: stages.1.expect.verdicts.1: unknown verdict",
        ),
        (
            "[researcher]",
            "[researcher], on_error: {retries: 1}",
            ":5: stages.1.on_error.retries: unknown key",
        ),
        ("[researcher]", "[researcher], on_error: {then: stop}", ":5: stages.1.on_error.retry: is missing"),
        ("stages:\n  - {id: one, task: look, agents: [researcher]}", "stages: 5", ":4: stages: cannot be 5"),
        (
            "stages:\n  - {id: one, task: look, agents: [researcher]}",
            "stages: []",
            ":4: stages: there is no stage",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, old: str, new: str, fault: str) -> None:
    """Misspelt, missing, of the wrong kind, or about what is not there."""
    error = refused(tmp_path, SMALL.replace(old, new))
    assert fault in error.message
    assert error.details.get("line") is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &a [x]\nb: [*a, *a]\n", "aliases (*name) are not supported"),
        ("a: &a\n  b: *a\n", "aliases (*name) are not supported"),
        ("!!python/object/apply:os.system ['echo no']\n", "not a workflow"),
        ("name: !!python/object/apply:os.system ['touch /tmp/no']\n", "not valid YAML"),
        ("name: mine\nname: yours\n", "name: is there twice"),
        ("[" * 40 + "]" * 40, "nested too deeply"),
        ("name: [\n", "not valid YAML"),
        ("- 1\n", "not a workflow"),
        ("just words\n", "not a workflow"),
        ("? [a]\n: b\n", "a key is not a plain word"),
        ("", "0 workflows in one file"),
        ("[{name: a}, {name: b}]", "2 workflows in one file"),
        ("name: mine\ntitle: 2024-01-01\n", "title: cannot be"),
        ("a: " + "x" * (5 * 1024 * 1024), "it is larger than 256 kB"),
    ],
)
def test_a_hostile_file_is_refused_at_once(tmp_path: Path, text: str, reason: str) -> None:
    """Bombs of aliases, circles, tags, depth, size: none of them is built or run."""
    before = time.process_time()
    assert reason in refused(tmp_path, text).message
    assert time.process_time() - before < 5
    assert not Path("/tmp/no").exists()


def test_other_bytes_and_things_that_are_no_files_are_refused(tmp_path: Path) -> None:
    """Neither a binary file nor a pipe is read."""
    (tmp_path / "mine.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="not UTF-8 text"):
        WorkflowFolder(BUILT_IN, tmp_path, NAMES).workflows()
    (tmp_path / "mine.yaml").unlink()
    (tmp_path / "mine.yaml").mkdir()
    with pytest.raises(ConfigurationError, match="not a regular file"):
        WorkflowFolder(BUILT_IN, tmp_path, NAMES).workflows()


def test_a_broken_file_hides_no_other(tmp_path: Path) -> None:
    """It is told by its own name and by the one in it; the second of two with one name is the broken one."""
    (tmp_path / "a.yaml").write_text(SMALL)
    (tmp_path / "b.yaml").write_text(SMALL)
    (tmp_path / "empty.yaml").write_text("")
    folder = WorkflowFolder(BUILT_IN, tmp_path, NAMES)
    assert [each.name for each in folder.sound()] == [*NINE, "mine"]
    assert [each.names for each in folder.broken()] == [{"b", "mine"}, {"empty"}]
    assert folder.source("mine") == SMALL


def test_a_broken_file_of_a_project_is_meant_by_no_built_in_name(tmp_path: Path) -> None:
    """Else it would stand in the way of what it cannot replace; one's own would have taken its place."""
    (tmp_path / "a.yaml").write_text("name: 'health-check'\nstages: [\n")
    assert [each.names for each in WorkflowFolder(BUILT_IN, tmp_path, NAMES, tmp_path).broken()] == [{"a"}]
    (each,) = WorkflowFolder(BUILT_IN, tmp_path, NAMES).broken()
    assert each.names == {"a", "health-check"}


def test_names_are_those_of_the_house(tmp_path: Path) -> None:
    """An agent that only this house has may be named in it."""
    names = Names(frozenset({"mine"}), {}, frozenset())
    (tmp_path / "a.yaml").write_text(SMALL.replace("researcher", "mine"))
    empty = tmp_path / "none"
    empty.mkdir()
    assert WorkflowFolder(empty, tmp_path, names).workflows()[0].stages[0].agents == ("mine",)
