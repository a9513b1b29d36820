"""Every path that leads out, through everything that takes one: refused, nothing read, nothing written."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import muster
from muster.application.services.agent_tools import AgentTools
from muster.application.services.document_cache import DocumentCache
from muster.application.services.edit_session import EditSession
from muster.application.services.edit_tools import EditTools
from muster.application.services.evidence_desk import EvidenceDesk
from muster.application.services.run_files import RunFiles
from muster.application.turns.executors import FunctionExecutor
from muster.domain.agents.template import AgentTemplate
from muster.domain.errors import WorkspaceError
from muster.domain.messaging.message import ToolCall
from muster.domain.models.tier import ModelTier
from muster.domain.ports.long_term_store import LongTermStore
from muster.domain.sandbox.paths import path_problems
from muster.infrastructure.evidence.secret_masker import RuleMasker
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.clock import FakeClock
from tests.fakes.edits import edit_bench, tree
from tests.fakes.path_vectors import REFUSED, meant
from tests.fakes.path_watch import watched

CANARY = "canary-7f3a: nobody may read this"
Attempt = Callable[[str], Awaitable[str]]
"""Tries one path; returns whatever whoever asked is shown."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project, a canary in every place that a path of the list may lead to, and a link to each."""
    project = tmp_path / "project"
    (project / "a" / "b").mkdir(parents=True)
    (project / "fine.txt").write_text("fine\n")
    (tmp_path / "canary.txt").write_text(CANARY)
    (project / "link.txt").symlink_to("../canary.txt")
    (project / "away").symlink_to("..")
    return tmp_path


def led_out(place: Path) -> list[str]:
    """The whole list, the canary by its own name, and the links."""
    canary = str(place / "canary.txt")
    links = ["link.txt", "away/canary.txt", "a/../link.txt", "away/project/../canary.txt"]
    return [*REFUSED, canary, f"/{canary}", f"a/../..{canary}", *links]


def names_in(folder: Path) -> set[str]:
    """What stands there."""
    return {path.name for path in folder.iterdir()}


async def reading(place: Path) -> Attempt:
    """The tool by which agents read."""
    workspace = FilesystemWorkspace(FakeClock())
    snapshot = await workspace.scan(str(place / "project"))
    files = RunFiles(workspace, snapshot, RuleMasker(), DocumentCache(FakeClock()))
    tools = AgentTools(EvidenceDesk({}, snapshot, frozenset(), RuleMasker()), [], files, RuleMasker())

    async def attempt(path: str) -> str:
        return json.dumps(await tools.read(path))

    return attempt


async def workspace(place: Path) -> Attempt:
    """The workspace itself, as every use case reads through it."""
    files = FilesystemWorkspace(FakeClock())

    async def attempt(path: str) -> str:
        return (await files.read(str(place / "project"), path)).content

    return attempt


def editing(name: str, **arguments: str) -> Callable[[Path], Awaitable[Attempt]]:
    """A tool by which agents change files, and the commit of whatever it has staged."""

    async def made(place: Path) -> Attempt:
        bench = edit_bench(place)

        async def attempt(path: str) -> str:
            session = EditSession(bench.editor, str(place / "project"), "run-1")
            executor = FunctionExecutor(EditTools(session, RuleMasker()).tools(), frozenset({"write"}))
            call = ToolCall("1", name, json.dumps({"path": path, **arguments}))
            result = await executor.execute(call, 30.0)
            await session.commit()
            if not result.ok:
                raise ValueError(result.content)
            return result.content

        return attempt

    return made


ENTRIES: dict[str, Callable[[Path], Awaitable[Attempt]]] = {
    "read-file": reading,
    "workspace": workspace,
    "write-file": editing("write-file", text="overwritten"),
    "edit-file": editing("edit-file", old="canary", new="overwritten"),
    "delete-file": editing("delete-file"),
}


@pytest.mark.parametrize("entry", ENTRIES)
async def test_what_leads_out_is_refused_by_every_tool(entry: str, place: Path) -> None:
    """The canary is whole, its text is shown to nobody, and nothing is made or gone anywhere."""
    attempt = await ENTRIES[entry](place)
    outside = names_in(place)
    before = tree(place / "project")
    passed = []
    never = frozenset(target for path in led_out(place) for target in meant(path, place / "project"))
    with watched(place, place / "project", place / "data", never=never) as seen:
        for path in led_out(place):
            try:
                shown = await attempt(path)
            except (ValueError, WorkspaceError) as error:
                shown = str(error)
            else:
                passed.append(path)
            assert "7f3a" not in shown, path
    assert seen.seen == []
    assert passed == []
    assert tree(place / "project") == before
    assert (place / "canary.txt").read_text() == CANARY
    assert names_in(place) - {"data"} == outside - {"data"}


WORDS = {"search-workspace": {"terms"}, "write-file": {"text"}, "edit-file": {"old", "new"}}
"""Texts that tools take beside paths; they name nothing."""
MAKERS = {"application.services.agent_tools", "application.services.edit_tools", "application.turns.document"}
"""Where tools are made; those of a document know no file but the text that they were given."""


async def every_tool(place: Path) -> FunctionExecutor:
    """All that an agent can be given by a run that may write."""
    bench, workspace_ = edit_bench(place), FilesystemWorkspace(FakeClock())
    snapshot = await workspace_.scan(str(place / "project"))
    files = RunFiles(workspace_, snapshot, RuleMasker(), DocumentCache(FakeClock()))
    added = EditTools(EditSession(bench.editor, str(place / "project"), "run-1"), RuleMasker()).tools()
    desk = EvidenceDesk({}, snapshot, frozenset(), RuleMasker())
    tools = AgentTools(desk, [], files, RuleMasker(), added)
    names = tuple(spec.name for spec in tools._registry.list_tools())
    template = AgentTemplate("all", "All", "tries all tools", frozenset(), ModelTier.CHEAP, names, "")
    executor = tools.executor(template, frozenset({"write"}))
    assert isinstance(executor, FunctionExecutor)
    return executor


async def test_of_every_tool_it_is_known_what_its_texts_are(place: Path) -> None:
    """A new one, or a new argument, fails here until it is tried above or said to be words."""
    found = {}
    for spec in (await every_tool(place)).specs():
        schemas = spec.parameters["properties"]
        assert isinstance(schemas, dict)
        found[spec.name] = {name for name, schema in schemas.items() if '"string"' in json.dumps(schema)}
    assert found == {
        name: WORDS.get(name, set()) | ({"path"} if name in ENTRIES else set())
        for name in {*WORDS, *ENTRIES} - {"workspace"}
    }


def test_tools_are_made_where_this_is_known() -> None:
    """A module that makes others has to be looked at here."""
    source = Path(muster.__file__).resolve().parent
    making = {
        ".".join(path.relative_to(source).with_suffix("").parts)
        for path in source.rglob("*.py")
        if "FunctionTool(" in path.read_text(encoding="utf-8") and path.stem != "function_tool"
    }
    assert making == MAKERS


async def test_words_that_tools_take_open_nothing(place: Path) -> None:
    """The whole list as what is searched for, written and replaced."""
    executor, before = await every_tool(place), tree(place / "project")
    words = led_out(place)
    never = frozenset(path for word in words for path in meant(word, place / "project"))
    with watched(place, place / "project", place / "data", never=never) as seen:
        for word in words:
            for name, given in (
                ("search-workspace", {"terms": [word or "x"]}),
                ("write-file", {"path": "new.txt", "text": word}),
                ("edit-file", {"path": "fine.txt", "old": word or "x", "new": word}),
            ):
                result = await executor.execute(ToolCall("1", name, json.dumps(given)), 30.0)
                assert "7f3a" not in result.content, (name, word)
    assert seen.seen == []
    assert tree(place / "project") == before


@pytest.mark.parametrize("kind", ["sqlite", "json files", "in process"])
async def test_a_key_of_memory_is_no_way_out(kind: str, place: Path) -> None:
    """It is refused, or it is a name like any other and comes back under that name; nothing is written elsewhere."""
    home = place / "memory"
    store: LongTermStore
    if kind == "sqlite":
        store = SqliteLongTermStore(home / "memory.db")
    elif kind == "json files":
        store = JsonFilesLongTermStore(home)
    else:
        store = InProcessLongTermStore()
    kept = []
    for key in led_out(place):
        try:
            await store.store(key, "overwritten")
        except ValueError:
            continue
        kept.append(key)
        assert await store.retrieve(key) == "overwritten"
    assert not [
        key for key in kept if ".." in key.replace("\\", "/").split("/") or key.startswith(("/", "~"))
    ]
    assert (place / "canary.txt").read_text() == CANARY
    assert names_in(place) - {"memory"} == {"project", "canary.txt"}
    if isinstance(store, SqliteLongTermStore):
        store.close()


def test_generated_code_names_no_path_that_leads_out(place: Path) -> None:
    """One problem each; links are no matter here, for the folder is a new one."""
    refused = [path for path in led_out(place) if "link" not in path and "away" not in path]
    assert [path for path in refused if not path_problems([path])] == []
