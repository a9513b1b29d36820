"""A catalogue of given agents."""

from __future__ import annotations

from muster.domain.agents.template import AgentTemplate
from muster.domain.ports.agent_catalog import AgentCatalog


class FakeCatalog(AgentCatalog):
    """Exactly the templates that it is given."""

    def __init__(self, *templates: AgentTemplate) -> None:
        self._templates = templates

    def templates(self) -> tuple[AgentTemplate, ...]:
        """The given templates."""
        return self._templates
