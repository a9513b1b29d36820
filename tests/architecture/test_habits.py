"""The habits that keep modules small, imports followable and commits free of their birthplace."""

from pathlib import Path

from .habits import (
    HOSTS,
    absolute_imports,
    committed_files,
    long_functions,
    long_modules,
    this_machine,
    told_places,
    unmarked_packages,
)
from .house import ROOT, copy_house, plant


def test_no_module_has_more_than_three_hundred_lines() -> None:
    """What grows past that holds two ideas."""
    assert long_modules(ROOT) == []


def test_no_function_has_more_than_thirty_lines() -> None:
    """Docstring lines are not counted: saying more costs nothing."""
    assert long_functions(ROOT) == []


def test_inside_the_package_imports_are_relative() -> None:
    """Through the link, absolute ones lose go-to-definition."""
    assert absolute_imports(ROOT) == []


def test_every_folder_of_modules_is_a_package() -> None:
    """Its docstring says what may live there; without it no rule would see inside."""
    assert unmarked_packages(ROOT) == []


def test_no_committed_text_names_a_registry_or_this_machine() -> None:
    """A clone works the same wherever packages come from and wherever it lies."""
    assert told_places(committed_files(ROOT), this_machine()) == []


def test_a_long_module_is_found(tmp_path: Path) -> None:
    """Planted: 301 lines; 300 are allowed."""
    house = copy_house(tmp_path / "house")
    plant(house, "domain/planted.py", "x = 1\n" * 299)
    plant(house, "domain/allowed.py", "x = 1\n" * 298)

    assert long_modules(house) == ["muster.domain.planted: 301 lines"]


def test_a_long_function_is_found(tmp_path: Path) -> None:
    """Planted: 31 lines of code; 30 and a docstring of any length are allowed."""
    house = copy_house(tmp_path / "house")
    docstring = '    """One.\n\n    Two.\n    """\n'
    plant(house, "domain/planted.py", "def planted() -> None:\n" + docstring + "    pass\n" * 30)
    plant(house, "domain/allowed.py", "async def allowed() -> None:\n" + docstring + "    pass\n" * 29)

    assert long_functions(house) == ["muster.domain.planted:2 planted: 31 lines"]


def test_a_folder_that_is_no_package_is_found(tmp_path: Path) -> None:
    """Planted: a module in a new folder, and nothing else."""
    house = copy_house(tmp_path / "house")
    plant(house, "domain/planted/lonely.py", "x = 1")

    assert "src/domain/planted" in unmarked_packages(house)


def test_an_absolute_import_is_found(tmp_path: Path) -> None:
    """Planted: both names under which the package could be reached, at the top and in a function."""
    house = copy_house(tmp_path / "house")
    plant(
        house,
        "domain/planted.py",
        "from muster.domain import errors\ndef f() -> None:\n    import src.domain",
    )

    assert absolute_imports(house) == [
        "muster.domain.planted:2 imports muster.domain",
        "muster.domain.planted:4 imports src.domain",
    ]


def test_a_registry_or_a_place_in_a_text_is_found(tmp_path: Path) -> None:
    """Planted: a lock file with an index, a note with a folder; a binary file is not text."""
    lock, note, picture = tmp_path / "lock.txt", tmp_path / "note.md", tmp_path / "picture.png"
    lock.write_text(f"--index-url https://{HOSTS[0]}/simple\n")
    note.write_text("see /somewhere/mine/notes\n")
    picture.write_bytes(b"\x89PNG\0" + HOSTS[0].encode())

    assert told_places([lock, note, picture], ["/somewhere/mine"]) == [
        f"{lock} names {HOSTS[0]}",
        f"{note} names /somewhere/mine",
    ]
