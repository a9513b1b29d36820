"""The command line in this process, with a house of fakes behind it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from muster.presentation.cli import session
from muster.presentation.cli.entry import answer

from .desk import Desk
from .house import House


@dataclass(frozen=True)
class Answer:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as one JSON document."""
        return json.loads(self.out)


Muster = Callable[..., Answer]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """The fakes, behind the one door."""
    fakes = House()
    monkeypatch.setattr(session, "open_session", fakes.open_session)
    return fakes


@pytest.fixture
def muster(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, house: House
) -> Muster:
    """Answer a command line, in an empty folder, at a terminal of no particular kind."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MUSTER") or name in {"COLUMNS", "TERM"}]:
        monkeypatch.delenv(name)

    def run(*args: str) -> Answer:
        code = answer(args)
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return run


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, muster: Muster) -> Desk:
    """The real house behind the one door; the command line is called in its project."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    monkeypatch.setattr(session, "open_session", desk.open_session)
    monkeypatch.chdir(desk.project)
    return desk


@pytest.fixture
def real(muster: Muster, desk: Desk) -> Muster:
    """A command line that is answered by the real house."""
    return muster
