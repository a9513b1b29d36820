"""Settings about language models: who is called, where, with which key, and how often."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

from .disclosure import LONGEST_NAME, looks_like_key

MODEL = re.compile(r"[^/\s,]+(/\S+)?")
"""`provider/id`, or a provider alone."""

Kind = Literal["anthropic", "openai", "compatible", "ollama"]


def _variable(name: str) -> str:
    """Refuse what is no name of a variable, or a key that was written in its place; it is not repeated."""
    if (
        not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name, re.ASCII)
        or len(name) > LONGEST_NAME
        or looks_like_key(name)
    ):
        raise ValueError(
            "it is the name of a variable, in upper case letters, digits and underscores, and never a key"
        )
    return name


class ProviderSettings(BaseModel):
    """How one provider is reached; what is left out is as the built-in table has it.

    `kind` is the wire format; a key is never written here: `key_env` names the variable that holds it. `requests`
    and `tokens` are what may be sent in a minute. `seconds` is how long one answer may take.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: Kind | None = None
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    key_env: Annotated[str, AfterValidator(_variable)] | None = None
    requests: Annotated[int, Strict(), Field(ge=1)] | None = None
    tokens: Annotated[int, Strict(), Field(ge=1)] | None = None
    seconds: Annotated[float, Strict(), Field(gt=0, le=86_400, allow_inf_nan=False)] = 600.0
    local: bool | None = None


class BudgetSettings(BaseModel):
    """What one run may spend at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)] | None = None
    calls: Annotated[int, Strict(), Field(ge=0)] | None = None
    tokens: Annotated[int, Strict(), Field(ge=0)] | None = None
    seconds: Annotated[float, Strict(), Field(gt=0, allow_inf_nan=False)] | None = None
    allow_unpriced: Annotated[bool, Strict()] = False


def known_models(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is neither `provider/id` nor a provider."""
    for name in names:
        if not MODEL.fullmatch(name):
            raise ValueError(f"{name!r} is neither provider/model nor a provider")
    return names
