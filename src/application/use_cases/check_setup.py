"""Check the set-up."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.orchestration.setup import SetupReport
from ...domain.ports.setup_probe import SetupProbe


@dataclass(frozen=True, slots=True)
class CheckSetupRequest:
    """There is nothing to choose."""


class CheckSetup:
    """Says what of Muster works here, what is missing, and where each setting comes from."""

    def __init__(self, probe: SetupProbe) -> None:
        self._probe = probe

    async def execute(self, request: CheckSetupRequest) -> SetupReport:
        """The report; what is missing is in it, not an error."""
        return SetupReport(await self._probe.checks(), self._probe.settings())
