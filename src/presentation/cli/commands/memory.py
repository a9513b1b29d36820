"""`muster memory`: everything that is remembered."""

from __future__ import annotations

import click

from .. import options as o
from .. import remembered
from ..lazy_commands import LazyCommands

COMMANDS = {
    "list": "List entries by key.",
    "show": "Show an entry, whole.",
    "search": "Search all entries.",
    "edit": "Put right what an entry says.",
    "forget": "Delete entries for good.",
    "export": "Write entries down, to carry them elsewhere.",
    "import": "Take in entries that were exported.",
    "verify": "Read every entry, and say which are damaged.",
    "backup": "Copy all of it to a safe place.",
    "stats": "Tell where memory is kept, and how much there is.",
}


@click.group(
    "memory",
    cls=LazyCommands,
    package=remembered.__name__,
    table=COMMANDS,
    epilog=o.examples(
        "muster memory list",
        'muster memory search "retry after a rate limit"',
        "muster memory show lesson-01ab",
        "muster memory edit lesson-01ab",
        "muster memory forget lesson-01ab",
        "muster memory verify",
    ),
)
@click.option("--debug", is_flag=True, expose_value=False, hidden=True)
def command() -> None:
    """See, search, edit, carry, check and delete everything that is remembered.

    You see what is yours, what belongs to nobody, and what was granted to you. muster remember adds to it, muster
    recall finds lessons in it.
    """
