"""`muster undo`: take back the last edits."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "undo",
    cls=o.Command,
    epilog=o.examples("muster undo", "muster undo run-01ab", "muster undo cp-01ab --force"),
)
@click.argument("which", metavar="[RUN|CHECKPOINT]", default="")
@o.compose(
    o.path,
    click.option(
        "--force", is_flag=True, help="Also over what was changed since; a checkpoint of that is kept."
    ),
    o.json_flag,
)
def command(which: str, path: str, force: bool, json: bool) -> None:
    """Take back the last edits that Muster made in a folder, or those of one run; asked again, those before.

    A file that was changed since is a conflict: it is named, and nothing is taken back.
    """
    from ....application.use_cases.undo_edits import UndoEditsRequest
    from .. import session
    from ..checkpoint_words import outcome_as_text
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session(path) as house:
        undone = run_async(house.undo_edits().execute(UndoEditsRequest(which, path, force)))
    if json:
        emit(as_json(checkpoint=undone.checkpoint, outcome=undone.outcome), None)
        return
    of_run = f" of {undone.checkpoint.run_id}" if undone.checkpoint.run_id else ""
    emit(outcome_as_text(undone.outcome, f"edits{of_run} taken back"), None)
