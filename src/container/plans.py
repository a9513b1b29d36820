"""Plans that were saved as YAML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..infrastructure.config.plan_document import Line


def plan_document(path: Path) -> tuple[dict[str, object], Line]:
    """The values in the file, and on which line each stands; raises ConfigurationError."""
    from ..infrastructure.config.plan_document import read_plan_document

    return read_plan_document(path)
