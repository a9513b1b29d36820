"""The one rule about paths."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import SecurityViolation, UnsafePath, WorkspaceError
from muster.domain.sandbox.paths import path_problems
from muster.domain.security.paths import fault_of, inside, is_below, is_name, named
from muster.domain.workspace.paths import editable
from tests.fakes.path_vectors import FINE, NOT_TEXT, REFUSED

PIECES = st.sampled_from(
    [
        "a",
        "..",
        ".",
        "/",
        "\\",
        "~",
        "%2e",
        "%2f",
        "%",
        "25",
        "\uff0e",
        "\uff0f",
        "\u200b",
        " ",
        "\0",
        "C:",
        "\u00fc",
    ]
)


def test_there_are_enough_of_them() -> None:
    """Each once."""
    assert len(set(REFUSED)) == len(REFUSED) >= 80


@pytest.mark.parametrize("path", [*REFUSED, *NOT_TEXT], ids=repr)
def test_what_leads_out_is_refused_by_every_rule(path: object) -> None:
    """As a ValueError, a user's error and a violation of security at once; the path is named."""
    for rule in (inside, editable):
        with pytest.raises(ValueError, match=r"^path ") as caught:
            rule(path)
        assert isinstance(caught.value, UnsafePath)
        assert isinstance(caught.value, SecurityViolation | WorkspaceError)
        assert repr(path) in caught.value.message
        assert caught.value.hint
    assert len(path_problems([path])) == 1  # type: ignore[list-item]  # what comes from outside may be anything


@pytest.mark.parametrize("path", FINE)
def test_what_only_looks_odd_is_taken_as_it_is(path: str) -> None:
    """Also with dots and slashes around it, which go."""
    assert inside(path) == path
    assert inside(f"./{path.replace('/', '/.//')}") == path
    assert is_below(path)


@pytest.mark.parametrize("name", ["CON", "nul.txt", "a/com1", "lpt9.log", "aux.", "COM\u00b9", "sub/prn.py"])
def test_names_of_devices_are_not_made_up(name: str) -> None:
    """A file that is there may be called so, and be read."""
    assert "device" in path_problems([name])[0]
    assert inside(name) == name


@pytest.mark.parametrize("path", [".g\u200bit/config", ".GIT /x", ".git./x", "git~1/config", "\uff0egit/x"])
def test_gits_own_folder_is_known_under_other_spellings(path: str) -> None:
    """Those that some file system takes for it."""
    with pytest.raises(WorkspaceError):
        editable(path)


@given(st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=30))
def test_what_is_let_through_stays_below(path: str) -> None:
    """However it is put together."""
    if fault_of(path):
        return
    there = posixpath.normpath(posixpath.join("/top/of", path))
    assert there == "/top/of" or there.startswith("/top/of/")
    if there != "/top/of":
        assert is_below(inside(path))
        assert inside(inside(path)) == inside(path)


@pytest.mark.parametrize(
    ("path", "spellings"),
    [
        ("/etc/passwd", ()), ("//etc/passwd", ()), ("/etc", ()), ("/proc/self/mem", ()), ("/sys/x", ()),
        ("/dev/sda", ()), ("/dev/shm/../sda", ()), ("/dev/fd/../x", ()), ("link", ("/home/ann/link", "/etc/shadow")),
        ("", ()), (" ", ()), ("a\0b", ()), ("\ud800", ()), (None, ()), (b"x", ()),
    ],
)  # fmt: skip
def test_a_person_names_no_place_of_the_system(path: object, spellings: tuple[str, ...]) -> None:
    """Nor a link to one."""
    with pytest.raises(UnsafePath):
        named(path, *spellings)


@pytest.mark.parametrize(
    "path",
    [
        "/development/x",
        "/etcetera",
        "/procedure",
        "../report.md",
        "/tmp/x",
        "/dev/null",
        "/dev/fd/63",
        "/dev/shm/x",
    ],
)
def test_a_person_names_any_other_place(path: str) -> None:
    """One's own folders, and the ends of pipes."""
    assert named(path, path) == path


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "/a", "a\\b", "a\0", "\ud800"])
def test_an_id_after_which_a_file_is_called_is_one_name(text: str) -> None:
    """And no way to another folder."""
    assert not is_name(text)
    assert is_name("run-0")
