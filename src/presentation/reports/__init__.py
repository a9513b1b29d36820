"""Runs and plans as text: for people, for machines, for other tools.

Pure functions from domain objects to one string. Each format is a module that is imported when it is first
asked for, so that a face which only wants to know the names pays for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...domain.errors import UnknownName

if TYPE_CHECKING:
    from ...domain.orchestration.plan import ExecutionPlan
    from ...domain.orchestration.run import RunRecord


@dataclass(frozen=True, slots=True)
class Look:
    """What only a terminal needs to know: whether colours are welcome, and how many columns there are."""

    color: bool = False
    width: int = 100


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write things down; `plan` is None for a format that has no place for plans."""

    purpose: str
    run: Callable[[RunRecord, Look], str]
    plan: Callable[[ExecutionPlan, Look], str] | None = None


def _text(record: RunRecord, look: Look) -> str:
    from . import text

    return text.render(record, look)


def _text_plan(plan: ExecutionPlan, look: Look) -> str:
    from . import text_plan

    return text_plan.render(plan, look)


def _markdown(record: RunRecord, _look: Look) -> str:
    from . import markdown

    return markdown.render(record)


def _markdown_plan(plan: ExecutionPlan, _look: Look) -> str:
    from . import markdown_plan

    return markdown_plan.render(plan)


def _json(record: RunRecord, _look: Look) -> str:
    from . import json_

    return json_.render(record)


def _json_plan(plan: ExecutionPlan, _look: Look) -> str:
    from . import json_

    return json_.render_plan(plan)


def _yaml_plan(plan: ExecutionPlan, _look: Look) -> str:
    from . import yaml_plan

    return yaml_plan.render(plan)


def _sarif(record: RunRecord, _look: Look) -> str:
    from . import sarif

    return sarif.render(record)


def _junit(record: RunRecord, _look: Look) -> str:
    from . import junit

    return junit.render(record)


def _html(record: RunRecord, _look: Look) -> str:
    from . import page

    return page.render(record)


FORMATS: Mapping[str, Format] = {
    "text": Format("for a terminal", _text, _text_plan),
    "markdown": Format("for a pull request or a wiki", _markdown, _markdown_plan),
    "json": Format("for programs: everything that is known", _json, _json_plan),
    "sarif": Format("SARIF 2.1.0, for code scanning", _sarif),
    "junit": Format("JUnit XML, for build servers", _junit),
    "html": Format("one self-contained page", _html),
}

PLAN_FORMATS: Mapping[str, Callable[[ExecutionPlan, Look], str]] = {
    **{name: found.plan for name, found in FORMATS.items() if found.plan},
    "yaml": _yaml_plan,
}
"""What plans can be written in; YAML is for plans alone: to be edited, and run."""


def render_run(record: RunRecord, format: str, *, color: bool = False, width: int = 100) -> str:  # noqa: A002
    """Write `record` down; colour and width (columns) matter to text only.

    Raises UnknownName when there is no such format.
    """
    if format not in FORMATS:
        raise UnknownName.of("format", format, FORMATS)
    return FORMATS[format].run(record, Look(color, width))


def render_plan(plan: ExecutionPlan, format: str, *, color: bool = False, width: int = 100) -> str:  # noqa: A002
    """Write `plan` down; raises UnknownName for a format that plans cannot be written in."""
    if format not in PLAN_FORMATS:
        raise UnknownName.of("format for plans", format, PLAN_FORMATS)
    return PLAN_FORMATS[format](plan, Look(color, width))
