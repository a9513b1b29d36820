"""Libraries stay in their homes."""

import re
import tomllib
from pathlib import Path

import pytest

from .house import ROOT, copy_house, plant
from .vendors import HOMES, OPTIONAL, impure, misplaced, shared_sdks


def test_every_library_is_imported_only_where_it_is_listed() -> None:
    """An allow-list: a library that nobody placed fails, wherever it turns up."""
    assert misplaced(ROOT) == []


def test_each_sdk_is_known_to_one_adapter() -> None:
    """To change a vendor means to change one file."""
    assert shared_sdks(ROOT) == []


def test_the_domain_touches_nothing_outside_itself() -> None:
    """No I/O, no clock, no randomness of its own."""
    assert impure(ROOT) == []


def test_every_listed_library_is_a_dependency() -> None:
    """The list does not outlive what it speaks of; what is optional is told apart."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[>\[]", dependency)[0].replace("-", "_") for dependency in project["dependencies"]}

    assert {"pyyaml" if name == "yaml" else name for name in HOMES.keys() - OPTIONAL} <= declared
    assert not OPTIONAL & declared


@pytest.mark.parametrize(
    ("where", "fault", "complaint"),
    [
        ("domain/planted.py", "import redis", "muster.domain.planted:2 imports redis"),
        ("domain/planted.py", "import numpy", "muster.domain.planted:2 imports numpy"),
        ("application/planted.py", "from rich import box", "muster.application.planted:2 imports rich"),
        ("domain/planted.py", "def f() -> None:\n    import anyio", "muster.domain.planted:3 imports anyio"),
        (
            "infrastructure/journal/planted.py",
            "from dependency_injector import providers",
            "muster.infrastructure.journal.planted:2 imports dependency_injector",
        ),
        ("presentation/api/planted.py", "import click", "muster.presentation.api.planted:2 imports click"),
        ("presentation/cli/planted.py", "import openai", "muster.presentation.cli.planted:2 imports openai"),
    ],
)
def test_a_library_away_from_home_is_found(where: str, fault: str, complaint: str, tmp_path: Path) -> None:
    """Planted: the finding names module, line and library."""
    house = copy_house(tmp_path / "house")
    plant(house, where, fault)

    assert complaint in misplaced(house)


def test_a_second_module_with_the_same_sdk_is_found(tmp_path: Path) -> None:
    """Planted: two adapters that both speak to one vendor."""
    house = copy_house(tmp_path / "house")
    plant(house, "infrastructure/memory/planted.py", "import redis")
    plant(house, "infrastructure/memory/planted_too.py", "import redis.asyncio")

    assert any("planted, muster.infrastructure.memory.planted_too" in fault for fault in shared_sdks(house))


def test_a_clock_or_a_file_in_the_domain_is_found(tmp_path: Path) -> None:
    """Planted: domain modules that read the time, by import and by call, and open a file."""
    house = copy_house(tmp_path / "house")
    plant(house, "domain/planted.py", "from time import monotonic\ndatetime.now(UTC)\nopen('x')")

    assert impure(house) == [
        "muster.domain.planted:2 imports time",
        "muster.domain.planted:3 calls datetime.now",
        "muster.domain.planted:4 calls open",
    ]
