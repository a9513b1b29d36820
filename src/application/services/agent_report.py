"""The structured answer that every agent gives, whatever model it runs on."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...domain.errors import ProviderError


class Cited(BaseModel):
    """A finding that the agent stands behind, by the fingerprint of its evidence."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    evidence: str


class AgentReport(BaseModel):
    """Summary, cited findings, and for a manager the assignments that it hands out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    summary: Annotated[str, Field(min_length=1)]
    findings: tuple[Cited, ...] = ()
    delegations: dict[str, str] = {}


CONTRACT = (
    "Answer with one JSON object and nothing else: "
    '{"summary": "<plain words>", "findings": [{"evidence": "<fingerprint>"}], '
    '"delegations": {"<agent>": "<assignment>"}}. '
    "Leave delegations empty unless you were given workers."
)


def parse_report(text: str, model: str) -> AgentReport:
    """Read an agent's answer; raises ProviderError that names the model when it is not what was asked for."""
    start, end = text.find("{"), text.rfind("}")
    try:
        return AgentReport.model_validate(json.loads(text[start : end + 1]))
    except (ValueError, ValidationError) as error:
        raise ProviderError(
            f"{model} did not answer with the report that was asked for: {str(error).splitlines()[0]}",
            code="bad-report",
            details={"answer": text[:500]},
            hint="run it again, or choose a model that follows schemas",
        ) from error
