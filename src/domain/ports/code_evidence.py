"""Port: what tools find in code that is not in any workspace yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..evidence.report import EvidenceReport


class CodeEvidence(Protocol):
    """Looks at texts as if they were files of a project."""

    async def look_at(self, files: Mapping[str, str]) -> tuple[EvidenceReport, ...]:
        """One report a tool on `files` (relative POSIX path to text), in an order that does not change.

        Never raises for a tool that fails: its report says so. Secrets are masked, findings have their fingerprints.
        Nothing is left of the files. Raises UserError for a path that leaves their folder.
        """
        ...
