"""`muster memory backup`: a copy of everything."""

from __future__ import annotations

import click

from .. import options as o

DAMAGED = 1


@click.command(
    "backup",
    cls=o.Command,
    epilog=o.examples("muster memory backup", "muster memory backup /media/disk/memory.db --force"),
)
@click.argument("path", metavar="[PATH]", default="")
@o.compose(click.option("--force", is_flag=True, help="Replace an older backup at PATH."), o.json_flag)
def command(path: str, force: bool, json: bool) -> None:
    """Copy the long-term memory to PATH (a new file below the data folder), for your eyes only, and read the copy.

    To go back to it, put it in the place of memory.db while no Muster runs. SENSITIVE entries stay encrypted; keep a
    copy of the key too. What you forget later is deleted in the backup as well, while it lies where it was made. Exit
    code 1 when entries were damaged.
    """
    from ....application.use_cases.backup_memory import BackupMemoryRequest
    from ....container.paths import real_place
    from .. import session
    from ..memory_words import backup_as_text
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    place = real_place(path) if path else ""
    with session.open_session() as house:
        told = run_async(house.backup_memory().execute(BackupMemoryRequest(place, force)))
    emit(as_json(backup=told) if json else backup_as_text(told))
    if told.damaged:
        raise click.exceptions.Exit(DAMAGED)
