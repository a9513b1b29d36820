"""Show a workflow."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UnknownName
from ...domain.ports.workflow_catalog import WorkflowCatalog
from ...domain.workflows.broken import Told
from ...domain.workflows.workflow import Workflow


@dataclass(frozen=True, slots=True)
class ShowWorkflowRequest:
    """The workflow called `name`; `told` is told of others that cannot be read."""

    name: str
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class ShownWorkflow:
    """A workflow, and the text that it was read from."""

    workflow: Workflow
    source: str


class ShowWorkflow:
    """Shows one workflow, and the YAML to begin one's own with."""

    def __init__(self, catalog: WorkflowCatalog) -> None:
        self._catalog = catalog

    async def execute(self, request: ShowWorkflowRequest) -> ShownWorkflow:
        """The workflow; raises UnknownName, ConfigurationError."""
        workflow = workflow_named(self._catalog, request.name, request.told)
        return ShownWorkflow(workflow, self._catalog.source(workflow.name))


def workflow_named(catalog: WorkflowCatalog, name: str, told: Told | None = None) -> Workflow:
    """The workflow called `name`; raises UnknownName, and ConfigurationError when this one has a mistake.

    Of others that have one `told` is told.
    """
    wanted = name.strip().lower()
    broken = catalog.broken()
    for each in broken:
        if wanted in each.names:
            raise each.error
        if told is not None:
            told(each.error)
    known = {workflow.name: workflow for workflow in catalog.sound()}
    found = known.get(wanted)
    if found is None:
        raise UnknownName.of("workflow", name, known, f"known: {', '.join(sorted(known))}")
    return found
