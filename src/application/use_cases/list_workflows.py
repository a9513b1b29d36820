"""List workflows."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.workflow_catalog import WorkflowCatalog
from ...domain.workflows.broken import Told
from ...domain.workflows.workflow import Workflow


@dataclass(frozen=True, slots=True)
class ListWorkflowsRequest:
    """All of them; with `told` those with a mistake are left out, and it is told of them."""

    told: Told | None = None


class ListWorkflows:
    """Lists the workflows that can be run.

    - Built-in ones come first; a user's own of the same name stands in the place of a built-in one.
    - A file with a mistake is an error that names its place, or is told; never a workflow that is silently missing.
    """

    def __init__(self, catalog: WorkflowCatalog) -> None:
        self._catalog = catalog

    async def execute(self, request: ListWorkflowsRequest) -> tuple[Workflow, ...]:
        """The workflows in order; raises ConfigurationError."""
        if request.told is None:
            return self._catalog.workflows()
        for each in self._catalog.broken():
            request.told(each.error)
        return self._catalog.sound()
