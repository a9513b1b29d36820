"""Starting costs nothing that the first answer does not need."""

import json
from pathlib import Path

import pytest

from .house import ROOT, copy_house, plant, run_python

HEAVY = {
    "ahocorasick_rs", "anthropic", "apsw", "cryptography", "dependency_injector", "fastapi", "flask", "grimp", "httpx2",
    "mcp", "numpy",
    "onnxruntime", "openai", "redis", "rich", "rs_bpe", "starlette", "tokenizers", "tree_sitter", "uvicorn", "yaml",
    "muster.container", "muster.infrastructure",
}  # fmt: skip
LOOK = "import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
IMPORT = f"import muster; {LOOK}"
HELP = f"""
import sys
sys.argv = ["muster", "--help"]
from muster.presentation.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
{LOOK}
"""


def heavy_modules(root: Path, program: str) -> set[str]:
    """Which of the heavy modules a fresh interpreter holds after `program`."""
    done = run_python(root, "-c", program)
    assert done.returncode == 0, done.stderr
    return HEAVY & set(json.loads(done.stderr.splitlines()[-1]))


def test_importing_the_package_loads_no_sdk_and_not_the_container() -> None:
    """A host that embeds Muster pays when it opens it, not when it imports it."""
    assert heavy_modules(ROOT, IMPORT) == set()


def test_help_loads_no_sdk_and_not_the_container() -> None:
    """`muster --help` answers from the command line's own words."""
    assert heavy_modules(ROOT, HELP) == set()


@pytest.mark.parametrize(
    ("where", "fault", "loaded"),
    [
        ("__init__.py", "import redis", "redis"),
        ("__init__.py", "from . import container", "muster.container"),
        ("__init__.py", "import openai", "openai"),
    ],
)
def test_a_heavy_import_at_the_door_is_seen(where: str, fault: str, loaded: str, tmp_path: Path) -> None:
    """Planted in `muster/__init__.py`: the look at a fresh process finds it."""
    house = copy_house(tmp_path / "house")
    plant(house, where, fault)

    assert loaded in heavy_modules(house, IMPORT)


def test_help_that_loads_an_sdk_is_seen(tmp_path: Path) -> None:
    """Planted in the command line's entry."""
    house = copy_house(tmp_path / "house")
    plant(house, "presentation/cli/__init__.py", "import anthropic")

    assert "anthropic" in heavy_modules(house, HELP)
