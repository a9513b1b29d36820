"""What every catalogue of workflows promises."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from muster.application.orchestrators.patterns import ARITIES
from muster.domain.agents.roster import ROSTER
from muster.domain.errors import UnknownName
from muster.domain.ports.workflow_catalog import WorkflowCatalog
from muster.domain.workflows.checking import Names, faults
from muster.infrastructure.config.workflow_folder import WorkflowFolder
from muster.infrastructure.workflows import BUILT_IN

TOOLS = frozenset(tool for agent in ROSTER for tool in agent.tools)
NAMES = Names(frozenset(agent.id for agent in ROSTER), ARITIES, TOOLS)
NINE = [
    "bug-hunt", "code-review", "documentation", "health-check", "onboarding-map", "refactoring-plan",
    "release-preparation", "security-audit", "test-generation",
]  # fmt: skip


@pytest.fixture(params=["folder"])
def catalog(tmp_path: Path) -> WorkflowCatalog:
    """Each catalogue, with the built-in workflows and an empty folder of one's own."""
    return WorkflowFolder(BUILT_IN, tmp_path, NAMES)


def test_every_workflow_is_there_once(catalog: WorkflowCatalog) -> None:
    """All nine, and two looks see the same."""
    assert [workflow.name for workflow in catalog.workflows()] == NINE
    assert catalog.workflows() == catalog.workflows()


def test_none_of_them_has_a_mistake(catalog: WorkflowCatalog) -> None:
    """Agents, patterns, gates, tools, conditions and places all exist."""
    assert [list(faults(workflow, NAMES)) for workflow in catalog.workflows()] == [[]] * len(NINE)


@pytest.mark.parametrize("name", NINE)
def test_the_source_is_valid_by_the_schema(catalog: WorkflowCatalog, name: str) -> None:
    """What `show --yaml` prints is accepted by what `schema` prints, and is the workflow of that name."""
    content = yaml.safe_load(catalog.source(name))
    Draft202012Validator.check_schema(catalog.schema())
    assert [error.message for error in Draft202012Validator(catalog.schema()).iter_errors(content)] == []
    assert content["name"] == name
    spoilt = {**content, "stages": [{"task": "no id"}]}
    assert list(Draft202012Validator(catalog.schema()).iter_errors(spoilt))


def test_a_name_that_is_not_there_is_refused(catalog: WorkflowCatalog) -> None:
    """With the one that may be meant."""
    with pytest.raises(UnknownName) as caught:
        catalog.source("healthcheck")
    assert caught.value.hint == "did you mean health-check?"
