"""`muster keys`: what sensitive memory is sealed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import options as o

if TYPE_CHECKING:
    from ....application.use_cases.rotate_keys import Rotation
    from ....application.use_cases.show_keys import KeysReport


@click.group(
    "keys",
    invoke_without_command=True,
    epilog=o.examples("muster keys", "muster keys init", "muster keys rotate", "muster keys status --json"),
)
@click.option("--debug", is_flag=True, expose_value=False, hidden=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Make and change the key that SENSITIVE memory is encrypted with.

    It is looked for in MUSTER_MEMORY_KEY, in the keyring of the system and in a file of the data folder. No secret
    is ever shown. Without a command it says which keys there are.
    """
    if context.invoked_subcommand is None:
        context.invoke(status)


@command.command(
    "init", cls=o.Command, short_help="Make the first key.", epilog=o.examples("muster keys init")
)
@o.compose(o.path, o.json_flag)
def init(path: str, json: bool) -> None:
    """Make the first key. One that is there is never written over.

    Keep a copy of it in a safe place: what is sealed cannot be read without it.
    """
    from ....application.use_cases.init_keys import InitKeysRequest
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session(path) as house:
        ring = run_async(house.init_keys().execute(InitKeysRequest(house.principal().user)))
    made = ring.active
    words = f"{made.id} made in {made.place}; keep a copy in a safe place" if made else "no key was made"
    emit(as_json(ring=ring) if json else words)


@command.command(
    "rotate", cls=o.Command, short_help="Seal with a new key.", epilog=o.examples("muster keys rotate")
)
@o.compose(o.path, o.json_flag)
def rotate(path: str, json: bool) -> int:
    """Make a new key, and bring all sealed records over to it; only the wrapping of each changes.

    Killed in the middle, start it again: it goes on, and makes no further key. Exit code 5 when a record could not
    be opened; it stays as it is, and so does its key.
    """
    from ....application.use_cases.rotate_keys import RotateKeysRequest
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session(path) as house:
        done = run_async(house.rotate_keys().execute(RotateKeysRequest(house.principal().user)))
    emit(as_json(rotation=done) if json else _rotated(done))
    return 5 if done.failed else 0


@command.command(
    "status", cls=o.Command, short_help="Say which keys there are.", epilog=o.examples("muster keys status")
)
@o.compose(o.path, o.json_flag, o.output)
def status(path: str = ".", json: bool = False, output: str | None = None) -> None:
    """Say which keys there are, where, and how many records need each."""
    from ....application.use_cases.show_keys import ShowKeysRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async

    check_target(output)
    with session.open_session(path) as house:
        report = run_async(house.show_keys().execute(ShowKeysRequest()))
    text = as_json(ring=report.ring, records=report.records, missing=report.missing)
    emit(text if json else _status(report), output)


def _status(report: KeysReport) -> str:
    from ...reports.wording import count
    from ..plain import columns
    from ..terminal import stdout_width

    lines = []
    if report.ring.keys:
        rows = [("key", "state", "records", "made", "where")]
        for key in report.ring.keys:
            made = f"{key.made_at.astimezone():%Y-%m-%d}" if key.made_at else "–"
            rows.append((key.id, key.state.value, f"{report.records.get(key.id, 0):,}", made, key.place))
        lines.append(columns(rows, stdout_width()))
    else:
        lines.append("no key: SENSITIVE memory is refused until muster keys init has made one")
    lines += [
        f"{name} is missing: {count(report.records[name], 'record')} cannot be read without it"
        for name in report.missing
    ]
    return "\n".join(lines)


def _rotated(done: Rotation) -> str:
    from ...reports.wording import count

    active = done.ring.active
    what = (
        "the earlier rotation is finished"
        if done.continued
        else f"{active.id if active else '–'} is the new key"
    )
    lines = [f"{what}: {count(done.rewrapped, 'record')} rewrapped"]
    lines += [f"{name} is needed by no record any more" for name in done.retired]
    lines += [f"{name} could not be opened, and stays as it is" for name in done.failed]
    return "\n".join(lines)
