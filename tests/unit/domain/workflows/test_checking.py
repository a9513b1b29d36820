"""What is wrong with a workflow before it runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.domain.agents.capability import Capability
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.gates import Gate
from muster.domain.workflows.checking import Names, faults
from muster.domain.workflows.workflow import (
    MAX_INPUT,
    MAX_STAGES,
    Expectation,
    OnError,
    Origin,
    Workflow,
    WorkflowInput,
)
from tests.fakes.workflows import stage, workflow

NAMES = Names(frozenset({"worker", "critic"}), {"parallel": (1, 8), "debate": (3, 8)}, frozenset({"ruff"}))
DEPTH = WorkflowInput("depth", "", "full", ("full", "quick"))


def told(flow: Workflow) -> list[str]:
    """Each fault as place and message."""
    return [f"{'.'.join(map(str, fault.place))}: {fault.message}" for fault in faults(flow, NAMES)]


def test_a_sound_workflow_has_no_fault() -> None:
    """With everything that may be written."""
    flow = workflow(
        stage(
            "scan", when="input.depth == full", gates=(Gate("high", 0),), expect=Expectation(tools=("ruff",))
        ),
        stage(
            "fix", task="{depth} {stages.scan.summary}", when="stages.scan.findings > 0", pattern="parallel"
        ),
        stage("end", always=True, on_error=OnError(5)),
        inputs=[DEPTH],
    )
    assert told(flow) == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"agents": ("worker", "ghost")}, "stages.1.agents.1: unknown agent 'ghost'"),
        ({"agents": ("worker", "worker")}, "stages.1.agents.1: agent 'worker' is there twice"),
        (
            {"capabilities": (Capability.PLANNING,)},
            "stages.1.capabilities: agents and capabilities exclude each other",
        ),
        ({"pattern": "paralel"}, "stages.1.pattern: unknown pattern 'paralel'"),
        (
            {"pattern": "debate", "agents": ("worker", "critic")},
            "stages.1.pattern: pattern 'debate' takes 3 to 8 agents, not 2",
        ),
        ({"gates": (Gate("hihg", 0),)}, "stages.1.gates.hihg: unknown gate 'hihg'"),
        ({"gates": (Gate("high", -1),)}, "stages.1.gates.high: gate 'high' needs a number from 0 up"),
        (
            {"gates": (Gate("high", float("nan")),)},
            "stages.1.gates.high: gate 'high' needs a number from 0 up",
        ),
        ({"task": " "}, "stages.1.task: is empty"),
        ({"task": "{nothing}"}, "stages.1.task: unknown input 'nothing'"),
        ({"task": "{"}, "stages.1.task: a bracket '{' stands alone"),
        ({"task": "{stages.two.summary}"}, "stages.1.task: stage 'two' asks for itself"),
        (
            {"task": "{stages.three.summary}"},
            "stages.1.task: stage 'two' asks for 'three', which comes later",
        ),
        ({"task": "{stages.four.summary}"}, "stages.1.task: unknown stage 'four'"),
        ({"when": "input.nothing == 1"}, "stages.1.when: unknown input 'nothing'"),
        ({"when": "stages.two.status == failed"}, "stages.1.when: stage 'two' asks for itself"),
        (
            {"when": "stages.three.status == failed"},
            "stages.1.when: stage 'two' asks for 'three', which comes later",
        ),
        ({"when": "stages.nil.status == failed"}, "stages.1.when: unknown stage 'nil'"),
        ({"when": "input.depth"}, "stages.1.when: condition 'input.depth': it ends where"),
        ({"expect": Expectation(tools=("rust",))}, "stages.1.expect.tools.0: unknown tool 'rust'"),
        ({"expect": Expectation(at_most={"hi": 1})}, "stages.1.expect.at_most.hi: unknown severity 'hi'"),
        ({"expect": Expectation(at_least={"all": -1})}, "stages.1.expect.at_least.all: -1 is below 0"),
        ({"on_error": OnError(6)}, "stages.1.on_error: 6 retries are not 0 to 5"),
        (
            {"always": True, "when": "input.depth == full"},
            "stages.1.when: an `always` stage runs whatever happened",
        ),
        ({"always": True, "needs_model": True}, "stages.1.needs_model: an `always` stage cannot wait"),
        ({"always": True}, "stages.2.id: comes after an `always` stage"),
        ({"id": "one"}, "stages.1.id: stage 'one' is there twice"),
        ({"id": "Two!"}, "stages.1.id: 'Two!' is no id"),
    ],
)
def test_each_mistake_has_its_place(given: dict[str, object], fault: str) -> None:
    """In the second of three stages."""
    two = replace(stage("two"), **given)  # type: ignore[arg-type]
    found = told(workflow(stage("one"), two, stage("three"), inputs=[DEPTH]))
    assert any(each.startswith(fault) for each in found), found


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ([DEPTH, DEPTH], "inputs.1.name: input 'depth' is there twice"),
        ([WorkflowInput("De pth")], "inputs.0.name: 'De pth' is no name for an input"),
        (
            [WorkflowInput("depth", default="deep", choices=("full",))],
            "inputs.0.default: 'deep' is none of the choices",
        ),
        (
            [WorkflowInput("depth", default="a" * (MAX_INPUT + 1))],
            "inputs.0.default: is longer than 2000 characters",
        ),
    ],
)
def test_inputs_are_looked_at_too(given: list[WorkflowInput], fault: str) -> None:
    """Their names, and whether their defaults may be."""
    assert told(workflow(stage("one"), inputs=given)) == [fault]


def test_there_are_1_to_30_stages() -> None:
    """No fewer, no more."""
    assert told(workflow()) == ["stages: there is no stage"]
    many = [stage(f"s{number}") for number in range(MAX_STAGES + 1)]
    assert told(workflow(*many[:-1])) == []
    assert told(workflow(*many)) == ["stages: 31 stages are more than 30"]


def test_a_project_chooses_no_models_and_spends_little() -> None:
    """What was only just cloned neither names a tier nor tries again and again; one's own may."""
    flow = workflow(stage("one", tier=ModelTier.CHEAP, on_error=OnError(2)))
    assert told(replace(flow, origin=Origin.OWN)) == []
    assert told(replace(flow, origin=Origin.PROJECT)) == [
        "stages.0.tier: a project's workflow cannot choose models",
        "stages.0.on_error: a project's stage is tried again at most 1 time, not 2",
    ]
