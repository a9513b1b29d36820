"""Looks at this installation: Python, programs, libraries, the data folder, the model."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from ...domain.errors import StorageError
from ...domain.models.info import ModelInfo
from ...domain.orchestration.setup import SettingOrigin, SetupCheck, SetupState
from ...domain.ports.setup_probe import SetupProbe
from .disclosure import shown

if TYPE_CHECKING:
    import apsw

PROGRAMS: Mapping[str, str] = {
    "ruff": "code review, security and performance are unmeasured without it",
    "deptry": "dependencies are unmeasured without it",
    "git": "without it, ignored files are recognised by name only, and --since cannot work",
}
LIBRARIES = (
    "complexipy",
    "lizard",
    "vulture",
    "grimp",
    "coverage",
    "tree-sitter",
    "apsw",
    "rs-bpe",
    "cryptography",
)
DATABASES = ("runs.db", "memory.db", "working.db", "board.db", "evidence.db", "costs.db", "chats.db")
MAGIC = b"SQLite format 3\0"
OLDEST = (3, 11)


class LocalSetupProbe(SetupProbe):
    """This process's installation; `origins` tells where each of `values` came from.

    `models` are those that do the work, one or several; `lacks` says what is missing to ask a provider; `keyed` are
    the providers that need a key.
    """

    def __init__(
        self,
        data_dir: Path,
        models: Sequence[ModelInfo],
        values: Mapping[str, object],
        origins: Mapping[str, str],
        lacks: Callable[[str], str] = lambda _: "",
        keyed: Sequence[str] = (),
    ) -> None:
        self._data_dir = data_dir
        self._models = models
        self._values = values
        self._origins = origins
        self._lacks = lacks
        self._keyed = keyed

    async def checks(self) -> tuple[SetupCheck, ...]:
        """Python, programs, libraries, data folder, model."""
        programs = (_program(name, why) for name, why in PROGRAMS.items())
        libraries = (_library(name) for name in LIBRARIES)
        kept = (_database(self._data_dir / name) for name in DATABASES)
        models = (self._model(model) for model in {model.name: model for model in self._models}.values())
        return (_python(), *programs, *libraries, _writable(self._data_dir), *kept, *models, self._keys())

    def settings(self) -> tuple[SettingOrigin, ...]:
        """Every setting, sorted by name."""
        return tuple(
            SettingOrigin(key, _text(value), self._origins.get(key, "default"))
            for key, value in sorted(self._values.items())
        )

    def _model(self, model: ModelInfo) -> SetupCheck:
        if missing := self._lacks(model.provider):
            return SetupCheck("model", SetupState.PROBLEM, f"{model.name}: {missing}", "set it, or model")
        if model.judges:
            return SetupCheck("model", SetupState.OK, model.name)
        return SetupCheck("model", SetupState.OK, f"{model.name}: free, arranges evidence, judges nothing")

    def _keys(self) -> SetupCheck:
        """Which providers could be asked; a key is never shown."""
        ready = ", ".join(name for name in self._keyed if not self._lacks(name))
        detail = f"with a key: {ready} (muster run --model NAME)" if ready else "no provider has a key"
        return SetupCheck("providers", SetupState.OK, detail)


def _python() -> SetupCheck:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST:
        return SetupCheck("python", SetupState.PROBLEM, version, "Python 3.11 or newer is needed")
    return SetupCheck("python", SetupState.OK, version)


def _program(name: str, why: str) -> SetupCheck:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        return SetupCheck(name, SetupState.MISSING, "not found", f"install {name}: {why}")
    return SetupCheck(name, SetupState.OK, found)


def _library(name: str) -> SetupCheck:
    try:
        return SetupCheck(name, SetupState.OK, metadata.version(name))
    except metadata.PackageNotFoundError:
        return SetupCheck(
            name, SetupState.MISSING, "not installed", f"install {name}, or muster-agents again"
        )


def _writable(folder: Path) -> SetupCheck:
    """Whether runs can be kept; made sure of by writing, since permissions alone do not tell."""
    nearest = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        hint = "set data_dir, or MUSTER_DATA_DIR, to a folder that can be written"
        return SetupCheck("data folder", SetupState.PROBLEM, f"{folder}: {reason}", hint)
    return SetupCheck("data folder", SetupState.OK, str(folder))


def _database(path: Path) -> SetupCheck:
    """Whether a file of ours is what it should be, and whole; one that is not there yet is fine."""
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except FileNotFoundError:
        return SetupCheck(path.name, SetupState.OK, "not there yet")
    except OSError as error:
        return SetupCheck(path.name, SetupState.PROBLEM, f"{path}: {error.strerror}", "check its permissions")
    if head not in {MAGIC, b""}:
        return SetupCheck(path.name, SetupState.PROBLEM, f"{path} is no database", "move it away")
    if damage := _damage(path):
        return SetupCheck(path.name, SetupState.PROBLEM, damage.message, damage.hint)
    return SetupCheck(path.name, SetupState.OK, f"{path.stat().st_size:,} bytes")


def _damage(path: Path) -> StorageError | None:
    """What SQLite says of a file that is not whole; nothing of one that cannot be read just now."""
    try:
        import apsw

        from ..common.sqlite_errors import CORRUPT, FOREIGN, storage_errors
    except ImportError:  # it is told as a library that is missing
        return None
    try:
        with storage_errors(path), closing(_looking(path)) as db:
            found = db.execute("PRAGMA quick_check(1)").get
            if found != "ok":
                raise apsw.CorruptError(str(found))
    except StorageError as error:
        return error if error.code in {CORRUPT, FOREIGN} else None
    return None


def _looking(path: Path) -> apsw.Connection:
    import apsw

    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    return apsw.Connection(f"{path.absolute().as_uri()}?mode=ro", flags)


def _text(value: object) -> str:
    """A setting in words; the password in an address is nobody's business, nor is a key."""
    if isinstance(value, dict):
        pairs = (
            f"{key}={_text(item)}" for key, item in value.items() if item is not None and item is not False
        )
        return ", ".join(pairs) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(_text(item) for item in value) or "none"
    return "none" if value is None else shown(str(value))
