"""What `muster doctor` says about an installation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SetupState(StrEnum):
    """`missing` takes something away that can be done without; `problem` has to be mended."""

    OK = "ok"
    MISSING = "missing"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class SetupCheck:
    """One thing that was looked at, and what to do about it."""

    name: str
    state: SetupState
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class SettingOrigin:
    """A setting's value as text, and where it came from."""

    key: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class SetupReport:
    """All checks and settings."""

    checks: tuple[SetupCheck, ...]
    settings: tuple[SettingOrigin, ...]
