"""What a user installs is `muster` and nothing beside it."""

import tomllib
import zipfile
from pathlib import Path

from scripts.build_wheel import build, top_level_names

from .house import ROOT, copy_house, run_python


def test_the_wheel_has_exactly_one_top_level_name(tmp_path: Path) -> None:
    """Built offline from a copy of the tree: the link's name, not the folder's."""
    wheel = build(copy_house(tmp_path / "house"), tmp_path / "dist")

    assert top_level_names(wheel) == {"muster"}
    assert "muster/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_a_second_top_level_name_is_seen(tmp_path: Path) -> None:
    """Planted: the folder `src` in the archive as well."""
    wheel = build(copy_house(tmp_path / "house"), tmp_path / "dist")
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("src/__init__.py", "")

    assert top_level_names(wheel) == {"muster", "src"}


def test_the_package_is_a_link_to_src() -> None:
    """The link is committed as a link, relative, so that every clone has it."""
    assert (ROOT / "muster").readlink() == Path("src")


def test_the_command_belongs_to_the_command_line() -> None:
    """`muster` starts `presentation/cli/main.py`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["scripts"] == {"muster": "muster.presentation.cli.main:main"}


def test_the_command_says_the_version_of_the_project() -> None:
    """One number, in pyproject.toml, and everything else agrees."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    program = "from muster.presentation.cli.main import main; main()"

    assert project["version"] in run_python(ROOT, "-c", program, "--version").stdout.split()
