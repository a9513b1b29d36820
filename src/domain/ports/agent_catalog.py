"""Port: where agent templates come from."""

from __future__ import annotations

from typing import Protocol

from ..agents.template import AgentTemplate


class AgentCatalog(Protocol):
    """All agents that a team can be composed of."""

    def templates(self) -> tuple[AgentTemplate, ...]:
        """Every template once, in a stable order; raises ConfigurationError that names the place of a mistake."""
        ...
