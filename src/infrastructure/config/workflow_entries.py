"""A workflow as it is written in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt

from ...domain.agents.capability import Capability
from ...domain.models.tier import ModelTier
from ...domain.orchestration.gates import Gate
from ...domain.orchestration.run import Verdict
from ...domain.workflows.workflow import (
    Expectation,
    OnError,
    Origin,
    Then,
    Workflow,
    WorkflowInput,
    WorkflowStage,
)

MAX_TASK = 8_000
"""Characters of a stage's own words; what earlier stages found comes on top."""


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=500)]
Words = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=MAX_TASK)]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Count: TypeAlias = Mapping[str, StrictInt]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputEntry(_Entry):
    """Something that whoever starts the workflow may say: --input NAME=VALUE."""

    name: Name
    help: str = Field("", max_length=500)
    default: str | None = Field(None, description="without one, the input must be given")
    choices: tuple[str, ...] = Field((), max_length=50)

    def made(self) -> WorkflowInput:
        """The input as the domain knows it."""
        return WorkflowInput(self.name, self.help.strip(), self.default, self.choices)


class ExpectEntry(_Entry):
    """What the output of a stage must be for the stage to count as done."""

    agents_finished: StrictBool = Field(default=False, description="every agent came to its end")
    summary: StrictBool = Field(default=False, description="some agent summed up")
    measures: tuple[Name, ...] = Field((), max_length=50, description="these were measured")
    tools: tuple[Name, ...] = Field((), max_length=50, description="these gave evidence")
    at_most: Count = Field(default_factory=dict, description="findings by severity, or all: at most so many")
    at_least: Count = Field(
        default_factory=dict, description="findings by severity, or all: at least so many"
    )
    verdicts: tuple[Verdict, ...] = Field((), description="the verdicts that are accepted")

    def made(self) -> Expectation:
        """The expectation as the domain knows it."""
        return Expectation(
            self.agents_finished, self.summary, self.measures, self.tools, dict(self.at_most),
            dict(self.at_least), self.verdicts,
        )  # fmt: skip


class RetryEntry(_Entry):
    """How often a failed stage is tried again, and what then becomes of the rest."""

    retry: StrictInt = Field(ge=0)
    then: Then = Then.STOP


class StageEntry(_Entry):
    """One stage: a run of a team."""

    id: Name
    title: Text | None = None
    task: Words = Field(description="what is to be done; may hold {input} and {stages.ID.summary}")
    agents: tuple[Name, ...] = Field((), max_length=10)
    capabilities: tuple[Capability, ...] = ()
    pattern: Name | None = None
    concurrency: StrictInt | None = Field(None, ge=1, le=64, description="how many agents at once")
    tier: ModelTier | None = Field(None, description="the agents work on the models of this tier")
    gates: Mapping[str, StrictInt | StrictFloat] = Field(default_factory=dict)
    when: str = Field("", max_length=500, description="e.g. stages.scan.findings.high > 0")
    expect: ExpectEntry = Field(default_factory=ExpectEntry)
    on_error: Literal["stop", "continue"] | RetryEntry = "stop"
    always: StrictBool = Field(default=False, description="cleans up: runs whatever happened")
    needs_model: StrictBool = Field(default=False, description="is skipped where no language model is set")
    optional: StrictBool = Field(default=False, description="the workflow is whole without it")

    def made(self) -> WorkflowStage:
        """The stage as the domain knows it."""
        how = self.on_error
        entry = RetryEntry(retry=0, then=Then(how)) if isinstance(how, str) else how
        return WorkflowStage(
            id=self.id,
            title=self.title or self.id.replace("-", " ").capitalize(),
            task=self.task,
            agents=tuple(agent.strip().lower() for agent in self.agents),
            capabilities=self.capabilities,
            pattern=self.pattern.strip().lower() if self.pattern else None,
            concurrency=self.concurrency,
            tier=self.tier,
            gates=tuple(Gate(name, float(threshold)) for name, threshold in self.gates.items()),
            when=self.when.strip(),
            expect=self.expect.made(),
            on_error=OnError(entry.retry, entry.then),
            always=self.always,
            needs_model=self.needs_model,
            optional=self.optional,
        )


class WorkflowEntry(_Entry):
    """A workflow: named stages that run one after the other."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)
    title: Text
    purpose: Text
    inputs: tuple[InputEntry, ...] = Field((), max_length=20)
    stages: tuple[StageEntry, ...]

    def made(self, origin: Origin) -> Workflow:
        """The workflow as the domain knows it."""
        stages = tuple(stage.made() for stage in self.stages)
        inputs = tuple(each.made() for each in self.inputs)
        return Workflow(self.name, self.title, self.purpose, stages, inputs, origin)
