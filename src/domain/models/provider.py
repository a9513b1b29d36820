"""Where language models are asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from .rate import RateLimit


class ProviderKind(StrEnum):
    """The wire format that a provider speaks; `embedded` needs none."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    COMPATIBLE = "compatible"
    OLLAMA = "ollama"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Provider:
    """How a provider is reached.

    `url=None` is the SDK's own; `key_env` names the environment variable with the key, "" where none is needed.
    `local` providers run on the user's own machines: they cost nothing, and nothing leaves. `seconds` is how
    long one answer may take, `rate` what the provider allows a minute.
    """

    name: str
    kind: ProviderKind
    url: str | None = None
    key_env: str = ""
    local: bool = False
    seconds: float = 600.0
    rate: RateLimit = field(default_factory=RateLimit)
