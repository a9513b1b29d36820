"""The process that runs the tests: puts up the guard, then runs them, and notes how each one ended."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from .guard import Guard
from .notes import Notes


def main(text: str) -> NoReturn:
    """Run the suite that the order `text`, a JSON object, names."""
    order = json.loads(text)
    suite, home = order["suite"], order["home"]
    installed = [path for path in sys.path if _below(path, (sys.prefix, sys.base_prefix))]
    runner, notes = order["runner"], Notes(order["notes"])
    if runner == "pytest":
        from .with_pytest import run
    else:
        from .with_unittest import run
    own = __package__ or ""
    for name in [name for name in sys.modules if name == own or name.startswith(f"{own}.")]:
        del sys.modules[name]  # a module of the suite may have our name
    sys.path[:] = [suite, *[path for path in (str(Path(suite, "src")),) if Path(path).is_dir()], *installed]
    readable = (sys.prefix, sys.base_prefix, *installed, *_real(installed))
    notes.write(event="began", runner=runner, read_only=bool(order.get("read_only")))
    Guard((suite, str(Path(home, "tmp"))), readable, order["processes"]).stand()
    try:
        notes.write(event="done", code=run(suite, notes))
    except SystemExit:  # a module of the suite did that while it was imported
        notes.write(event="left")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)  # threads that a test left behind are nobody's


def _below(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root + os.sep) for root in roots)


def _real(paths: list[str]) -> list[str]:
    return [os.path.realpath(path) for path in paths]
