"""Every path that leads out, as every text that every store takes: nothing is opened or made because of it.

Adapters are found by walking the infrastructure, and their methods by the ports: a new one that takes a text fails the
first test until somebody says how it is made, or why it has no files.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import muster.domain.ports
import muster.infrastructure
from muster.domain.errors import MusterError
from muster.domain.journal.record import Signal
from muster.domain.memory.entry import NOBODY, Entry
from muster.domain.models.rate import RateLimit
from muster.domain.security.classification import Classification
from muster.domain.workflows.checking import Names
from muster.domain.workspace.checkpoints import Checkpoint, CheckpointReason, CheckpointState
from muster.domain.workspace.edits import ChangeSet
from muster.infrastructure.config.workflow_folder import WorkflowFolder
from muster.infrastructure.conversations.memory_store import MemoryConversationStore
from muster.infrastructure.conversations.sqlite_store import SqliteConversationStore
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from muster.infrastructure.limits.in_process_limiter import InProcessRateLimiter
from muster.infrastructure.memory.coordination.embedded_board import EmbeddedBoard
from muster.infrastructure.memory.coordination.event_channel import BoardEventChannel
from muster.infrastructure.memory.coordination.sessions import BoardSessions
from muster.infrastructure.memory.coordination.signals import BoardSignals
from muster.infrastructure.memory.coordination.task_queue import BoardTaskQueue
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from muster.infrastructure.responses.sqlite_cache import SqliteResponseCache
from muster.infrastructure.security.key_rings import ChainedKeyRing, EnvironmentKeyRing, FileKeyRing
from muster.infrastructure.workflows.memory_store import MemoryWorkflowStore
from muster.infrastructure.workflows.sqlite_store import SqliteWorkflowStore
from muster.infrastructure.workspace.checkpoint_folder import CheckpointFolder
from muster.infrastructure.workspace.editor import FilesystemEditor
from muster.infrastructure.workspace.file_lock import FileEditLock
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from muster.infrastructure.workspace.memory_lock import InMemoryEditLock
from muster.infrastructure.workspace.shadow import CopiedShadow
from tests.contract.test_response_cache import ANSWER
from tests.fakes.clock import START, FakeClock
from tests.fakes.edits import edit_bench
from tests.fakes.path_vectors import REFUSED, meant, nobodys
from tests.fakes.path_watch import watched

CANARY = "canary-7f3a: nobody may read this"
CLOCK = FakeClock()
TEMPLATES = Names(frozenset(), {}, frozenset())
BUILTIN = Path(muster.infrastructure.__file__).parent / "workflows" / "builtin"

MADE: dict[type, Callable[[Path], Any]] = {
    WorkflowFolder: lambda home: WorkflowFolder(BUILTIN, None, TEMPLATES),
    MemoryConversationStore: lambda home: MemoryConversationStore(),
    SqliteConversationStore: lambda home: SqliteConversationStore(home / "talk.db"),
    MemoryRunJournal: lambda home: MemoryRunJournal(),
    SqliteRunJournal: lambda home: SqliteRunJournal(home / "runs.db"),
    InProcessRateLimiter: lambda home: InProcessRateLimiter(CLOCK),
    BoardEventChannel: lambda home: BoardEventChannel(EmbeddedBoard(CLOCK, home / "board.db")),
    BoardSessions: lambda home: BoardSessions(EmbeddedBoard(CLOCK, home / "board.db")),
    BoardSignals: lambda home: BoardSignals(EmbeddedBoard(CLOCK, home / "board.db")),
    BoardTaskQueue: lambda home: BoardTaskQueue(EmbeddedBoard(CLOCK, home / "board.db")),
    EmbeddedShortTermStore: lambda home: EmbeddedShortTermStore(CLOCK, home / "working.db"),
    InProcessLongTermStore: lambda home: InProcessLongTermStore(),
    JsonFilesLongTermStore: lambda home: JsonFilesLongTermStore(home / "memory"),
    SqliteLongTermStore: lambda home: SqliteLongTermStore(home / "memory.db"),
    SqliteResponseCache: lambda home: SqliteResponseCache(home / "answers.db", CLOCK),
    EnvironmentKeyRing: lambda home: EnvironmentKeyRing({}),
    FileKeyRing: lambda home: FileKeyRing(home / "keys.json", CLOCK),
    ChainedKeyRing: lambda home: ChainedKeyRing([FileKeyRing(home / "keys.json", CLOCK)]),
    MemoryWorkflowStore: lambda home: MemoryWorkflowStore(),
    SqliteWorkflowStore: lambda home: SqliteWorkflowStore(home / "flows.db"),
    CheckpointFolder: lambda home: CheckpointFolder(home / "checkpoints"),
    FilesystemEditor: lambda home: edit_bench(home.parent).editor,
    FileEditLock: lambda home: FileEditLock(home / "locks", CLOCK),
    FilesystemWorkspace: lambda home: FilesystemWorkspace(CLOCK),
    InMemoryEditLock: lambda home: InMemoryEditLock(CLOCK),
    CopiedShadow: lambda home: CopiedShadow(),
}  # fmt: skip
"""How each is made with its files in a folder `home`, which has the project beside it."""

WITHOUT_FILES = {
    "SortableIds": "a prefix of an id", "RuleMasker": "a label for a text", "SecretScrubber": "a text to be scrubbed",
    "PIIScrubber": "a text to be scrubbed", "BpeTokenCounter": "a text to be counted",
    "EstimatingCounter": "a text to be counted", "OnnxEmbedder": "texts to be embedded",
    "RedisRateLimiter": "a key in a server", "RedisShortTermStore": "a key in a server",
    "RedisResponseCache": "a key in a server", "BatchedShortTermStore": "a base of those above",
    "OsKeyRing": "the name of a key in a document", "GeneratedCodeEvidence": "texts by name, which are put nowhere",
    "ProcessSandbox": "files by name; tests/integration/test_paths_everywhere.py",
}  # fmt: skip
PERMISSIONS = "granted"
"""What the tools that gather evidence take: words for what they may do."""
PATHS = frozenset({"path", "paths", "contents"})
PLACES = frozenset({"root", "backup path"})
"""A folder or file that a person names: any but the system's."""
LABELS = frozenset({"CheckpointFolder", "FileEditLock", "InMemoryEditLock"})
"""For these a root is a word by which things are found again; nothing is opened by it."""
HARMLESS = frozenset({"FilesystemWorkspace.lines root", "FilesystemWorkspace.lines path"})
"""Has no lines to show where there is nothing to be read."""
SLOW = frozenset({"FilesystemEditor"})
"""Each call waits for the disk some thirty times: what is no path there is tried with a share of the list."""
SHARE = 12
OTHERS: dict[str, Any] = {
    "root": "", "path": "fine.txt", "paths": ("fine.txt",), "key": "key", "data": 1, "value": 1, "owner": "ann",
    "seconds": 9.0, "state": CheckpointState.SETTLED, "reason": CheckpointReason.MANUAL, "run_id": "run-1",
    "checkpoint_id": "c-1", "digest": "0" * 64, "numbers": frozenset({1}), "keep": 3, "epoch": 1, "records": (),
    "entries": {"key": 1}, "session": "s", "member": "m", "name": "n", "queue": "q", "task": 1, "channel": "c",
    "wait_seconds": 0.0, "lease_seconds": 1.0, "limit": 5, "tokens": 1, "changes": ChangeSet(()),
    "conversation_id": "c", "workflow_id": "w", "idempotency_key": "i", "key_id": "k", "keys": ("key",),
    "signal": Signal("stop", "{}", START), "answer": ANSWER,
    "checkpoint": Checkpoint("c-9", "", START, CheckpointReason.MANUAL, ()),
    "acquire limit": RateLimit(9, 9),
    "adjust limit": RateLimit(9, 9),
    "seen": Entry(key="key", data=1, classification=Classification.PUBLIC, origin=NOBODY, stored_at=START),
}  # fmt: skip
"""What stands in the other places of a call."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A text that a method of an adapter takes."""

    adapter: type
    method: str
    parameter: str

    @property
    def is_place(self) -> bool:
        """Whether a person names it."""
        named = bool(PLACES & {self.parameter, f"{self.method} {self.parameter}"})
        return named and self.adapter.__name__ not in LABELS

    @property
    def is_path(self) -> bool:
        """Whether it is one below a folder."""
        return self.parameter in PATHS

    @property
    def words(self) -> str:
        """For people."""
        return f"{self.adapter.__name__}.{self.method} {self.parameter}"


def _classes(package: Any) -> Iterator[type]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{package.__name__}."):
            yield from (
                one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == name
            )


def slots() -> list[Slot]:
    """Of every adapter that can be made, every method of its ports, every parameter that holds text."""
    ports = {one for one in _classes(muster.domain.ports) if getattr(one, "_is_protocol", False)}
    found = []
    for adapter in sorted(set(_classes(muster.infrastructure)), key=lambda one: one.__qualname__):
        for port in ports & set(adapter.__mro__) if not inspect.isabstract(adapter) else ():
            for method, function in inspect.getmembers(port, inspect.isfunction):
                for name, parameter in inspect.signature(function).parameters.items():
                    if method[0] != "_" and "str" in str(parameter.annotation) and name != PERMISSIONS:
                        found.append(Slot(adapter, method, name))
    return found


ALL = slots()


def test_of_every_adapter_that_takes_text_it_is_said_how_it_is_made() -> None:
    """What this test does not know has to be put into a table, and what is gone is taken off it."""
    names = {slot.adapter.__name__ for slot in ALL}
    assert len(ALL) > 80
    assert {slot.adapter.__name__ for slot in ALL if slot.adapter not in MADE} == set(WITHOUT_FILES) & names
    assert {one.__name__ for one in MADE} | set(WITHOUT_FILES) == names | {"OnnxEmbedder"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project and a folder for the stores, with canaries beside them and a link to one."""
    top = tmp_path.resolve()
    for folder in ("project/a/b", "home", "data"):
        (top / folder).mkdir(parents=True)
    for name in ("canary.txt", "project/fine.txt"):
        (top / name).write_text(CANARY if "canary" in name else "fine")
    (top / "project" / "link.txt").symlink_to("../canary.txt")
    return top


def elsewhere(place: Path) -> dict[str, bytes]:
    """Everything that is not the stores' own, with its bytes."""
    own = (place / "home", place / "data")
    found = (path for path in place.rglob("*") if not any(path.is_relative_to(one) for one in own))
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in found}


def vectors(slot: Slot, place: Path) -> list[str]:
    """What is tried there."""
    if slot.is_place:
        return [path for path in REFUSED if nobodys(path)]
    words = [*REFUSED, str(place / "canary.txt"), *(["link.txt"] if slot.is_path else [])]
    return words if slot.is_path or slot.adapter.__name__ not in SLOW else words[::SHARE]


async def called(store: Any, slot: Slot, word: str, place: Path) -> object:
    """What the call gives with `word` in its place, or what it raises."""
    function = getattr(store, slot.method)
    given: dict[str, Any] = {**OTHERS, "root": str(place / "project")}
    parameters = inspect.signature(function).parameters.values()
    needed = [one.name for one in parameters if one.default is one.empty]
    arguments = {name: given.get(f"{slot.method} {name}", given.get(name)) for name in needed}
    kinds = {"paths": (word,), "contents": {word: b"evil"}, "entries": {word: 1}, "keys": (word,)}
    arguments[slot.parameter] = kinds.get(slot.parameter, word)
    try:
        result = function(**arguments)
        if isinstance(result, AbstractAsyncContextManager):
            async with result as inside:
                return inside
        if inspect.isawaitable(result):
            return await result
        return result
    except (MusterError, ValueError) as error:
        return error
    except PermissionError as error:
        assert slot.adapter.__name__ in LABELS, slot.words
        return error


def tried(slots_: list[Slot], place: Path) -> Iterator[tuple[Slot, str, object]]:
    """What comes of every text in every place, while nothing else is opened, made or changed."""
    before = elsewhere(place)
    store = MADE[slots_[0].adapter](place / "home")
    for slot in slots_:
        words = vectors(slot, place)
        never = frozenset(path for word in words for path in meant(word, place / "project"))
        with watched(place, place / "home", place / "data", place / "project", never=never) as seen:
            results = asyncio.run(_all(store, slot, words, place))
        assert seen.seen == [], slot.words
        yield from ((slot, word, result) for word, result in results)
    if hasattr(store, "close"):
        store.close()
    assert elsewhere(place) == before


async def _all(store: Any, slot: Slot, words: list[str], place: Path) -> list[tuple[str, object]]:
    return [(word, await called(store, slot, word, place)) for word in words]


@pytest.mark.parametrize("adapter", MADE, ids=lambda one: one.__name__)
def test_no_text_that_a_store_takes_leads_out_of_its_folder(adapter: type, place: Path) -> None:
    """What is a path is refused, by an error that says what to do; what is a name is one like any other, or refused."""
    for slot, word, result in tried([slot for slot in ALL if slot.adapter is adapter], place):
        assert "7f3a" not in repr(result), (slot.words, word)
        if (slot.is_path or slot.is_place) and slot.words not in HARMLESS:
            assert isinstance(result, Exception), (slot.words, word, result)
        if isinstance(result, MusterError):
            assert result.hint, (slot.words, word, result)
