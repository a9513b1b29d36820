"""Port: where workflows come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..workflows.broken import BrokenWorkflow
from ..workflows.workflow import Workflow


class WorkflowCatalog(Protocol):
    """All workflows that can be run."""

    def workflows(self) -> tuple[Workflow, ...]:
        """Every workflow once, in a stable order; raises ConfigurationError that names the place of a mistake."""
        ...

    def broken(self) -> tuple[BrokenWorkflow, ...]:
        """Those with a mistake; raises ConfigurationError when it cannot be seen which there are."""
        ...

    def sound(self) -> tuple[Workflow, ...]:
        """As `workflows`, without those with a mistake."""
        ...

    def source(self, name: str) -> str:
        """The text that a workflow was read from, to begin one's own with; raises UnknownName."""
        ...

    def schema(self) -> Mapping[str, object]:
        """The JSON schema of a workflow as it is written."""
        ...
