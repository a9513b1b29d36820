"""Edits in the making."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from muster.domain.errors import EditConflict, UserError, WorkspaceError
from muster.domain.workspace.checkpoints import (
    Checkpoint,
    CheckpointReason,
    CheckpointState,
    last_in_effect,
)
from muster.domain.workspace.diffs import unified_diff
from muster.domain.workspace.edits import ChangeSet, EditKind, FileEdit, hash_of
from muster.domain.workspace.layers import Change
from muster.domain.workspace.paths import editable
from muster.domain.workspace.transaction import EditTransaction
from tests.fakes.clock import START

TEXTS = st.text(st.sampled_from("ab \n\r\ufeffü"), max_size=12)
PATHS = st.sampled_from(["a.py", "b.py", "src/c.py"])


def test_staged_text_wins_over_the_disk() -> None:
    """From then on, whatever the disk says."""
    edits = EditTransaction()
    edits.stage("a.py", "new", "old")
    assert edits.read("a.py", "old") == "new"
    assert edits.changes.edits == (FileEdit("a.py", "old", "new"),)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [(None, "x", EditKind.CREATE), ("x", "y", EditKind.CHANGE), ("x", None, EditKind.DELETE)],
)
def test_an_edit_knows_its_kind_and_its_base(before: str | None, after: str | None, kind: EditKind) -> None:
    """The hash is that of the bytes; a new file has none."""
    edit = FileEdit("a", before, after)
    assert (edit.kind, edit.base_hash, edit.new_hash) == (kind, hash_of(before), hash_of(after))


def test_edits_that_change_nothing_are_none() -> None:
    """Made and taken back, or created and deleted."""
    edits = EditTransaction()
    edits.stage("a.py", "new", "old")
    edits.stage("a.py", "old", "old")
    edits.stage("b.py", "new", None)
    edits.delete("b.py", None)
    assert not edits.changes


def test_a_version_that_was_read_is_the_one_that_is_edited() -> None:
    """A file that changed after it was read is a conflict at once; reading it again is the way on."""
    edits = EditTransaction()
    edits.read("a.py", "old")
    with pytest.raises(EditConflict, match=r"a\.py"):
        edits.stage("a.py", "new", "a person's")
    with pytest.raises(EditConflict, match=r"a\.py"):
        edits.replace("a.py", "person", "x", "a person's")
    with pytest.raises(EditConflict, match=r"a\.py"):
        edits.delete("a.py", "a person's")
    edits.read("a.py", "a person's")
    edits.replace("a.py", "person", "model", "a person's")
    assert edits.changes.edits == (FileEdit("a.py", "a person's", "a model's"),)


def test_conflicts_are_told_by_the_hashes_of_now() -> None:
    """Changed, gone and newly there; what is not staged is nobody's business."""
    edits = EditTransaction()
    edits.stage("a.py", "1", "0")
    edits.stage("b.py", "1", "0")
    edits.stage("c.py", "1", None)
    now = {"a.py": hash_of("0"), "c.py": hash_of("x"), "d.py": hash_of("y")}
    assert edits.conflicts(now) == ("b.py", "c.py")


@pytest.mark.parametrize(
    ("old", "count", "words"),
    [("absent", 1, "is not in"), ("a", 1, "3 times, not 1"), ("ab", 2, "once, not 2"), ("", 1, "empty")],
)
def test_a_replacement_that_does_not_fit_is_refused(old: str, count: int, words: str) -> None:
    """With what to do about it; nothing is staged."""
    edits = EditTransaction()
    with pytest.raises(UserError, match=words) as caught:
        edits.replace("a.py", old, "x", "a ab a", count)
    assert caught.value.hint
    assert not edits.changes


def test_a_replacement_of_several_is_made_when_it_is_meant() -> None:
    """All of them."""
    edits = EditTransaction()
    edits.replace("a.py", "a", "c", "a ab a", 3)
    assert edits.staged("a.py") == "c cb c"


def test_line_ends_and_mark_of_the_file_stay() -> None:
    """A model that writes line feeds does not rewrite every line; mixed ends are left as they are written."""
    edits = EditTransaction()
    edits.stage("a.py", "1\n2\n", "\ufeff1\r\n")
    edits.replace("b.py", "1\n2", "3\n4", "1\r\n2\r\n")
    edits.stage("c.py", "1\n2\n", "1\r\n2\n")
    assert [edits.staged(name) for name in ("a.py", "b.py", "c.py")] == [
        "\ufeff1\r\n2\r\n", "3\r\n4\r\n", "1\n2\n",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * (2 * 1024 * 1024 + 1)], ids=["NUL", "half", "huge"])
def test_what_is_no_text_is_not_staged(text: str) -> None:
    """NUL, half a character, more than 2 MB."""
    edits = EditTransaction()
    with pytest.raises(UserError):
        edits.stage("a.py", text, None)
    assert not edits.changes


def test_a_file_cannot_be_a_folder_too() -> None:
    """Nor be edited twice in one set."""
    edits = EditTransaction()
    edits.stage("a", "1", None)
    with pytest.raises(UserError, match="is a file"):
        edits.stage("a/b", "1", None)
    assert edits.changes.paths == ("a",)
    with pytest.raises(UserError, match="twice"):
        ChangeSet((FileEdit("a", None, "1"), FileEdit("a", None, "2")))
    assert ChangeSet((FileEdit("a", None, "1"), FileEdit("a-b", None, "2"))).paths == ("a", "a-b")


@pytest.mark.parametrize(
    "path",
    [".git/config", "x/.Git/y", ".env", "a/.ENV.local", "k.pem", "id_rsa", "../x", "", " ", "/x", "~/x"],
)
def test_agents_do_not_write_there(path: str) -> None:
    """Records of tools, secrets, and whatever is not in the folder."""
    with pytest.raises(WorkspaceError):
        editable(path)


@pytest.mark.parametrize("path", [".gitignore", ".env.example", "development/x", "ü ber/a b.py", "git/x"])
def test_agents_write_here(path: str) -> None:
    """Names that only look alike."""
    assert editable(f"./{path}") == path


def test_a_diff_is_what_patch_reads() -> None:
    """New, changed and deleted files; a missing line feed at the end is said."""
    shown = unified_diff(FileEdit("a.py", "1\n2", "1\n3\n"))
    assert shown == "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+3\n"
    assert unified_diff(FileEdit("n", None, "1\n")).startswith("--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+1\n")
    assert unified_diff(FileEdit("n", "1\n", None)).startswith("--- a/n\n+++ /dev/null\n")


@given(st.lists(st.tuples(PATHS, st.none() | TEXTS), max_size=8), st.dictionaries(PATHS, TEXTS))
def test_staged_edits_survive_as_json(steps: list[tuple[str, str | None]], disk: dict[str, str]) -> None:
    """A transaction made from what was kept has the same changes, and goes on from there."""
    edits = EditTransaction()
    for path, text in steps:
        if text is not None:
            edits.stage(path, text, disk.get(path))
        elif edits.read(path, disk.get(path)) is not None:
            edits.delete(path, disk.get(path))
    adapter = TypeAdapter(ChangeSet)
    kept = adapter.validate_json(adapter.dump_json(edits.changes))
    assert kept == edits.changes == EditTransaction(kept).changes
    assert edits.conflicts({path: hash_of(text) for path, text in disk.items()}) == ()


def test_nobody_overwrites_what_another_one_has_staged_since() -> None:
    """Whoever has read the file before is told to read it again; then both edits are there."""
    edits = EditTransaction()
    for author in ("one", "two"):
        edits.read("a.py", "a b", author)
    edits.replace("a.py", "a", "A", "a b", author="one")
    for attempt in (
        partial(edits.stage, "a.py", "a B", "a b", "two"),
        partial(edits.replace, "a.py", "b", "B", "a b", author="two"),
        partial(edits.delete, "a.py", "a b", "two"),
    ):
        with pytest.raises(EditConflict, match=r"'a\.py' was changed by another agent since it was read"):
            attempt()
    assert edits.read("a.py", "a b", "two") == "A b"
    edits.replace("a.py", "b", "B", "a b", author="two")
    assert edits.changes.edits == (FileEdit("a.py", "a b", "A B"),)


def test_who_has_never_read_a_staged_file_does_not_replace_it_as_a_whole() -> None:
    """A replacement that names what stands there is another matter, and so is a file that is gone."""
    edits = EditTransaction()
    edits.stage("a.py", "one", "zero", "one")
    for attempt in (
        partial(edits.stage, "a.py", "two", "zero", "two"),
        partial(edits.delete, "a.py", "zero", "two"),
    ):
        with pytest.raises(EditConflict):
            attempt()
    edits.replace("a.py", "one", "two", "zero", author="three")
    edits.delete("b.py", "b", "one")
    edits.stage("b.py", "new", "b", "two")
    assert (edits.staged("a.py"), edits.staged("b.py")) == ("two", "new")


def test_what_was_read_for_the_whole_team_counts_for_each_of_it() -> None:
    """A person's edit after that is a conflict, also for an agent that has not read the file itself."""
    edits = EditTransaction()
    edits.read("a.py", "old")
    with pytest.raises(EditConflict, match="somebody else"):
        edits.stage("a.py", "new", "a person's", "one")


def test_what_one_author_has_staged_is_taken_back_and_nothing_else() -> None:
    """Its files are as they were; those of the others stay, also where they came before."""
    edits = EditTransaction()
    edits.stage("a.py", "1", "0", "one")
    edits.replace("a.py", "1", "2", "0", author="two")
    edits.stage("b.py", "2", None, "two")
    edits.stage("c.py", "1", None, "one")
    assert edits.take_back("two") == ("a.py", "b.py")
    assert edits.changes.edits == (FileEdit("a.py", "0", "1"), FileEdit("c.py", None, "1"))
    assert (edits.has_edits_of("one"), edits.has_edits_of("two"), edits.disputed) == (True, False, {})
    edits.take_back("one")
    assert not edits.changes


def test_a_file_that_another_one_has_built_upon_is_disputed_until_that_goes_too() -> None:
    """It stays as it is meanwhile, and says whose edits it rests on."""
    edits = EditTransaction()
    edits.stage("a.py", "1", "0", "one")
    edits.replace("a.py", "1", "2", "0", author="two")
    assert edits.take_back("one") == ()
    assert (edits.staged("a.py"), edits.disputed) == ("2", {"a.py": "one"})
    edits.take_back("two")
    assert (edits.disputed, edits.changes.edits) == ({}, ())


Call = tuple[str, str, str | None]


@given(
    st.lists(st.tuples(st.sampled_from("xyz"), PATHS, st.none() | TEXTS), max_size=12),
    st.dictionaries(PATHS, TEXTS),
    st.dictionaries(st.integers(0, 11), st.sampled_from("xyz"), max_size=2),
)
def test_recorded_changes_make_the_same_edits_again(
    calls: list[Call], disk: dict[str, str], ends: dict[int, str]
) -> None:
    """Law: as JSON, one after the other, with what was taken back in between; authors that ended edit no more."""
    edits, again = EditTransaction(), EditTransaction()
    adapter, over = TypeAdapter(Change), set[str]()
    for number, (author, path, text) in enumerate(calls):
        now = disk.get(path)
        if author not in over and (edits.read(path, now, author) is not None or text is not None):
            change = edits.delete(path, now, author) if text is None else edits.stage(path, text, now, author)
            again.make_again(adapter.validate_json(adapter.dump_json(change)))
        if number in ends:
            over.add(ends[number])
            assert edits.take_back(ends[number]) == again.take_back(ends[number])
        assert (again.changes, again.disputed) == (edits.changes, edits.disputed)


def test_a_change_holds_no_more_than_what_is_different() -> None:
    """The text of the disk is told once, by the first change of a file."""
    edits, text = EditTransaction(), "x = 1\n" * 1000
    first = edits.stage("a.py", text + "y = 1\n", text, "one")
    second = edits.replace("a.py", "y = 1", "y = 22", text, author="one")
    assert (first.base, first.at, first.cut, first.put) == (text, 6000, 0, "y = 1\n")
    assert (second.base, second.at, second.cut, second.put) == (None, 6004, 1, "22")


def _checkpoint(number: int, reason: CheckpointReason, restores: str = "", run_id: str = "") -> Checkpoint:
    return Checkpoint(f"cp-{number}", "/p", START, reason, (), run_id=run_id, restores=restores)


def test_the_last_edits_in_effect_are_those_that_nobody_took_back() -> None:
    """What was undone, and undone again, counts once more; what failed never did."""
    first = _checkpoint(1, CheckpointReason.COMMIT, run_id="run-1")
    second = _checkpoint(2, CheckpointReason.COMMIT, run_id="run-2")
    undo = _checkpoint(3, CheckpointReason.RESTORE, "cp-2")
    redo = _checkpoint(4, CheckpointReason.RESTORE, "cp-3")
    failed = Checkpoint("cp-5", "/p", START, CheckpointReason.COMMIT, (), state=CheckpointState.UNDONE)
    assert last_in_effect([failed, second, first]) == second
    assert last_in_effect([undo, second, first]) == first
    assert last_in_effect([redo, undo, second, first]) == second
    assert last_in_effect([second, first], "run-1") == first
    assert last_in_effect([undo, second]) is None
