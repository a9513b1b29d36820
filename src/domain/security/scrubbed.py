"""A text without what should not be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PrivacyPolicy(StrEnum):
    """What happens to personal data and secrets before a prompt leaves the machine."""

    ALLOW = "allow"
    REDACT = "redact"
    BLOCK = "block"


class PersonalDataPolicy(StrEnum):
    """What happens to personal data in prompts to other machines.

    Hidden is what goes out as a placeholder, and stands in the answer again as it was.
    """

    ALLOW = "allow"
    HIDE = "hide"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """The text as it may be sent; `found` counts the finds by kind."""

    text: str
    found: Mapping[str, int] = field(default_factory=dict)
