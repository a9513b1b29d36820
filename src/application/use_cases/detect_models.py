"""Detect servers of language models on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.models.found_server import FoundServer
from ...domain.ports.server_finder import ServerFinder


@dataclass(frozen=True, slots=True)
class DetectModelsRequest:
    """There is nothing to choose."""


class DetectModels:
    """Finds local servers and the models that they serve; finding none is no error."""

    def __init__(self, finder: ServerFinder) -> None:
        self._finder = finder

    async def execute(self, request: DetectModelsRequest) -> tuple[FoundServer, ...]:
        """The servers that answer, in the order of their usual ports."""
        return await self._finder.find()
