"""`muster init`: a settings file to start from."""

from __future__ import annotations

import os
from pathlib import Path

import click

from .. import options as o

NAME = "muster.toml"


@click.command(
    "init",
    cls=o.Command,
    epilog=o.examples("muster init", "muster init ../shop", "muster init --force"),
)
@click.argument("directory", default=".", metavar="[DIR]")
@click.option("--force", is_flag=True, help="Replace a muster.toml that is there.")
def command(directory: str, force: bool) -> None:
    """Write a muster.toml with every setting, commented out at its default, into DIR (default: here)."""
    from ....container.paths import real_place
    from ....domain.errors import UserError, WorkspaceError
    from ..output import save
    from ..starter import STARTER

    real_place(directory)
    folder = Path(directory)
    if not folder.is_dir():
        raise WorkspaceError(
            f"{directory!r} is not a folder", hint="muster init writes into one that is there"
        )
    target = folder / NAME
    if os.path.lexists(target) and not force:
        raise UserError(f"{str(target)!r} is there already", code="exists", hint="--force replaces it")
    _tell(target.absolute(), replaced=os.path.lexists(target))
    save(target, STARTER)


def _tell(target: Path, *, replaced: bool) -> None:
    """Record it first; where is the user's own to say, and what is replaced here may be what nobody can read."""
    from ....application.use_cases.tell_change import TellChangeRequest
    from .. import session
    from ..run_async import run_async

    what = "settings replaced by the defaults" if replaced else "settings file made"
    with session.open_session(target.anchor) as house:
        request = TellChangeRequest(str(target), what)
        run_async(house.tell_change().execute(request))
