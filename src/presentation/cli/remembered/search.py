"""`muster memory search`: entries by their words."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "search",
    cls=o.Command,
    epilog=o.examples(
        'muster memory search "retry after a rate limit"', "muster memory search bridge --json"
    ),
)
@click.argument("words", metavar="WORDS...", nargs=-1, required=True)
@o.compose(
    click.option("--prefix", default="", metavar="TEXT", help="Only keys that begin so."),
    o.classification,
    click.option("--limit", default=10, show_default=True, metavar="N", help="The best N."),
    o.json_flag,
    o.output,
)
def command(
    words: tuple[str, ...],
    prefix: str,
    classification: str | None,
    limit: int,
    json: bool,
    output: str | None,
) -> None:
    """Search everything that is remembered, lessons and all else, the best first."""
    from ....application.use_cases.search_memory import SearchMemoryRequest
    from .. import session
    from ..memory_words import hits_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        request = SearchMemoryRequest(" ".join(words), prefix, classification, limit)
        found = run_async(house.search_memory().execute(request))
    emit(as_json(hits=found) if json else hits_as_text(found, stdout_width()), output)
