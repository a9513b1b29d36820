"""Clock, files and stores: what everything else stands on."""

from __future__ import annotations

from contextlib import ExitStack, closing

from ..domain.ports.clock import Clock
from ..domain.ports.event_bus import EventBus
from ..domain.ports.ids import Ids
from ..domain.ports.run_journal import RunJournal
from ..domain.ports.secret_masker import SecretMasker
from ..domain.ports.token_counter import TokenCounter
from ..domain.ports.workspace import Workspace
from ..infrastructure.config.loader import LoadedSettings


def clock() -> Clock:
    """What time it is."""
    from ..infrastructure.common.system_clock import SystemClock

    return SystemClock()


def login() -> str:
    """Who sits here, or nothing when the machine knows no name."""
    from ..infrastructure.common.login import login_name

    return login_name()


def ids() -> Ids:
    """Where identifiers come from."""
    from ..infrastructure.common.ids import SortableIds

    return SortableIds()


def event_bus(clock: Clock, loaded: LoadedSettings, files: ExitStack) -> EventBus:
    """The stream of events, with the log of each run as its first listener."""
    from ..infrastructure.telemetry.event_bus import InProcessEventBus
    from ..infrastructure.telemetry.event_log import EventLog

    bus = InProcessEventBus(clock)
    bus.subscribe(files.enter_context(closing(EventLog(loaded.values.data_dir / "events"))))
    return bus


def workspace(clock: Clock, loaded: LoadedSettings) -> Workspace:
    """The folder that is worked on."""
    from ..infrastructure.workspace.filesystem import FilesystemWorkspace

    return FilesystemWorkspace(clock, loaded.values.exclude)


def counter() -> TokenCounter:
    """Counts by the vocabulary of most current models."""
    from ..infrastructure.tokens.model_counters import bpe_counter

    return bpe_counter()


def masker() -> SecretMasker:
    """Hides secrets in what is shown."""
    from ..infrastructure.evidence.secret_masker import RuleMasker

    return RuleMasker()


def journal(loaded: LoadedSettings, files: ExitStack) -> RunJournal:
    """The record of runs."""
    from ..infrastructure.journal.sqlite_journal import SqliteRunJournal

    return files.enter_context(closing(SqliteRunJournal(loaded.values.data_dir / "runs.db")))
