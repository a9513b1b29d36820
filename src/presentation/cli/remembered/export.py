"""`muster memory export`: entries in a file."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "export",
    cls=o.Command,
    epilog=o.examples(
        "muster memory export -o memory.jsonl", "muster memory export --prefix pattern/ | gzip > lessons.gz"
    ),
)
@o.compose(
    click.option("--prefix", default="", metavar="TEXT", help="Only keys that begin so."),
    click.option("--sensitive", is_flag=True, help="SENSITIVE entries too: they leave in the clear."),
    o.output,
)
def command(prefix: str, sensitive: bool, output: str | None) -> None:
    """Write entries down as lines of JSON, to carry them elsewhere: muster memory import.

    SENSITIVE entries are left out unless they are asked for; how many is said on stderr.
    """
    from ....application.use_cases.export_memory import ExportMemoryRequest
    from ...reports.wording import count
    from .. import session
    from ..output import check_target, emit
    from ..run_async import run_async
    from ..terminal import say

    check_target(output)
    with session.open_session() as house:
        told = run_async(house.export_memory().execute(ExportMemoryRequest(prefix, sensitive)))
    emit("\n".join(told.lines), output)
    if told.left_out:
        left = count(told.left_out, "SENSITIVE entry", "SENSITIVE entries")
        say(f"muster: {left} left out; --sensitive takes them along in the clear")
