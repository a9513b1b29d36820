"""Checkpoints in folders of their own."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import StorageError, UnknownName
from ...domain.ports.checkpoint_store import CheckpointStore
from ...domain.security.paths import is_name
from ...domain.workspace.checkpoints import (
    UNFINISHED,
    Checkpoint,
    CheckpointReason,
    CheckpointState,
)
from ..common.prefix import the_one
from ..common.private_file import sync_folder
from ..common.trouble import disk_errors

MANIFEST, STATE, BLOBS = "manifest.json", "state", "blobs"
SCHEMA_VERSION = 1
UNREADY = ".new-"
ABANDONED = 86_400.0
"""Seconds after which nobody is at work any more on what has this name."""
DIGEST = re.compile(r"[0-9a-f]{64}")
CHECKPOINT = TypeAdapter(Checkpoint)


class CheckpointFolder(CheckpointStore):
    """`<id>/manifest.json`, `<id>/state`, and `<id>/blobs/<sha-256>`; a checkpoint appears whole, by one rename.

    Everything is for the owner alone, and every digest is checked when it is read.
    """

    def __init__(self, place: Path) -> None:
        self._place = place

    def save(self, checkpoint: Checkpoint, contents: Mapping[str, bytes]) -> None:
        """Write beside, sync, rename."""
        for digest in contents:
            _check_digest(checkpoint.id, digest)
        with disk_errors(str(self._place)):
            (self._place).mkdir(mode=0o700, parents=True, exist_ok=True)
            unready = self._place / f"{UNREADY}{self._folder(checkpoint.id).name}"
            try:
                (unready / BLOBS).mkdir(mode=0o700, parents=True)
                unready.chmod(0o700)
                for digest, content in contents.items():
                    _write(unready / BLOBS / digest, content)
                _write(unready / MANIFEST, _manifest(checkpoint))
                _write(unready / STATE, checkpoint.state.value.encode())
                sync_folder(unready / BLOBS)
                sync_folder(unready)
                unready.rename(self._place / checkpoint.id)
            except BaseException:
                shutil.rmtree(unready, ignore_errors=True)
                raise
            sync_folder(self._place)

    def mark(self, checkpoint_id: str, state: CheckpointState) -> None:
        """Replace the one word by another."""
        folder = self._folder(checkpoint_id)
        with disk_errors(str(folder)):
            unready = folder / f"{UNREADY}{STATE}"
            unready.unlink(missing_ok=True)
            _write(unready, state.value.encode())
            unready.replace(folder / STATE)
            sync_folder(folder)

    def load(self, checkpoint_id: str) -> Checkpoint:
        """The manifest, if it is the one that was written."""
        known = self._ids()
        found = the_one("checkpoint", checkpoint_id, [one for one in known if one.startswith(checkpoint_id)])
        if found is None or not checkpoint_id:
            raise UnknownName.of("checkpoint", checkpoint_id, known, "muster checkpoints list shows them")
        return self._read(found)

    def content(self, checkpoint_id: str, digest: str) -> bytes:
        """One blob, if it is the one that was written."""
        path = self._folder(checkpoint_id) / BLOBS / digest
        _check_digest(checkpoint_id, digest)
        with disk_errors(str(path)):
            content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise _damaged(checkpoint_id, f"the bytes kept as {digest} are others")
        return content

    def list(self, root: str = "") -> tuple[Checkpoint, ...]:
        """All manifests; ids sort by time."""
        root = root and os.path.realpath(root)
        found = (self._listed(checkpoint_id) for checkpoint_id in reversed(self._ids()))
        return tuple(one for one in found if not root or one.root in {"", root})

    def unfinished(self, root: str) -> tuple[Checkpoint, ...]:
        """The manifests of those whose one word says so."""
        root = os.path.realpath(root)
        ids = [one for one in reversed(self._ids()) if self._state(one) in UNFINISHED]
        found = (self._listed(one) for one in ids)
        return tuple(one for one in found if one.root == root)

    def prune(self, root: str, keep: int, automatic_only: bool = False) -> tuple[str, ...]:
        """Rename away, then delete: what is half deleted is no checkpoint."""
        root = os.path.realpath(root)
        settled = [one for one in self.list(root) if one.root == root and one.state not in UNFINISHED]
        if automatic_only:
            settled = [one for one in settled if one.reason is not CheckpointReason.MANUAL]
        gone = tuple(one.id for one in settled[max(0, keep) :])
        with disk_errors(str(self._place)):
            for checkpoint_id in gone:
                doomed = self._place / f"{UNREADY}{checkpoint_id}"
                (self._place / checkpoint_id).rename(doomed)
                shutil.rmtree(doomed)
            self._sweep()
        return gone

    def _folder(self, checkpoint_id: str) -> Path:
        """Where it lies, if its id is one name and no more; raises UnknownName."""
        if not is_name(checkpoint_id):
            raise UnknownName.of("checkpoint", checkpoint_id, (), "muster checkpoints list shows them")
        return self._place / checkpoint_id

    def _sweep(self) -> None:
        """Remove what a process that was killed has left of a checkpoint half written, or half deleted."""
        long_ago = time.time() - ABANDONED
        for path in self._place.glob(f"{UNREADY}*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < long_ago:
                    shutil.rmtree(path)

    def _ids(self) -> tuple[str, ...]:
        with disk_errors(str(self._place)), contextlib.suppress(FileNotFoundError):
            return tuple(sorted(name for name in os.listdir(self._place) if name[0] != "."))  # noqa: PTH208
        return ()

    def _state(self, checkpoint_id: str) -> CheckpointState:
        try:
            return CheckpointState((self._place / checkpoint_id / STATE).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return CheckpointState.DAMAGED

    def _listed(self, checkpoint_id: str) -> Checkpoint:
        try:
            return self._read(checkpoint_id)
        except StorageError as error:
            never = datetime.fromtimestamp(0, UTC)
            reason, state = CheckpointReason.MANUAL, CheckpointState.DAMAGED
            return Checkpoint(checkpoint_id, "", never, reason, (), error.message, state=state)

    def _read(self, checkpoint_id: str) -> Checkpoint:
        path = self._place / checkpoint_id / MANIFEST
        with disk_errors(str(path)):
            text = path.read_bytes()
        try:
            data = json.loads(text)
            body = data["checkpoint"]
            if data["sha256"] != hashlib.sha256(_canonical(body)).hexdigest():
                raise _damaged(checkpoint_id, "its manifest is not the one that was written")
            checkpoint = CHECKPOINT.validate_python(body, strict=False)
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise _damaged(checkpoint_id, "its manifest cannot be read") from error
        return replace(checkpoint, state=self._state(checkpoint_id))


def _check_digest(checkpoint_id: str, digest: str) -> None:
    """A blob is called after it, so that it must be no path."""
    if not DIGEST.fullmatch(digest):
        raise _damaged(checkpoint_id, f"{digest!r} is no digest")


def _manifest(checkpoint: Checkpoint) -> bytes:
    body = CHECKPOINT.dump_python(checkpoint, mode="json")
    digest = hashlib.sha256(_canonical(body)).hexdigest()
    return json.dumps({"schema": SCHEMA_VERSION, "sha256": digest, "checkpoint": body}).encode()


def _canonical(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _damaged(checkpoint_id: str, why: str) -> StorageError:
    return StorageError(
        f"checkpoint {checkpoint_id!r} is damaged: {why}",
        code="checkpoint-damaged",
        details={"checkpoint": checkpoint_id},
        hint="nothing was restored; use another checkpoint, and check the disk",
    )


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
