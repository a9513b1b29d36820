"""Ports and adapters know each other by name."""

from pathlib import Path

import pytest

from .house import ROOT, copy_house, plant
from .ports import malformed_ports, ports, ports_without_contract, unadapted_ports, undeclared_adapters

PORT = """
from typing import Protocol


class PlantedThing(Protocol):
    def fetch(self, planted_key: str) -> str: ...
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house with one more port."""
    copied = copy_house(tmp_path / "house")
    plant(copied, "domain/ports/planted_thing.py", PORT)
    return copied


def test_every_port_is_one_protocol_in_a_file_of_its_name() -> None:
    """`domain/ports/run_journal.py` holds `RunJournal` and no other public class."""
    assert malformed_ports(ROOT) == []
    assert {"LanguageModel", "RunJournal", "Clock"} <= ports(ROOT).keys()


def test_every_adapter_inherits_its_port() -> None:
    """Nothing is an adapter by coincidence."""
    assert undeclared_adapters(ROOT) == []


def test_every_port_has_an_adapter() -> None:
    """A port exists only when something uses it."""
    assert unadapted_ports(ROOT) == []


def test_every_port_has_a_contract_suite() -> None:
    """Each port's promises are written once, in `tests/contract`, and run against every adapter."""
    assert ports_without_contract(ROOT, ROOT / "tests" / "contract") == []


def test_a_port_that_is_no_protocol_is_found(house: Path) -> None:
    """Planted: an abstract class, and a second public class in one file."""
    plant(house, "domain/ports/planted_base.py", "class PlantedBase:\n    pass")
    plant(house, "domain/ports/planted_thing.py", "class Stranger:\n    pass")

    assert malformed_ports(house) == [
        "muster.domain.ports.planted_base: PlantedBase is no Protocol",
        "muster.domain.ports.planted_thing: Stranger is no Protocol",
        "muster.domain.ports.planted_thing: holds PlantedThing, Stranger; "
        "one class named like the file is the rule",
    ]


def test_an_adapter_by_coincidence_is_found(house: Path) -> None:
    """Planted: a class with all of a port's methods and not its name."""
    adapter = "class Lurker:\n    def fetch(self, planted_key: str) -> str:\n        return planted_key"
    plant(house, "infrastructure/planted.py", adapter)

    complaint = "muster.infrastructure.planted: Lurker looks like PlantedThing but does not inherit it"
    assert undeclared_adapters(house) == [complaint]


def test_an_adapter_that_inherits_through_another_is_accepted(house: Path) -> None:
    """A subclass of an adapter is one too."""
    plant(
        house,
        "infrastructure/planted.py",
        "class Base(PlantedThing):\n    pass\n\n"
        "class Open(Base):\n    def fetch(self, planted_key: str) -> str:\n        return planted_key",
    )

    assert undeclared_adapters(house) == []


def test_a_port_without_adapter_or_contract_is_found(house: Path) -> None:
    """Planted: a port that nothing in the house stands behind."""
    assert "PlantedThing" in unadapted_ports(house)
    assert "PlantedThing" in ports_without_contract(house, ROOT / "tests" / "contract")
