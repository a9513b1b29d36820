"""What a model wants back with its tool results, as it travels in `Message.reasoning`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ...domain.models.info import ModelInfo


@dataclass(slots=True)
class Kept:
    """Sealed thinking of one answer.

    `items` are reasoning items of the Responses API, each with its place among the items of the answer.
    `thinking` and `extras` (by the number of the tool call) are what compatible servers want back instead.
    """

    items: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    thinking: str = ""
    extras: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.items or self.thinking or self.extras)

    def write(self, info: ModelInfo) -> str:
        """As JSON, sealed for one model: another cannot open it."""
        parts = {"items": self.items, "thinking": self.thinking, "extras": self.extras}
        return json.dumps({"for": info.name, **{key: part for key, part in parts.items() if part}})

    @classmethod
    def read(cls, info: ModelInfo, data: str) -> Kept:
        """What `write` wrote for the same model; anything else is empty."""
        if not data:
            return cls()
        try:
            found = json.loads(data)
            if found["for"] != info.name:
                return cls()
            items = [(int(place), dict(item)) for place, item in found.get("items", [])]
            return cls(items, str(found.get("thinking", "")), dict(found.get("extras", {})))
        except (ValueError, TypeError, KeyError):
            return cls()
