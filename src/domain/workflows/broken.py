"""Workflows that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import ConfigurationError

Told: TypeAlias = Callable[[ConfigurationError], None]
"""Is told of a workflow that cannot be read, and is left out."""


@dataclass(frozen=True, slots=True)
class BrokenWorkflow:
    """A workflow with a mistake, and the names by which somebody who asks for one may mean it."""

    error: ConfigurationError
    names: frozenset[str]
