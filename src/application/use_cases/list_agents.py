"""List agents."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.agents.template import AgentTemplate
from ...domain.ports.agent_catalog import AgentCatalog


@dataclass(frozen=True, slots=True)
class ListAgentsRequest:
    """There is nothing to choose."""


class ListAgents:
    """Lists every agent that a team can be composed of, the user's own included."""

    def __init__(self, catalog: AgentCatalog) -> None:
        self._catalog = catalog

    async def execute(self, request: ListAgentsRequest) -> tuple[AgentTemplate, ...]:
        """The templates in the catalogue's order."""
        return self._catalog.templates()
