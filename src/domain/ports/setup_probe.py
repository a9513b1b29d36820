"""Port: looks at the installation that Muster runs in."""

from __future__ import annotations

from typing import Protocol

from ..orchestration.setup import SettingOrigin, SetupCheck


class SetupProbe(Protocol):
    """Says what is there, what is missing, and where each setting came from."""

    async def checks(self) -> tuple[SetupCheck, ...]:
        """Each thing that Muster needs or can use; nothing is changed by looking."""
        ...

    def settings(self) -> tuple[SettingOrigin, ...]:
        """Each setting with its value and origin."""
        ...
