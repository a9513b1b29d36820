"""Check the set-up."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import ConfigurationError
from ...domain.orchestration.setup import SetupCheck, SetupReport, SetupState
from ...domain.ports.agent_catalog import AgentCatalog
from ...domain.ports.setup_probe import SetupProbe


@dataclass(frozen=True, slots=True)
class CheckSetupRequest:
    """There is nothing to choose."""


class CheckSetup:
    """Says what of Muster works here, what is missing, and where each setting comes from."""

    def __init__(self, probe: SetupProbe, catalog: AgentCatalog) -> None:
        self._probe = probe
        self._catalog = catalog

    async def execute(self, request: CheckSetupRequest) -> SetupReport:
        """The report; what is missing is in it, not an error."""
        return SetupReport((*await self._probe.checks(), self._agents()), self._probe.settings())

    def _agents(self) -> SetupCheck:
        try:
            templates = self._catalog.templates()
        except ConfigurationError as error:
            return SetupCheck("agents", SetupState.PROBLEM, error.message, error.hint)
        return SetupCheck("agents", SetupState.OK, f"{len(templates)} agents")
