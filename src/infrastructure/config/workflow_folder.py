"""Workflows from the files that come with Muster and from a folder of one's own."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ...domain.agents.capability import Capability
from ...domain.errors import ConfigurationError, UnknownName
from ...domain.models.tier import ModelTier
from ...domain.orchestration.run import Verdict
from ...domain.ports.workflow_catalog import WorkflowCatalog
from ...domain.workflows.broken import BrokenWorkflow
from ...domain.workflows.checking import OWN, Names, faults
from ...domain.workflows.workflow import Origin, Workflow
from .plain_files import read_plain
from .workflow_entries import ExpectEntry, InputEntry, RetryEntry, StageEntry, WorkflowEntry
from .yaml_entries import MAX_BYTES, Entry, read_entries

NAME = re.compile(rb"^name:[ \t]*[\"']?([\w-]+)", re.MULTILINE)
SUFFIXES = {".yaml", ".yml"}
WANTED = "write a workflow, or begin with one: muster workflow show health-check --yaml -o FILE, and change its name"
ENUMS = {
    "capabilities": ("capability", Capability),
    "tier": ("tier", ModelTier),
    "verdicts": ("verdict", Verdict),
}


class WorkflowFolder(WorkflowCatalog):
    """The built-in workflows by file name, then those of the folder; a user's own takes the place of a built-in one.

    A file (`*.yaml`, `*.yml`) is one workflow. `project` is the folder of a project that named its workflows by its
    own word: those replace no built-in one, choose no models, and no link leads their files out of the project.
    """

    def __init__(self, builtin: Path, folder: Path | None, names: Names, project: Path | None = None) -> None:
        self._builtin = builtin
        self._folder = folder
        self._names = names
        self._project = project
        self._built_in: dict[str, tuple[Workflow, Path]] | None = None

    def workflows(self) -> tuple[Workflow, ...]:
        """Every workflow once; the files of the folder are read anew each time."""
        found, broken = self._found()
        for each in broken:
            raise each.error
        return tuple(workflow for workflow, _ in found.values())

    def broken(self) -> tuple[BrokenWorkflow, ...]:
        """The files with a mistake, by their names and by the names that stand in them."""
        return self._found()[1]

    def sound(self) -> tuple[Workflow, ...]:
        """As `workflows`, without the files with a mistake."""
        return tuple(workflow for workflow, _ in self._found()[0].values())

    def source(self, name: str) -> str:
        """The text of the file that the workflow `name` is in."""
        found, _ = self._found()
        if name not in found:
            raise UnknownName.of("workflow", name, found)
        return read_plain(found[name][1], MAX_BYTES).decode("utf-8-sig")

    def schema(self) -> Mapping[str, object]:
        """The JSON schema of a file."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema", **WorkflowEntry.model_json_schema()
        }  # fmt: skip

    def _found(self) -> tuple[dict[str, tuple[Workflow, Path]], tuple[BrokenWorkflow, ...]]:
        found = dict(self._shipped())
        taken: dict[str, Path] = {}
        broken: list[BrokenWorkflow] = []
        kept = frozenset(found if self._project else ())
        for path in _files(self._folder) if self._folder else ():
            try:
                workflow = self._read(path, Origin.PROJECT if self._project else Origin.OWN)
                _refuse_taken(path, workflow.name, taken, kept)
            except ConfigurationError as error:
                broken.append(BrokenWorkflow(error, _meant(path, self._project) - kept))
                continue
            taken[workflow.name] = path
            found[workflow.name] = workflow, path
        return found, tuple(broken)

    def _shipped(self) -> dict[str, tuple[Workflow, Path]]:
        """Read once: what comes with Muster does not change while it runs, and to read it takes a tenth of a second."""
        if self._built_in is None:
            read = [(self._read(path, Origin.BUILT_IN), path) for path in _files(self._builtin)]
            self._built_in = {workflow.name: (workflow, path) for workflow, path in read}
        return self._built_in

    def _read(self, path: Path, origin: Origin) -> Workflow:
        within = self._project if origin is Origin.PROJECT else None
        entries = read_entries(path, "a workflow", WANTED, within=within)
        if len(entries) != 1:
            raise ConfigurationError(f"{path}:1: {len(entries)} workflows in one file", hint=WANTED)
        entry = entries[0]
        try:
            workflow = WorkflowEntry.model_validate(entry.values).made(origin)
        except ValidationError as error:
            raise _refused(entry, min(error.errors(include_url=False), key=_telling)) from error
        for fault in faults(workflow, self._names):
            raise _fault(entry, fault.place, fault.message, fault.hint)
        return workflow


def _refuse_taken(path: Path, name: str, taken: Mapping[str, Path], kept: AbstractSet[str]) -> None:
    """A name is that of one file, and those that are `kept` are not for a project."""
    if name in taken:
        message = f"workflow {name!r} is in {taken[name].name!r} as well"
        raise ConfigurationError(f"{path}:1: name: {message}", hint="give each a name of its own")
    if name in kept:
        message = f"a project cannot replace the built-in workflow {name!r}"
        raise ConfigurationError(f"{path}:1: name: {message}", hint=f"change its name; or {OWN}")


def _meant(path: Path, within: Path | None) -> frozenset[str]:
    """What a broken file may be asked for as: its own name, and the one that it gives the workflow."""
    written: list[bytes] = []
    with contextlib.suppress(OSError):
        written = NAME.findall(read_plain(path, MAX_BYTES, within))[:1]
    return frozenset({path.stem.lower(), *(name.decode(errors="replace").lower() for name in written)})


def _files(folder: Path) -> Iterator[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        message = f"workflows folder {str(folder)!r} cannot be read: {error.strerror}"
        raise ConfigurationError(message, hint="check the setting workflows_dir") from error
    return (path for path in paths if path.suffix.lower() in SUFFIXES and not path.name.startswith("."))


def _fault(entry: Entry, place: tuple[int | str, ...], message: str, hint: str) -> ConfigurationError:
    line = entry.line(place)
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    details = {"file": str(entry.path), "line": line, "key": key}
    said = f"{key}: {message}" if key else message
    return ConfigurationError(f"{entry.path}:{line}: {said}", details=details, hint=hint)


def _refused(entry: Entry, error: Mapping[str, Any]) -> ConfigurationError:
    """The first thing that is wrong with the entry, at its line."""
    place = _written(error["loc"])
    named = [part for part in place if isinstance(part, str)]
    last = named[-1] if named else ""
    if error["type"] == "extra_forbidden":
        unknown = UnknownName.of("key", last, _table(named[:-1]).model_fields)
        return _fault(entry, place, unknown.message, unknown.hint)
    if error["type"] == "missing":
        needed = [name for name, field in _table(named[:-1]).model_fields.items() if field.is_required()]
        return _fault(entry, place, "is missing", f"needed: {', '.join(needed)}")
    if error["type"] == "enum" and last in ENUMS:
        kind, known = ENUMS[last]
        unknown = UnknownName.of(kind, str(error["input"]), [each.value for each in known])
        return _fault(entry, place, unknown.message, unknown.hint)
    given = repr(error["input"])
    shown = given if len(given) <= 80 else given[:79] + "…"
    return _fault(entry, place, f"cannot be {shown}: {error['msg']}", WANTED)


def _telling(error: Mapping[str, Any]) -> tuple[bool, bool]:
    """How little an error tells: a misspelt key is also a missing one, and a mapping is also none of the words."""
    return error["type"] != "extra_forbidden", error["type"] == "literal_error" and isinstance(
        error["input"], dict
    )


def _written(place: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place without the names that pydantic gives to the members of a union."""
    return tuple(
        part for part in place if part != RetryEntry.__name__ and not str(part).startswith("literal[")
    )


def _table(named: list[str]) -> type[BaseModel]:
    """The kind of mapping that stands under these keys."""
    tables: dict[str, type[BaseModel]] = {
        "stages": StageEntry, "inputs": InputEntry, "expect": ExpectEntry, "on_error": RetryEntry
    }  # fmt: skip
    return tables.get(named[-1], WorkflowEntry) if named else WorkflowEntry
