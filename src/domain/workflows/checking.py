"""What is wrong with a workflow before it ever runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ..errors import UnknownName, UserError
from ..evidence.severity import Severity
from ..orchestration.gates import KINDS
from .condition import Field, parse_condition, references
from .state import ALL
from .template import InputPlace, ResultPlace, parse_task
from .workflow import MAX_INPUT, MAX_RETRIES, MAX_STAGES, Origin, Workflow, WorkflowStage

STAGE_ID = re.compile(r"[a-z][a-z0-9-]*\Z")
INPUT_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
OWN = "set workflows_dir in your own settings, or MUSTER_WORKFLOWS_DIR, to trust these workflows as your own"
PROJECT_RETRIES = 1
"""How often a stage of a stranger's workflow is tried again: each attempt may cost money."""


@dataclass(frozen=True, slots=True)
class Names:
    """What exists: agents, patterns with the fewest and the most agents that each takes, and tools that measure."""

    agents: AbstractSet[str]
    patterns: Mapping[str, tuple[int, int]]
    tools: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake, the place in the workflow where it stands, and what to do about it."""

    place: tuple[str | int, ...]
    message: str
    hint: str


def faults(workflow: Workflow, names: Names) -> Iterator[Fault]:
    """Every mistake, in the order in which they are written."""
    yield from _of_inputs(workflow)
    if not workflow.stages:
        yield Fault(("stages",), "there is no stage", "write at least one")
    if len(workflow.stages) > MAX_STAGES:
        yield Fault(
            ("stages",), f"{len(workflow.stages)} stages are more than {MAX_STAGES}", "split it in two"
        )
    for index, stage in enumerate(workflow.stages):
        for fault in _of_stage(workflow, index, stage, names):
            yield Fault(("stages", index, *fault.place), fault.message, fault.hint)


def _of_inputs(workflow: Workflow) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, each in enumerate(workflow.inputs):
        place = ("inputs", index, "name")
        if not INPUT_NAME.match(each.name):
            yield Fault(
                place, f"{each.name!r} is no name for an input", "small letters, digits and _, e.g. depth"
            )
        if each.name in seen:
            yield Fault(place, f"input {each.name!r} is there twice", "keep one of them")
        seen.add(each.name)
        if each.default is not None and each.choices and each.default not in each.choices:
            hint = f"choose one of {', '.join(each.choices)}"
            yield Fault(("inputs", index, "default"), f"{each.default!r} is none of the choices", hint)
        if each.default is not None and len(each.default) > MAX_INPUT:
            yield Fault(("inputs", index, "default"), f"is longer than {MAX_INPUT} characters", "shorten it")


def _of_stage(workflow: Workflow, index: int, stage: WorkflowStage, names: Names) -> Iterator[Fault]:
    earlier = [each.id for each in workflow.stages[:index]]
    if not STAGE_ID.match(stage.id):
        yield Fault(("id",), f"{stage.id!r} is no id", "small letters, digits and -, e.g. scan-again")
    if stage.id in earlier:
        yield Fault(("id",), f"stage {stage.id!r} is there twice", "give each stage an id of its own")
    yield from _of_team(stage, names)
    yield from _of_order(workflow, index, stage)
    yield from _of_task(workflow, stage, earlier)
    yield from _of_condition(workflow, stage, earlier)
    yield from _of_expectation(stage, names)
    if workflow.origin is Origin.PROJECT:
        yield from _overreach(stage)


def _of_team(stage: WorkflowStage, names: Names) -> Iterator[Fault]:
    for at, agent in enumerate(stage.agents):
        if agent not in names.agents:
            yield _unknown(("agents", at), "agent", agent, names.agents)
        if agent in stage.agents[:at]:
            yield Fault(("agents", at), f"agent {agent!r} is there twice", "name it once")
    if stage.agents and stage.capabilities:
        hint = "name the agents, or what they must be able to do"
        yield Fault(("capabilities",), "agents and capabilities exclude each other", hint)
    if stage.pattern is not None:
        yield from _of_pattern(stage.pattern, len(stage.agents), names)
    for gate in stage.gates:
        if gate.name not in KINDS:
            yield _unknown(("gates", gate.name), "gate", gate.name, KINDS.keys())
        elif not 0 <= gate.threshold < float("inf"):
            hint = f"e.g. {gate.name}: 0"
            yield Fault(("gates", gate.name), f"gate {gate.name!r} needs a number from 0 up", hint)


def _of_pattern(pattern: str, count: int, names: Names) -> Iterator[Fault]:
    """How many agents there are is known when the stage names them."""
    if pattern not in names.patterns:
        yield _unknown(("pattern",), "pattern", pattern, names.patterns.keys())
        return
    least, most = names.patterns[pattern]
    if count and not least <= count <= most:
        message = f"pattern {pattern!r} takes {least} to {most} agents, not {count}"
        yield Fault(("pattern",), message, "name other agents, or another pattern")


def _of_order(workflow: Workflow, index: int, stage: WorkflowStage) -> Iterator[Fault]:
    if not 0 <= stage.on_error.retries <= MAX_RETRIES:
        message = f"{stage.on_error.retries} retries are not 0 to {MAX_RETRIES}"
        yield Fault(("on_error",), message, "write e.g. retry: 1")
    if stage.always and stage.when:
        yield Fault(("when",), "an `always` stage runs whatever happened and takes no `when`", "drop one")
    if stage.always and stage.needs_model:
        hint = "a stage that is to run always must be able to"
        yield Fault(("needs_model",), "an `always` stage cannot wait for a language model", hint)
    if not stage.always and any(each.always for each in workflow.stages[:index]):
        yield Fault(("id",), "comes after an `always` stage", "put the `always` stages last")


def _of_task(workflow: Workflow, stage: WorkflowStage, earlier: Sequence[str]) -> Iterator[Fault]:
    if not stage.task.strip():
        yield Fault(("task",), "is empty", "say what is to be done")
    inputs = [each.name for each in workflow.inputs]
    try:
        parts = parse_task(stage.task)
    except UserError as error:
        yield Fault(("task",), error.message, error.hint)
        return
    for part in parts:
        if isinstance(part, InputPlace) and part.name not in inputs:
            yield _unknown(("task",), "input", part.name, inputs)
        if isinstance(part, ResultPlace) and part.stage not in earlier:
            yield _not_earlier(("task",), workflow, stage, part.stage, earlier)


def _of_condition(workflow: Workflow, stage: WorkflowStage, earlier: Sequence[str]) -> Iterator[Fault]:
    if not stage.when:
        return
    try:
        asked = references(parse_condition(stage.when))
    except UserError as error:
        yield Fault(("when",), error.message, error.hint)
        return
    inputs = [each.name for each in workflow.inputs]
    for reference in asked:
        if reference.field is Field.INPUT and reference.name not in inputs:
            yield _unknown(("when",), "input", reference.name, inputs)
        if reference.field is not Field.INPUT and reference.stage not in earlier:
            yield _not_earlier(("when",), workflow, stage, reference.stage, earlier)


def _not_earlier(
    place: tuple[str, ...], workflow: Workflow, stage: WorkflowStage, wanted: str, earlier: Sequence[str]
) -> Fault:
    """A stage knows only what came before it, so that no circle can be written."""
    if wanted == stage.id or any(each.id == wanted for each in workflow.stages):
        which = "itself" if wanted == stage.id else f"{wanted!r}, which comes later"
        hint = f"earlier stages: {', '.join(earlier) or 'none'}"
        return Fault(place, f"stage {stage.id!r} asks for {which}", hint)
    return _unknown(place, "stage", wanted, earlier)


def _of_expectation(stage: WorkflowStage, names: Names) -> Iterator[Fault]:
    expect = stage.expect
    for at, tool in enumerate(expect.tools):
        if tool not in names.tools:
            yield _unknown(("expect", "tools", at), "tool", tool, names.tools)
    severities = {ALL, *Severity}
    for key, counts in (("at_most", expect.at_most), ("at_least", expect.at_least)):
        for name, count in counts.items():
            if name not in severities:
                yield _unknown(("expect", key, name), "severity", name, severities)
            if count < 0:
                yield Fault(("expect", key, name), f"{count} is below 0", "write 0 or more")


def _overreach(stage: WorkflowStage) -> Iterator[Fault]:
    """A project that was only just cloned chooses no models and spends no more than once again."""
    if stage.tier is not None:
        yield Fault(("tier",), "a project's workflow cannot choose models", OWN)
    if stage.on_error.retries > PROJECT_RETRIES:
        message = (
            f"a project's stage is tried again at most {PROJECT_RETRIES} time, not {stage.on_error.retries}"
        )
        yield Fault(("on_error",), message, OWN)


def _unknown(
    place: tuple[str | int, ...], kind: str, name: str, known: AbstractSet[str] | Sequence[str]
) -> Fault:
    error = UnknownName.of(kind, name, known)
    return Fault(place, error.message, error.hint)
