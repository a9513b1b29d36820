"""`muster checkpoints`: what files were before."""

from __future__ import annotations

import click

from .. import options as o

force = click.option(
    "--force", is_flag=True, help="Also over what was changed since; a checkpoint of that is kept."
)


@click.group(
    "checkpoints",
    invoke_without_command=True,
    epilog=o.examples(
        "muster checkpoints",
        'muster checkpoints create --label "before the big move"',
        "muster checkpoints show cp-01ab",
        "muster checkpoints restore cp-01ab",
        "muster checkpoints prune --keep 10",
    ),
)
@click.option("--debug", is_flag=True, expose_value=False, hidden=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, take and bring back checkpoints of a folder's files.

    Muster takes one before it changes anything. Without a command it lists those of this folder.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command.command(
    "list",
    cls=o.Command,
    short_help="List checkpoints.",
    epilog=o.examples("muster checkpoints list", "muster checkpoints list --all --json"),
)
@o.compose(
    o.path,
    click.option("--all", "everywhere", is_flag=True, help="Of all folders."),
    click.option("--limit", default=20, show_default=True, metavar="N", help="The newest N checkpoints."),
    o.json_flag,
    o.output,
)
def list_(
    path: str = ".",
    everywhere: bool = False,
    limit: int = 20,
    json: bool = False,
    output: str | None = None,
) -> None:
    """List checkpoints, the newest first."""
    from ....application.use_cases.list_checkpoints import ListCheckpointsRequest
    from .. import session
    from ..checkpoint_words import list_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session(path) as house:
        request = ListCheckpointsRequest("" if everywhere else path, limit)
        found = run_async(house.list_checkpoints().execute(request))
    emit(as_json(checkpoints=found) if json else list_as_text(found, stdout_width()), output)


@command.command(
    "show",
    cls=o.Command,
    short_help="Show one checkpoint, every byte checked.",
    epilog=o.examples("muster checkpoints show cp-01ab"),
)
@click.argument("checkpoint", metavar="CHECKPOINT")
@o.compose(o.json_flag, o.output)
def show(checkpoint: str, json: bool, output: str | None) -> None:
    """Show CHECKPOINT: an id, or the beginning of one. Every byte of it is checked."""
    from ....application.use_cases.show_checkpoint import ShowCheckpointRequest
    from .. import session
    from ..checkpoint_words import checkpoint_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        found = run_async(house.show_checkpoint().execute(ShowCheckpointRequest(checkpoint)))
    text = as_json(checkpoint=found.checkpoint, damaged=found.damaged)
    emit(text if json else checkpoint_as_text(found, stdout_width()), output)


@command.command(
    "create",
    cls=o.Command,
    short_help="Keep all text files of a folder as they are.",
    epilog=o.examples('muster checkpoints create --label "before the big move"'),
)
@o.compose(
    o.path,
    click.option("--label", default="", metavar="TEXT", help="What it is for."),
    o.json_flag,
)
def create(path: str, label: str, json: bool) -> None:
    """Keep all text files of a folder as they are: those that git does not ignore, up to 2 MB each."""
    from ....application.use_cases.create_checkpoint import CreateCheckpointRequest
    from ...reports.wording import count
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session(path) as house:
        taken = run_async(house.create_checkpoint().execute(CreateCheckpointRequest(path, label)))
    if json:
        emit(as_json(checkpoint=taken.checkpoint, not_covered=taken.not_covered), None)
        return
    left_out = f"; {len(taken.not_covered):,} things are not in it" if taken.not_covered else ""
    emit(f"{taken.checkpoint.id}: {count(len(taken.checkpoint.files), 'file')} kept{left_out}", None)


@command.command(
    "restore",
    cls=o.Command,
    short_help="Bring back the files of a checkpoint.",
    epilog=o.examples("muster checkpoints restore cp-01ab"),
)
@click.argument("checkpoint", metavar="CHECKPOINT")
@o.compose(o.path, force, o.json_flag)
def restore(checkpoint: str, path: str, force: bool, json: bool) -> None:
    """Bring back all files of CHECKPOINT, or none; other files stay, and what is replaced is kept first."""
    from ....application.use_cases.restore_checkpoint import RestoreCheckpointRequest
    from .. import session
    from ..checkpoint_words import outcome_as_text
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session(path) as house:
        request = RestoreCheckpointRequest(checkpoint, path, force)
        outcome = run_async(house.restore_checkpoint().execute(request))
    emit(as_json(outcome=outcome) if json else outcome_as_text(outcome, "brought back"), None)


@command.command(
    "prune",
    cls=o.Command,
    short_help="Let go of old checkpoints.",
    epilog=o.examples("muster checkpoints prune --keep 10", "muster checkpoints prune --keep 0 --all"),
)
@o.compose(
    o.path,
    click.option("--keep", default=50, show_default=True, metavar="N", help="The newest N stay."),
    click.option("--all", "manual", is_flag=True, help="Also those that were taken by hand."),
    o.json_flag,
)
def prune(path: str, keep: int, manual: bool, json: bool) -> None:
    """Let go of old checkpoints of a folder."""
    from ....application.use_cases.prune_checkpoints import PruneCheckpointsRequest
    from ...reports.wording import count
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session(path) as house:
        request = PruneCheckpointsRequest(path, keep, not manual)
        gone = run_async(house.prune_checkpoints().execute(request))
    emit(as_json(pruned=gone) if json else f"{count(len(gone), 'checkpoint')} removed", None)
