"""List workflows."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.workflow_catalog import WorkflowCatalog
from ...domain.workflows.workflow import Workflow


@dataclass(frozen=True, slots=True)
class ListWorkflowsRequest:
    """All of them."""


class ListWorkflows:
    """Lists the workflows that can be run.

    - Built-in ones come first; a user's own of the same name stands in the place of a built-in one.
    - A file with a mistake is an error that names its place, never a workflow that is silently missing.
    """

    def __init__(self, catalog: WorkflowCatalog) -> None:
        self._catalog = catalog

    async def execute(self, _request: ListWorkflowsRequest) -> tuple[Workflow, ...]:
        """The workflows in order; raises ConfigurationError."""
        return self._catalog.workflows()
