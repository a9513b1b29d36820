"""One run's edits as one transaction, over a real folder."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from muster.application.services.edit_session import EditSession
from muster.application.services.edit_tools import EDIT_TOOLS, EditTools
from muster.application.services.staged_workspace import StagedWorkspace
from muster.application.turns.executors import FunctionExecutor
from muster.domain.errors import EditConflict, WorkspaceError
from muster.domain.messaging.message import ToolCall
from muster.domain.tools.result import ToolResult
from muster.domain.tools.spec import ToolCategory
from muster.domain.workspace.checkpoints import CheckpointReason
from muster.domain.workspace.edits import ChangeSet, EditStatus
from muster.infrastructure.evidence.secret_masker import RuleMasker
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.clock import FakeClock
from tests.fakes.edits import EditBench, edit_bench, plant, tree

OLD = {"a.py": "one = 1\r\ntwo = 2\r\n", "src/b.py": "x = 1\n", "gone.txt": "bye\n"}


@pytest.fixture
def bench(tmp_path: Path) -> EditBench:
    """A folder with three files."""
    made = edit_bench(tmp_path)
    plant(made.root, OLD)
    return made


def session_of(bench: EditBench, changes: ChangeSet = ChangeSet()) -> EditSession:  # noqa: B008
    """A session of run-1."""
    return EditSession(bench.editor, str(bench.root), "run-1", changes)


async def edit_all(session: EditSession) -> None:
    """One change, one new file, one that goes."""
    await session.replace("a.py", "two = 2", "two = 3")
    await session.write("new/c.py", "c\n")
    await session.delete("gone.txt")


async def test_nothing_is_on_the_disk_before_the_commit_and_all_of_it_after(bench: EditBench) -> None:
    """Meanwhile the session reads what it has staged."""
    before, session = tree(bench.root), session_of(bench)
    await edit_all(session)
    assert tree(bench.root) == before
    assert await session.read("a.py") == "one = 1\r\ntwo = 3\r\n"
    assert session.is_deleted("gone.txt")
    with pytest.raises(WorkspaceError):
        await session.read("gone.txt")
    assert (await session.commit()).status is EditStatus.COMMITTED
    files = {name: file[1].decode() for name, file in tree(bench.root).items() if file}
    assert files == {"a.py": "one = 1\r\ntwo = 3\r\n", "src/b.py": "x = 1\n", "new/c.py": "c\n"}
    assert not session.changes


async def test_a_rollback_touches_nothing_before_a_commit_and_takes_it_back_after(bench: EditBench) -> None:
    """Also two commits; and what a person wrote into other files meanwhile stays."""
    session = session_of(bench)
    await edit_all(session)
    await session.rollback()
    await session.commit()
    assert {name for name, file in tree(bench.root).items() if file} == OLD.keys()
    before = tree(bench.root)
    await edit_all(session)
    await session.commit()
    await session.write("new/c.py", "d\n")
    await session.commit()
    plant(bench.root, {"src/b.py": "mine"})
    await session.rollback()
    assert tree(bench.root) == {**before, "src/b.py": (0o644, b"mine")}


async def test_a_persons_edit_while_the_transaction_is_open_is_a_conflict(bench: EditBench) -> None:
    """Their text stays byte for byte, and so does every other file; what is staged is staged still."""
    session = session_of(bench)
    await edit_all(session)
    plant(bench.root, {"a.py": "mine\r\n"})
    before = tree(bench.root)
    with pytest.raises(EditConflict, match=r"a\.py"):
        await session.commit()
    assert tree(bench.root) == before
    session.discard("a.py")
    assert await session.read("a.py") == "mine\r\n"
    await session.replace("a.py", "mine", "ours")
    await session.commit()
    assert (bench.root / "a.py").read_bytes() == b"ours\r\n"


async def test_after_a_restart_the_staged_edits_go_on(bench: EditBench) -> None:
    """JSON is all that has to be kept."""
    first = session_of(bench)
    await edit_all(first)
    adapter = TypeAdapter(ChangeSet)
    second = session_of(bench, adapter.validate_json(adapter.dump_json(first.changes)))
    assert second.diff() == first.diff() != ""
    await second.commit()
    assert (bench.root / "a.py").read_bytes() == b"one = 1\r\ntwo = 3\r\n"


async def test_parallel_edits_of_one_file_are_all_there(bench: EditBench) -> None:
    """One after the other, whoever called first."""
    session = session_of(bench)
    await session.write("n.txt", "".join(f"<{number}>" for number in range(20)))
    await asyncio.gather(*(session.replace("n.txt", f"<{number}>", "x") for number in range(20)))
    assert session.staged("n.txt") == "x" * 20


async def test_a_turn_can_be_gone_back_to(bench: EditBench) -> None:
    """What was staged then is staged again; the files that were looked at are kept before and after."""
    told: list[str] = []
    session = EditSession(bench.editor, str(bench.root), "run-1", on_change=told.append)
    assert await session.before_turn() is None
    await session.write("a.py", "1")
    earlier = session.changes
    await session.write("new.py", "2")
    session.go_back_to(earlier)
    assert (session.staged("a.py"), session.staged("new.py")) == ("1", None)
    assert told == ["a.py", "new.py", "a.py", "new.py"]
    kept = await session.after_turn("turn 1")
    assert kept is not None
    assert (kept.reason, [file.path for file in kept.files]) == (CheckpointReason.AFTER_TURN, ["a.py"])


async def test_readers_of_the_workspace_see_what_is_staged(bench: EditBench) -> None:
    """Text, lines, and that a file is gone; and what they read is what edits are made from."""
    session, root = session_of(bench), str(bench.root)
    staged = StagedWorkspace(FilesystemWorkspace(FakeClock()), session, FakeClock())
    await edit_all(session)
    assert (await staged.read(root, "a.py")).content == "one = 1\r\ntwo = 3\r\n"
    assert await staged.lines(root, "a.py", frozenset({2, 3})) == {2: "two = 3"}
    assert await staged.lines(root, "gone.txt", frozenset({1})) == {}
    with pytest.raises(WorkspaceError, match="deleted"):
        await staged.read(root, "gone.txt")
    assert (await staged.read(root, "src/b.py")).content == "x = 1\n"
    plant(bench.root, {"src/b.py": "x = 'mine'\n"})
    with pytest.raises(EditConflict, match="since it was read"):
        await session.write("src/b.py", "x = 2\n")


async def test_two_readers_are_told_apart(bench: EditBench) -> None:
    """One reads, the other stages: the first is told by its tool to read again, and then edits what is there."""
    session, root = session_of(bench), str(bench.root)
    disk = FilesystemWorkspace(FakeClock())
    one, two = (StagedWorkspace(disk, session, FakeClock(), name) for name in ("one", "two"))
    await one.read(root, "a.py")
    await two.read(root, "a.py")
    await session.replace("a.py", "one = 1", "one = 2", author="two")
    with pytest.raises(EditConflict, match="another agent"):
        await session.write("a.py", "one = 1\ntwo = 3\n", author="one")
    assert "one = 2" in (await one.read(root, "a.py")).content
    await session.replace("a.py", "two = 2", "two = 3", author="one")
    assert session.staged("a.py") == "one = 2\r\ntwo = 3\r\n"


async def test_what_is_taken_back_is_not_committed(bench: EditBench) -> None:
    """Where somebody has built upon it nothing is, until that is taken back too; readers are told each path."""
    told: list[str] = []
    session = EditSession(bench.editor, str(bench.root), "run-1", on_change=told.append)
    await session.replace("a.py", "one = 1", "one = 2", author="one")
    await session.write("src/b.py", "x = 2\n", author="one")
    await session.replace("a.py", "two = 2", "two = 3", author="two")
    await session.write("n.txt", "n\n", author="three")
    told.clear()
    assert session.take_back("one") == ("src/b.py",)
    before = tree(bench.root)
    with pytest.raises(EditConflict, match=r"'a\.py' \(of one\)") as caught:
        await session.commit()
    assert caught.value.details["disputed"] == {"a.py": "one"}
    assert tree(bench.root) == before
    assert session.take_back("two") == ("a.py",)
    assert told == ["src/b.py", "a.py"]
    await session.commit()
    assert tree(bench.root) == {**before, "n.txt": (0o644, b"n\n")}


async def call(bench: EditBench, session: EditSession, name: str, **arguments: Any) -> ToolResult:
    """Call a tool as a model does."""
    tools = EditTools(session, RuleMasker()).tools()
    executor = FunctionExecutor(tools, frozenset({"write"}))
    return await executor.execute(ToolCall("1", name, json.dumps(arguments)), 30.0)


async def test_agents_edit_with_tools_that_need_the_grant(bench: EditBench) -> None:
    """They say that they write; without the grant nothing is staged."""
    session = session_of(bench)
    tools = EditTools(session, RuleMasker()).tools()
    assert tools.keys() == EDIT_TOOLS
    assert all(tool.spec.writes and tool.spec.category is ToolCategory.WRITE for tool in tools.values())
    refused = await FunctionExecutor(tools, frozenset()).execute(
        ToolCall("1", "delete-file", '{"path": "a.py"}'), 30.0
    )
    assert not refused.ok
    assert not session.changes
    edited = await call(bench, session, "edit-file", path="./a.py", old="two = 2", new="two = 3")
    written = await call(bench, session, "write-file", path="n.py", text="n\n")
    deleted = await call(bench, session, "delete-file", path="gone.txt")
    assert [json.loads(one.content)["staged"] for one in (edited, written, deleted)] == [
        "change", "create", "delete",
    ]  # fmt: skip
    assert session.changes.paths == ("a.py", "gone.txt", "n.py")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("write-file", {"path": "../x.py", "text": "x"}),
        ("write-file", {"path": "/etc/x", "text": "x"}),
        ("write-file", {"path": ".git/hooks/pre-commit", "text": "x"}),
        ("write-file", {"path": ".env", "text": "x"}),
        ("write-file", {"path": "big.txt", "text": "x" * 2_100_000}),
        ("write-file", {"path": "blob", "text": "x"}),
        ("edit-file", {"path": "blob", "old": "a", "new": "b"}),
        ("edit-file", {"path": "link.py", "old": "x", "new": "y"}),
        ("edit-file", {"path": "a.py", "old": "three", "new": "four"}),
        ("edit-file", {"path": "nothing.py", "old": "x", "new": "y"}),
        ("delete-file", {"path": "server.pem"}),
        ("delete-file", {"path": "src"}),
    ],
)
async def test_every_refusal_is_a_result_that_says_what_to_do(
    bench: EditBench, name: str, arguments: dict[str, Any]
) -> None:
    """Nothing is staged, nothing is written."""
    (bench.root / "blob").write_bytes(b"\x00\x01")
    (bench.root / "link.py").symlink_to("src/b.py")
    before, session = tree(bench.root), session_of(bench)
    result = await call(bench, session, name, **arguments)
    assert not result.ok
    assert "(" in result.failure  # the hint
    assert not session.changes
    assert tree(bench.root) == before


async def test_a_file_whose_secrets_were_seen_masked_is_not_written_whole(bench: EditBench) -> None:
    """The masks would take their place; its other lines can be edited."""
    secret = 'password = "hV7#kq92LmXz"\nname = "x"\n'
    plant(bench.root, {"conf.py": secret})
    session = session_of(bench)
    refused = await call(bench, session, "write-file", path="conf.py", text='password = "****"\nname = "y"\n')
    assert "secrets" in refused.failure
    edited = await call(bench, session, "edit-file", path="conf.py", old='"x"', new='"y"')
    assert edited.ok
    assert session.staged("conf.py") == secret.replace('"x"', '"y"')
