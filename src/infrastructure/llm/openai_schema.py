"""What both of OpenAI's formats ask of schemas, names and tools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...domain.errors import ErrorKind
from ...domain.models.exchange import ModelRequest, Reasoning
from ...domain.models.info import ModelCapability, ModelInfo
from .openai_failures import model_failure

LONGEST_NAME = 64
NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_NAME}}}")
UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
# What OpenAI promises to keep to when it is strict; a schema with anything else is refused.
STRICT_WORDS = frozenset(
    {
        "$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum", "items",
        "maxItems", "maximum", "minItems", "minimum", "properties", "required", "title", "type",
    }
)  # fmt: skip
# No word for "off" is known to every model that reasons; "low" is.
EFFORTS = {
    Reasoning.OFF: "low",
    Reasoning.LOW: "low",
    Reasoning.MEDIUM: "medium",
    Reasoning.HIGH: "high",
}


def refuse_tools(info: ModelInfo, request: ModelRequest) -> None:
    """Raise ModelFailure for tools that the model does not take, before anything is sent."""
    if request.tools and not info.can(ModelCapability.TOOLS):
        count = len(request.tools)
        raise model_failure(
            info,
            ErrorKind.INVALID_REQUEST,
            f"it takes no tools, and {count} {'was' if count == 1 else 'were'} offered",
            hint="choose a model with tools, see `muster models list`",
        )


def effort_of(info: ModelInfo, request: ModelRequest) -> str | None:
    """How hard to think, in OpenAI's words; None leaves it to the model."""
    return EFFORTS.get(request.reasoning) if info.can(ModelCapability.REASONING) else None


def answer_schema(info: ModelInfo, request: ModelRequest) -> dict[str, Any] | None:
    """Name, schema and strictness of the answer that is asked for; None when the model has no such thing."""
    if request.response_schema is None or not info.can(ModelCapability.STRUCTURED_OUTPUT):
        return None
    name = UNFIT.sub("_", request.schema_name)[:LONGEST_NAME] or "answer"
    schema = dict(request.response_schema)
    return {"name": name, "schema": schema, "strict": strict_safe(schema)}


def strict_safe(schema: object) -> bool:
    """Whether OpenAI takes `schema` as strict: closed objects whose every property is required."""
    if not isinstance(schema, Mapping) or not schema.keys() <= STRICT_WORDS:
        return False
    properties = schema.get("properties", {})
    if schema.get("type") == "object" or "properties" in schema:
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("required", ())) != set(properties):
            return False
    elif "additionalProperties" in schema:
        return False
    inner = [*properties.values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", ())]
    if "items" in schema:
        inner.append(schema["items"])
    return all(strict_safe(part) for part in inner)
