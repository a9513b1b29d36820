"""What every catalogue of agents promises."""

from pathlib import Path

import pytest

from muster.domain.agents.roster import ROSTER
from muster.domain.ports.agent_catalog import AgentCatalog
from muster.infrastructure.config.agent_folder import AgentFolder
from tests.fakes.agent_catalog import FakeCatalog

KNOWN = frozenset(tool for template in ROSTER for tool in template.tools)


@pytest.fixture(params=["folder", "fake"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> AgentCatalog:
    """Each catalogue, filled with the built-in agents."""
    return FakeCatalog(*ROSTER) if request.param == "fake" else AgentFolder(ROSTER, tmp_path, KNOWN)


def test_every_agent_is_there_once(catalog: AgentCatalog) -> None:
    """No id twice, none left out."""
    assert [template.id for template in catalog.templates()] == [template.id for template in ROSTER]


def test_the_order_is_stable(catalog: AgentCatalog) -> None:
    """Two looks see the same."""
    assert catalog.templates() == catalog.templates()
