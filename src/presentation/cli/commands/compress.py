"""`muster compress`: a text in fewer tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from ....domain.tokens.compression import CompressionResult
from .. import options as o

STRATEGIES = ("truncation", "keyword", "extractive", "skeleton", "llm", "auto")
SHOWN_GAPS = 8
LONG = 5_000_000
"""Characters from which on the work takes so long that somebody may wonder."""
EPILOG = (
    "muster compress notes.md --limit 2000",
    'muster compress notes.md --ratio 4 --query "who decided?"',
    "cat big.py | muster compress - --limit 1000 > small.py",
)


@click.command("compress", cls=o.Command, epilog=o.examples(*EPILOG))
@click.argument("file", metavar="FILE|-")
@o.compose(
    click.option("--limit", type=int, metavar="N", help="At most N tokens."),
    click.option("--ratio", type=float, metavar="X", help="X times fewer tokens than now."),
    click.option(
        "--strategy",
        type=o.Names(STRATEGIES),
        default="auto",
        show_default=True,
        metavar="NAME",
        help=f"One of {', '.join(STRATEGIES)}.",
    ),
    click.option("--query", default="", metavar="TEXT", help="What the text will be read for."),
    click.option(
        "--model", default="", metavar="M", help="Whose tokens: provider/model; default: by the settings."
    ),
    o.path,
    o.quiet,
    o.json_flag,
    o.output,
)
def command(file: str, path: str, quiet: bool, json: bool, output: str | None, **wishes: Any) -> None:
    """Write FILE (or stdin, -) in fewer tokens: the text to stdout, what was dropped to stderr.

    Only the strategy llm sends anything anywhere.
    """
    from ....application.use_cases.compress_text import CompressTextRequest
    from .. import session
    from ..output import check_target
    from ..run_async import run_async
    from ..terminal import say
    from ..texts import read_text

    check_target(output)
    with session.open_session(path) as house:
        request = CompressTextRequest(read_text(file), **wishes)
        if len(request.text) > LONG and not quiet:
            say(f"muster: {len(request.text) / 1_000_000:.0f} million characters take a while")
        result = run_async(house.compress_text().execute(request))
    _tell(result, json=json, quiet=quiet, output=output)


def _tell(result: CompressionResult, *, json: bool, quiet: bool, output: str | None) -> None:
    from ..output import emit, emit_exactly
    from ..terminal import say

    if json:
        emit(_as_json(result), output)
        return
    emit_exactly(result.text, output)  # one more end of line could be one more token than was asked for
    if not quiet:
        say("\n".join(_summary(result)))


def _as_json(result: CompressionResult) -> str:
    from ..plain import as_json

    return as_json(
        text=result.text,
        original_tokens=result.original_tokens,
        tokens=result.tokens,
        exact=result.exact,
        ratio=round(result.ratio, 3) if result.tokens else None,
        strategy=result.strategy,
        rewritten=result.rewritten,
        dropped=result.dropped,
        dropped_characters=result.dropped_characters,
        cost=None if result.cost is None else str(result.cost),
        seconds=round(result.seconds, 6),
        note=result.note,
    )


def _summary(result: CompressionResult) -> Iterator[str]:
    from ...reports.wording import money

    sure = "" if result.exact else " at most (an estimate)"
    if result.strategy == "none" and not result.dropped:
        yield f"muster: {result.original_tokens:,} tokens{sure} fit already; nothing was dropped"
    else:
        times = f", {result.ratio:.1f} times fewer" if result.tokens else ""
        yield (
            f"muster: {result.original_tokens:,} -> {result.tokens:,} tokens{sure}{times}; "
            f"strategy {result.strategy}"
        )
    if result.note:
        yield f"  {result.note}"
    if result.cost != 0:
        yield f"  cost {money(result.cost)}"
    if result.dropped:
        yield from _gaps(result)


def _gaps(result: CompressionResult) -> Iterator[str]:
    from ...reports.wording import count

    stretches = count(len(result.dropped), "stretch", "stretches")
    yield f"  dropped {result.dropped_characters:,} characters in {stretches}:"
    longest = sorted(result.dropped, key=lambda gap: gap.start - gap.end)[:SHOWN_GAPS]
    for gap in sorted(longest, key=lambda gap: gap.start):
        yield f"    {_lines(gap.first_line, gap.last_line)} ({gap.end - gap.start:,} characters)"
    if len(result.dropped) > SHOWN_GAPS:
        yield f"    and {len(result.dropped) - SHOWN_GAPS:,} smaller ones"


def _lines(first: int, last: int) -> str:
    return f"line {first:,}" if first == last else f"lines {first:,}-{last:,}"
