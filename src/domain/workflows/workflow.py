"""A workflow as it is written down: its inputs and its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..agents.capability import Capability
from ..models.tier import ModelTier
from ..orchestration.gates import Gate
from ..orchestration.run import Verdict

MAX_STAGES = 30
MAX_RETRIES = 5
MAX_INPUT = 2_000
"""Characters of one input."""


class Origin(StrEnum):
    """Whose word a workflow is."""

    BUILT_IN = "built-in"
    OWN = "own"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class WorkflowInput:
    """Something that whoever starts the workflow may say; without a `default` it must be said."""

    name: str
    help: str = ""
    default: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a stage's output must be for the stage to count as done.

    `measures` must have been measured, `tools` must have given evidence; `at_most` and `at_least` count findings by
    severity, or by "all"; `verdicts` are those that are accepted (none: any).
    """

    agents_finished: bool = False
    summary: bool = False
    measures: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    at_most: Mapping[str, int] = field(default_factory=dict)
    at_least: Mapping[str, int] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()


class Then(StrEnum):
    """What becomes of the stages after one that failed for good."""

    STOP = "stop"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class OnError:
    """How often a failed stage is tried again, and what becomes of the rest when that did not help."""

    retries: int = 0
    then: Then = Then.STOP


@dataclass(frozen=True, slots=True)
class WorkflowStage:
    """One run of a team.

    `task` may hold `{input}` and `{stages.id.summary}`; the team is `agents`, or whoever has the `capabilities`, or
    else the planner's choice by the task. `when` is a condition over inputs and earlier stages. An `always` stage
    cleans up: it runs whatever became of the others. `needs_model` marks work that evidence alone cannot do, and
    `optional` work without which the workflow is whole all the same.
    """

    id: str
    title: str
    task: str
    agents: tuple[str, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    pattern: str | None = None
    concurrency: int | None = None
    tier: ModelTier | None = None
    gates: tuple[Gate, ...] = ()
    when: str = ""
    expect: Expectation = field(default_factory=Expectation)
    on_error: OnError = field(default_factory=OnError)
    always: bool = False
    needs_model: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """A named plan of stages that run one after the other."""

    name: str
    title: str
    purpose: str
    stages: tuple[WorkflowStage, ...]
    inputs: tuple[WorkflowInput, ...] = ()
    origin: Origin = Origin.BUILT_IN
