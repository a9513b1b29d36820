"""`muster memory forget`: entries are deleted."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .. import options as o


@click.command(
    "forget",
    cls=o.Command,
    epilog=o.examples(
        "muster memory forget lesson-01ab",
        "muster memory forget --prefix pattern/bug_fix- --dry-run",
        "muster memory forget --prefix pattern/bug_fix- --yes",
    ),
)
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@o.compose(
    click.option("--prefix", default="", metavar="TEXT", help="All keys that begin so."),
    click.option("--dry-run", is_flag=True, help="Only show which these are."),
    click.option("--yes", is_flag=True, help="Do not ask."),
    o.json_flag,
)
def command(keys: tuple[str, ...], prefix: str, dry_run: bool, yes: bool, json: bool) -> None:
    """Delete entries for good, by KEY or by the id of a lesson; they cannot be had back.

    It asks first; without a terminal it needs --yes. A key that is not there is an error, and nothing is deleted.
    """
    from ....application.use_cases.forget_memory import ForgetMemoryRequest
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import say

    with session.open_session() as house:
        told = run_async(house.forget_memory().execute(ForgetMemoryRequest(keys, prefix, dry_run=True)))
        if not dry_run:
            if told.keys and not yes:
                _ask(told.keys)
            told = run_async(house.forget_memory().execute(ForgetMemoryRequest(keys, prefix)))
    found = told.keys
    emit(as_json(dry_run=dry_run, keys=found, unreached=told.unreached) if json else _as_text(found, dry_run))
    for path in told.unreached:
        say(
            f"muster: the backup {path} is out of reach: what is deleted may still be in it; delete it there yourself"
        )


def _ask(keys: Sequence[str]) -> None:
    from ...reports.wording import count
    from ..kept.delete import ask

    one = len(keys) == 1
    whose = f"{count(len(keys), 'entry', 'entries')} {'is' if one else 'are'}"
    ask(whose, _as_text(keys, dry_run=True), "it" if one else "them")


def _as_text(keys: Sequence[str], dry_run: bool) -> str:
    from ...reports.wording import count, printable

    verb = "would be forgotten" if dry_run else "forgotten"
    words = f"{count(len(keys), 'entry', 'entries')} {verb}"
    return "\n".join([*(printable(key) for key in keys), words]) if dry_run else words
