"""The structured answer that every agent gives, whatever model it runs on."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.evidence.severity import Category, Severity

MAX_OWN = 100
"""Findings of its own that one report of an agent may hold; more are dropped and counted."""
MAX_LESSONS, LONGEST_LESSON = 3, 400
"""Lessons of one report that are kept, and the characters of each."""


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _unsaid(value: object) -> object:
    """An empty confidence is none."""
    return None if value == "" else value


def _nothing(value: object) -> object:
    """A choice that is null is none; a bare number or truth value is what its word says."""
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _nobody(value: object) -> object:
    """A ranking that is null is none."""
    return () if value is None else value


class ReportedFinding(BaseModel):
    """Either a finding of a tool, cited by the fingerprint of its evidence, or one of the agent's own.

    An own one quotes the line that shows it; `line` is 1-based.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    evidence: str = ""
    path: str = ""
    line: Annotated[int, Field(ge=0)] = 0
    quote: str = ""
    message: str = ""
    severity: Annotated[Severity, BeforeValidator(_lower)] = Severity.MEDIUM
    category: Annotated[Category, BeforeValidator(_lower)] = Category.QUALITY
    suggestion: str = ""
    cwe: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _says_what_it_rests_on(self) -> ReportedFinding:
        if not self.evidence.strip() and not (self.path.strip() and self.message.strip()):
            raise ValueError("a finding needs evidence, or path, line, quote and message")
        return self


class AgentReport(BaseModel):
    """Summary, findings, and what a pattern may have asked for besides.

    `delegations` are the assignments that a manager hands out; `confidence` is how sure the agent is (0 to 1), None
    when it does not say; `choice` and `ranking` are its vote, empty for an abstention. `lessons` are what later runs on
    the project should know.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    summary: Annotated[str, Field(min_length=1)]
    findings: tuple[ReportedFinding, ...] = ()
    delegations: dict[str, str] = {}
    confidence: Annotated[float | None, BeforeValidator(_unsaid), Field(ge=0, le=1)] = None
    choice: Annotated[str, BeforeValidator(_nothing)] = ""
    ranking: Annotated[tuple[str, ...], BeforeValidator(_nobody)] = ()
    lessons: Annotated[tuple[str, ...], BeforeValidator(_nobody)] = ()


CONTRACT = (
    "Answer with one JSON object and nothing else: "
    '{"summary": "<plain words>", "findings": [...], "delegations": {"<agent>": "<assignment>"}}. '
    'A finding of a tool that you stand behind is {"evidence": "<fingerprint>"}. '
    "One of your own, which no tool reported, is "
    '{"path": "<file>", "line": <number>, "quote": "<that line, word for word>", "message": "<what is wrong>", '
    f'"severity": "<{"|".join(Severity)}>", "category": "<{"|".join(Category)}>", '
    '"suggestion": "<what helps>", "cwe": <number or null>}; '
    "quote only whole lines that you have read, the lines of a longer quote one after the other: "
    "a quote that is not in the file is thrown away. "
    f"The first {MAX_OWN} of your own are read. "
    "Leave delegations empty unless you were given workers. Your assignment says when more is to be added. "
    "What you have learned of this project that is worth knowing for any later work on it, and is no finding, may go "
    'in "lessons": ["<a sentence>"], three at most.'
)


def lessons_of(report: AgentReport) -> tuple[str, ...]:
    """The lessons that are kept of a report: short ones, and few."""
    plain = (" ".join(lesson.split()) for lesson in report.lessons)
    return tuple(dict.fromkeys(lesson for lesson in plain if 0 < len(lesson) <= LONGEST_LESSON))[:MAX_LESSONS]


def parse_report(text: str, model: str) -> AgentReport:
    """Read an agent's answer; raises ModelFailure that names the model when it is not what was asked for."""
    start, end = text.find("{"), text.rfind("}")
    try:
        return AgentReport.model_validate(json.loads(text[start : end + 1]))
    except (ValueError, ValidationError, RecursionError) as error:
        raise ModelFailure(
            f"{model} did not answer with the report that was asked for: {_first_fault(error)}",
            kind=ErrorKind.BAD_ANSWER,
            code="bad-report",
            details={"answer": text[:500]},
            hint="run it again, or choose a model that follows schemas",
        ) from error


def repair_prompt(error: ModelFailure) -> str:
    """What a model is told whose answer could not be read."""
    return f"That could not be read: {error.message}. {CONTRACT}"


def _first_fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error).splitlines()[0]
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'the object'}: {first['msg']}"
