"""The contracts of import-linter hold, and each of them breaks when its fault is planted."""

from pathlib import Path

import pytest

from .house import ROOT, copy_house, plant, run_python

LINT = "from importlinter.cli import lint_imports_command as run; run()"


def lint(root: Path, *contracts: str) -> tuple[int, str]:
    """Exit status and words of `lint-imports` over the house at `root`."""
    chosen = [part for contract in contracts for part in ("--contract", contract)]
    done = run_python(root, "-c", LINT, "--no-cache", "--no-logo", *chosen)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_the_layers_families_and_circles_hold() -> None:
    """Every contract of pyproject.toml is kept by the tree as it is."""
    status, words = lint(ROOT)

    assert status == 0, words


PLANTED = {
    "a domain module that imports an adapter": (
        "layers", "domain/errors.py", "from ..infrastructure import planted",
        "muster.domain is not allowed to import muster.infrastructure",
    ),
    "an adapter that imports a use case": (
        "layers", "infrastructure/planted/reader.py", "from ...application.use_cases import planted",
        "muster.infrastructure is not allowed to import muster.application",
    ),
    "a use case that imports an adapter": (
        "layers", "application/use_cases/planted.py", "from ...infrastructure import planted",
        "muster.application is not allowed to import muster.infrastructure",
    ),
    "an import inside a function": (
        "layers", "domain/errors.py", "def planted() -> None:\n    from ..application import use_cases",
        "muster.domain is not allowed to import muster.application",
    ),
    "a use case that imports the container": (
        "layers", "application/use_cases/planted.py", "from ... import container",
        "muster.application is not allowed to import muster.container",
    ),
    "a top-level module without a place": (
        "layers", "planted.py", '"""Nobody said where this belongs."""', "planted",
    ),
    "a face that imports an adapter": (
        "container-only", "presentation/cli/planted.py", "from ...infrastructure import planted",
        "muster.presentation is not allowed to import muster.infrastructure",
    ),
    "an adapter that imports another family": (
        "families", "infrastructure/planted/reader.py", "from ..planted_too import writer",
        "muster.infrastructure.planted is not allowed to import muster.infrastructure.planted_too",
    ),
    "a shared part that imports a family": (
        "families", "infrastructure/common/planted.py", "from ..planted_too import writer",
        "muster.infrastructure.common is not allowed to import muster.infrastructure.planted_too",
    ),
    "a face that imports another face": (
        "faces", "presentation/cli/planted.py", "from ..planted import page",
        "muster.presentation.cli is not allowed to import muster.presentation.planted",
    ),
    "a circle between siblings": (
        "circles", "domain/planted/one.py", "from . import two",
        "No cycles are allowed in muster.domain.planted",
    ),
}  # fmt: skip
# What the planted imports lead to, so that the graph has both ends.
GROUND = {
    "infrastructure/planted/__init__.py": '"""Planted."""',
    "infrastructure/planted_too/__init__.py": '"""Planted."""',
    "infrastructure/planted_too/writer.py": '"""Planted."""',
    "infrastructure/common/__init__.py": "",
    "infrastructure/__init__.py": "",
    "application/__init__.py": "",
    "application/use_cases/__init__.py": "",
    "presentation/__init__.py": "",
    "presentation/cli/__init__.py": "",
    "presentation/planted/__init__.py": '"""Planted."""',
    "presentation/planted/page.py": '"""Planted."""',
    "app.py": "",
    "sync.py": "",
    "container/__init__.py": "",
    "domain/planted/__init__.py": '"""Planted."""',
    "domain/planted/two.py": "from . import one",
}


@pytest.mark.parametrize(("contract", "where", "fault", "complaint"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_import_breaks_its_contract(
    contract: str, where: str, fault: str, complaint: str, tmp_path: Path
) -> None:
    """The contract that stands for a rule fails on exactly this fault and names it."""
    house = copy_house(tmp_path / "house")
    for path, text in GROUND.items():
        if not (path.startswith("domain/planted") and contract != "circles"):
            plant(house, path, text)
    plant(house, where, fault)

    status, words = lint(house, contract)

    assert status == 1
    assert complaint in words


def test_the_ground_on_which_faults_are_planted_breaks_nothing(tmp_path: Path) -> None:
    """Without its fault the copied house passes, so what fails above is the fault."""
    house = copy_house(tmp_path / "house")
    for path, text in GROUND.items():
        if not path.startswith("domain/planted"):
            plant(house, path, text)

    status, words = lint(house, "layers", "container-only", "families", "faces", "circles")

    assert status == 0, words
