"""Settings from every place, the nearest one winning."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...domain.errors import ConfigurationError, UnsafePath
from ...domain.security.paths import fault_of
from ..common.confined import real_place
from ..common.following import leads_out
from .disclosure import looks_like_key
from .model_settings import BudgetSettings, ProviderSettings
from .settings import CONFIDENTIAL, FOLDERS, USERS_OWN, Settings, default_data_dir, user_file
from .sources import Source, read_environment, read_toml

PROJECT_FILE = "muster.toml"
BROUGHT = ("agents_dir", "workflows_dir")
"""Folders that a project may bring along; what is in them is a stranger's word."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings that hold, and by key where each of them comes from.

    `agents_of` is the project when its own word named the folder of agents: they are a stranger's. So it is with
    `workflows_of` and the folder of workflows.
    """

    values: Settings
    origins: Mapping[str, str]
    agents_of: Path | None = None
    workflows_of: Path | None = None


def load_settings(root: Path, overrides: Mapping[str, object], env: Mapping[str, str]) -> LoadedSettings:
    """Settings for work in `root`: flag, environment, project, user, default, in this order.

    The project's are in `muster.toml`, else in `[tool.muster]` of `pyproject.toml`. A flag that is None was
    not given. A project is somebody else's word: it may not say where data are kept, which models are paid and
    sent what, nor lead out of itself for agents or workflows. Raises ConfigurationError that names place, key and
    value.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    own, project = user_file(env), _project(root)
    defaults = Source("default", {"data_dir": default_data_dir(env)}, Path())
    sources = (
        Source("flag", given, Path()),
        read_environment(env),
        project,
        read_toml(own, str(own)),
        defaults,
    )
    present = [source for source in sources if source is not None]
    for source in present:
        _refuse_unknown(source)
    if project is not None:
        _refuse_overreach(project, own)
    agents, workflows = (_strangers(present, project, root, key) for key in BROUGHT)
    return replace(_merge(present, env), agents_of=agents, workflows_of=workflows)


def _strangers(present: Sequence[Source], project: Source | None, root: Path, key: str) -> Path | None:
    """The project, when it was its own word that named the folder `key`."""
    named = next((source for source in present if key in source.values), None)
    return root.absolute() if project is not None and named is project else None


def _project(root: Path) -> Source | None:
    if not os.access(root, os.X_OK):  # whether it is missing or locked, whoever looks into it says so
        return None
    own = read_toml(root / PROJECT_FILE, PROJECT_FILE, within=root)
    shared = read_toml(root / "pyproject.toml", "pyproject.toml", "tool.muster", within=root)
    if own is None or shared is None:
        return own or shared
    return replace(own, origin=f"{own.origin} ({shared.origin} is not used)")


def _refuse_unknown(source: Source) -> None:
    known = Settings.model_fields
    for key in source.values:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"
            name = source.names.get(key, key)
            raise ConfigurationError(
                f"{source.place(key)}: unknown setting {name!r}",
                code="unknown-setting",
                details={"origin": source.origin, "key": key},
                hint=hint,
            )


def _refuse_overreach(project: Source, own: Path) -> None:
    """A data folder may hold a cache that hides findings, a provider's address may take keys and code away.

    `own` is the user's file, which may name them.
    """
    for key in sorted(USERS_OWN & set(project.values)):
        raise ConfigurationError(
            f"{project.place(key)}: {key} cannot be set by a project",
            details={"origin": project.origin, "key": key},
            hint=f"set MUSTER_{key.upper()}, or {key} in {own}",
        )
    for key in BROUGHT:
        folder = project.values.get(key)
        if isinstance(folder, str) and not _stays_inside(project.base, folder):
            raise ConfigurationError(
                f"{project.place(key)}: {key} cannot be {folder!r}: it leads out of the project",
                details={"origin": project.origin, "key": key, "value": folder},
                hint=f"name a folder of the project, or set MUSTER_{key.upper()}, or {key} in {own}",
            )


def _stays_inside(base: Path, folder: str) -> bool:
    """Whether it is below `base`, or `base` itself; no link may lead out of it."""
    return Path(folder) == Path() or (not fault_of(folder) and not leads_out(str(base), folder))


def _merge(sources: Sequence[Source], env: Mapping[str, str]) -> LoadedSettings:
    winners: dict[str, Source] = {}
    for source in sources:
        for key in source.values:
            winners.setdefault(key, source)
    values = {key: _placed(key, source, env) for key, source in winners.items()}
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise _refused(error.errors(include_url=False)[0], winners) from error
    return LoadedSettings(settings, {key: _origin(key, winners.get(key)) for key in Settings.model_fields})


def _placed(key: str, source: Source, env: Mapping[str, str]) -> object:
    """The value; a folder as an absolute path, relative to the file that names it."""
    value = source.values[key]
    if key not in FOLDERS or not isinstance(value, str | Path) or not str(value).strip():
        return None if value == "" and key in FOLDERS else value
    path = Path(value)
    if path.parts[:1] == ("~",):
        path = Path(env.get("HOME") or Path.home(), *path.parts[1:])
    try:
        real_place(str(source.base / path))
    except UnsafePath as error:
        raise ConfigurationError(
            f"{source.place(key)}: {key} cannot be {str(value)!r}: {error.message}",
            details={"origin": source.origin, "key": key},
            hint=error.hint,
        ) from error
    return (source.base / path).absolute()


def _origin(key: str, source: Source | None) -> str:
    if source is None:
        return "default"
    return f"{source.origin} {source.names[key]}" if key in source.names else source.origin


def _refused(error: Mapping[str, Any], winners: Mapping[str, Source]) -> ConfigurationError:
    """The first thing that pydantic complains about, in the words of the place that it comes from."""
    key, given = str(error["loc"][0]), error["input"]
    source = winners[key]
    name = ".".join(str(part) for part in (source.names.get(key, key), *error["loc"][1:]))
    details = {"origin": source.origin, "key": key}
    if error["type"] == "extra_forbidden":
        message, hint = f"{source.place(key)}: unknown key {name!r}", _known_keys(key)
        return ConfigurationError(message, code="unknown-setting", details=details, hint=hint)
    reason = error["msg"].removeprefix("Value error, ")
    reason = f"{reason[:1].lower()}{reason[1:]}"
    hint = f"{key} is {Settings.model_fields[key].description}"
    if key in CONFIDENTIAL or (isinstance(given, str) and looks_like_key(given)):
        return ConfigurationError(
            f"{source.place(key)}: {name} is refused: {reason}", details=details, hint=hint
        )
    return ConfigurationError(
        f"{source.place(key)}: {name} cannot be {given!r}: {reason}",
        details={**details, "value": given},
        hint=hint,
    )


def _known_keys(table: str) -> str:
    """What may be written in a table, when what is written is none of it."""
    if table != "providers":
        return f"known: {', '.join(BudgetSettings.model_fields)}"
    known = ", ".join(ProviderSettings.model_fields)
    return f"a key is never written here: name its variable in key_env; known: {known}"
