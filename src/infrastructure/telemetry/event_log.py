"""One file of events a run, written a line at a time."""

from __future__ import annotations

import fcntl
import json
import logging
import os
from functools import cache
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from ...domain.events.events import (
    Envelope,
    Event,
    RunFinished,
    RunResumed,
    RunStarted,
    RunWaiting,
    TextArrived,
)
from ...domain.security.paths import is_name

log = logging.getLogger(__name__)
OPEN = ".part"
"""What the file of a run that goes on ends with."""


class EventLog:
    """Listens to the bus and keeps the events of each run as JSON lines, each on its way to the disk at once.

    A line has `sequence`, `at` (UTC), `kind` (the event's name) and the event's fields; pieces of text are left
    out, for the answer that they make up is in the run's record. The file of a run whose process ended without a
    word gets a last line that says so when the log is next opened. A log that cannot be written is reported once
    and hinders nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, IO[str]] = {}
        self._looked = False

    def __call__(self, envelope: Envelope) -> None:
        """Keep one event; those that belong to no run, or to a run that began elsewhere, are left out."""
        event = envelope.event
        if isinstance(event, TextArrived):
            return
        try:
            self._keep(envelope, event)
        except OSError as error:
            log.warning("events of run %s are not kept: %s", event.run_id, error.strerror or error)
            self._drop(event.run_id)

    def close(self) -> None:
        """Let go of all files; those of runs that go on are told to have been left."""
        for run_id in list(self._open):
            self._drop(run_id)

    def _keep(self, envelope: Envelope, event: Event) -> None:
        if isinstance(event, RunStarted | RunResumed) and is_name(event.run_id):
            self._begin(event.run_id)
        file = self._open.get(event.run_id)
        if file is None:
            return
        fields = _adapter().dump_python(event, mode="json", warnings=False)
        _write(file, envelope.sequence, envelope.at.isoformat(), type(event).__name__, fields)
        if isinstance(event, RunFinished | RunWaiting):
            self._drop(event.run_id)
            (self._folder / f"{event.run_id}{OPEN}").rename(self._folder / f"{event.run_id}.jsonl")

    def _begin(self, run_id: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._looked:
            self._looked = True
            for path in self._folder.glob(f"*{OPEN}"):
                _finish_abandoned(path)
        earlier = self._folder / f"{run_id}.jsonl"  # of a run that goes on
        if earlier.exists():
            earlier.rename(self._folder / f"{run_id}{OPEN}")
        handle = os.open(self._folder / f"{run_id}{OPEN}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        file = os.fdopen(handle, "a", encoding="utf-8", errors="replace", buffering=1)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._open[run_id] = file

    def _drop(self, run_id: str) -> None:
        file = self._open.pop(run_id, None)
        if file is not None:
            try:
                file.close()
            except OSError as error:
                log.warning("the last events of run %s are not kept: %s", run_id, error.strerror or error)


@cache
def _adapter() -> TypeAdapter[Event]:
    """Made when the first event is kept: it takes a tenth of a second, and most commands keep none."""
    return TypeAdapter(Event)


def _finish_abandoned(path: Path) -> None:
    """Mark the file of a run as failed unless a living process holds it."""
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if not path.exists():  # another process was faster
            return
        if not _ends_with_newline(path):
            file.write("\n")
        _write(file, None, None, "RunFinished", {"run_id": path.stem, "status": "failed", "duration": None})
        path.rename(path.with_suffix(".jsonl"))


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return size == 0 or file.read(1) == b"\n"


def _write(file: IO[str], sequence: int | None, at: str | None, kind: str, fields: dict[str, Any]) -> None:
    head = {"sequence": sequence, "at": at, "kind": kind}
    file.write(json.dumps(head | fields, ensure_ascii=False, separators=(",", ":")) + "\n")
