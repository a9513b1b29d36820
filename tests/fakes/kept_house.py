"""The command line in this process, with the house behind it kept open from command to command: as real, and fast."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from muster.container import Container, close_container, close_models, open_container
from muster.presentation.cli import run_async, session
from muster.presentation.cli.entry import answer


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


class KeptHouse:
    """One house for each spelling of a folder and each set of flags, opened when a command first asks for it."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Container] = {}

    @contextlib.contextmanager
    def open_session(
        self, root: str = ".", overrides: Mapping[str, object] | None = None
    ) -> Iterator[Container]:
        """As the command line's own; what a command must close at the end of its event loop is closed."""
        key = root, repr(sorted((overrides or {}).items()))
        if key not in self._open:
            self._open[key] = open_container(root, overrides, os.environ)
        house = self._open[key]

        async def end() -> None:
            await close_models(house)

        run_async.AT_LOOP_END.append(end)
        try:
            yield house
        finally:
            run_async.AT_LOOP_END.remove(end)

    def close(self) -> None:
        """All of them."""
        for house in self._open.values():
            close_container(house)


def said(line: list[str], stdin: str = "") -> Said:
    """What a command line answers."""
    out, err, entered = io.StringIO(), io.StringIO(), io.TextIOWrapper(io.BytesIO(stdin.encode()))
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr("sys.stdin", entered)
        code = answer(line)
    return Said(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def lived_in(house: KeptHouse, data: Path, project: Path) -> Iterator[None]:
    """Commands are given in `project`, and keep what they keep in `data`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "open_session", house.open_session)
        patch.setenv("MUSTER_DATA_DIR", str(data))
        patch.chdir(project)
        yield
