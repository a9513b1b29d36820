"""Paths of files that somebody made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.sandbox.paths import path_problems

PIECES = st.sampled_from(["a", "B", "..", ".", "", "/", "~", "\\", "C:", "b.py", " ", "\0", ".git", "é"])


@pytest.mark.parametrize(
    "path", ["a.py", "a/b.py", "tests/test_a.py", "a.b/c-d_e.txt", "größe.py", ".env", "..a"]
)
def test_plain_paths_are_fine(path: str) -> None:
    """Folders, dots, letters of any language."""
    assert path_problems([path]) == ()


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["../a"], "leads outside"),
        (["a/../../b"], "leads outside"),
        (["/a"], "not relative"),
        (["~/a"], "not relative"),
        (["C:\\a"], "not relative"),
        (["C:a"], "not relative"),
        (["a\\b"], "backslash"),
        (["a//b"], "plainly"),
        (["./a"], "plainly"),
        (["a/"], "plainly"),
        (["a /b"], "plainly"),
        ([""], "empty"),
        (["  "], "empty"),
        (["a\nb"], "control"),
        ([".git/config"], ".git"),
        (["sub/.GIT/config"], ".git"),
        (["a" * 241], "240 bytes"),
        (["é" * 121], "240 bytes"),
        (["a\ud800.py"], "no file name has"),
        (["a.py", "a.py"], "twice"),
        (["a.py", "A.py"], "twice"),
        (["a", "a/b"], "the folder of"),
        (["a/b/c", "a/B"], "the folder of"),
    ],
)
def test_what_is_wrong_is_said_with_the_path(paths: list[str], words: str) -> None:
    """One problem, which names what it is about."""
    (problem,) = path_problems(paths)
    assert words in problem
    assert repr(paths[-1]) in problem


@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
def test_what_is_let_through_stays_inside(path: str) -> None:
    """Whatever it is made of."""
    if not path_problems([path]):
        assert Path("/top/of", path).resolve().is_relative_to("/top/of")
        assert ".." not in Path(path).parts
