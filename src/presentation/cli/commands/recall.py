"""`muster recall`: what was remembered."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "recall",
    cls=o.Command,
    epilog=o.examples(
        'muster recall "rate limit of the parcel API"',
        "muster recall --type bug_fix --limit 3",
        'muster recall "invoice rounding" --json',
    ),
)
@click.argument("words", metavar="[WORDS]...", nargs=-1)
@o.compose(
    click.option("--type", "pattern_type", default=None, metavar="WORD", help="Only of this type."),
    o.classification,
    click.option("--limit", default=10, show_default=True, metavar="N", help="The best N."),
    o.json_flag,
    o.output,
)
def command(
    words: tuple[str, ...],
    pattern_type: str | None,
    classification: str | None,
    limit: int,
    json: bool,
    output: str | None,
) -> None:
    """Find what was remembered by its words, the best first; without words the newest.

    Each lesson says who it is from and when it was stored. Exit code 0 also when nothing is found.
    """
    from ....application.use_cases.recall_patterns import RecallPatternsRequest
    from .. import session
    from ..memory_words import patterns_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        request = RecallPatternsRequest(" ".join(words), pattern_type, classification, limit)
        found = run_async(house.recall_patterns().execute(request))
    emit(as_json(patterns=found) if json else patterns_as_text(found, stdout_width()), output)
