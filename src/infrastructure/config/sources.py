"""Where settings are written: TOML files and environment variables."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...domain.errors import ConfigurationError
from .plain_files import read_plain

PREFIX = "MUSTER_"
KEYS = frozenset({"MUSTER_MEMORY_KEY"})
"""Variables that hold keys: they are no settings, and nothing of settings ever sees them."""
MAX_BYTES = 1024 * 1024
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
TABLE = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]")
PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Source:
    """Settings as one place has them; `names` are what a key is called there, `lines` where it stands."""

    origin: str
    values: Mapping[str, object]
    base: Path
    names: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """The origin, with the line of `key` where that is known."""
        line = self.lines.get(key)
        return self.origin if line is None else f"{self.origin}, line {line}"


def read_toml(path: Path, shown: str, table: str = "", within: Path | None = None) -> Source | None:
    """The settings in a file, or in one of its tables; None when there is no such file or table.

    `within` is the folder that a link may not lead out of.
    """
    try:
        text = read_plain(path, MAX_BYTES, within).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        message = f"{shown!r} cannot be read: {error.strerror}"
        hint = f"it is to be a regular file of at most {MAX_BYTES // 1024} kB that can be read"
        raise ConfigurationError(message, hint=hint) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{shown!r} is not UTF-8 text", hint="save it as UTF-8") from error
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _broken(shown, text, error) from error
    found: object = document
    for part in table.split(".") if table else ():
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None:
        return None
    origin = f"[{table}] in {shown}" if table else shown
    if not isinstance(found, Mapping):
        raise ConfigurationError(f"{origin} is not a table", hint=f"write [{table}] and keys below it")
    return Source(origin, found, path.parent, lines=_lines(text, table, found))


def _broken(shown: str, text: str, error: Exception) -> ConfigurationError:
    """What is wrong with the TOML, and in which line."""
    reason = str(error)
    place = PLACE.search(reason)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    what = PLACE.sub("", reason) or "nested too deeply"
    return ConfigurationError(
        f"{shown!r}, line {line}, is not valid TOML: {what[:1].lower()}{what[1:]}",
        details={"file": shown, "line": line},
        hint='write key = value; text stands in "double quotes"',
    )


def _lines(text: str, table: str, keys: Mapping[str, object]) -> dict[str, int]:
    """1-based lines of the keys of `table`, in whichever of the usual spellings; others are left out."""
    current, found = "", dict[str, int]()
    for number, line in enumerate(text.splitlines(), 1):
        header = TABLE.match(line)
        current = header[1] if header else current
        below = current.removeprefix(f"{table}." if table else "")
        written = below if header and current != table else line.partition("=")[0] if current == table else ""
        key = written.split(".")[0].strip().strip("\"'")
        if key in keys:
            found.setdefault(key, number)
    return found


def read_environment(env: Mapping[str, str]) -> Source:
    """`MUSTER_…` variables; empty ones count as not set."""
    names = {
        name.removeprefix(PREFIX).lower(): name
        for name, text in env.items()
        if name.startswith(PREFIX) and name not in KEYS and text.strip()
    }
    values = {key: from_text(key, env[name].strip()) for key, name in names.items()}
    return Source("environment", values, Path(), names)


def from_text(key: str, text: str) -> object:
    """`text` as the type that the setting `key` takes; text that does not fit stays, and is refused later."""
    converters: dict[str, Callable[[str], object]] = {
        "max_concurrency": int, "tool_memory_mb": int, "tool_seconds": float, "recall_tokens": int,
        "history": _truth, "response_cache": _truth, "retries": int, "gates": _gates, "tiers": _pairs,
        "budget": _limits,
    }  # fmt: skip
    try:
        return converters.get(key, str)(text)
    except ValueError:
        return text


def _truth(text: str) -> bool:
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise ValueError(text)


def _gates(text: str) -> dict[str, float]:
    """`name=value,name=value`."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): float(value) for name, _, value in pairs}


def _pairs(text: str) -> dict[str, str]:
    """`name=text,name=text`."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _limits(text: str) -> dict[str, object]:
    """`usd=0.50,calls=20,tokens=100000,seconds=60`."""
    kinds: dict[str, Callable[[str], object]] = {
        "calls": int, "tokens": int, "usd": float, "seconds": float, "allow_unpriced": _truth,
    }  # fmt: skip
    return {name: kinds.get(name, str)(value) for name, value in _pairs(text).items()}
