"""`muster tokens`: what texts take of a model's window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import click

from ....domain.tokens.analysis import TokenAnalysis
from ....domain.tokens.count import TokenCount
from .. import options as o

VOCABULARY = "o200k_base"
"""What is counted with as long as no language model is named."""
EPILOG = (
    "muster tokens README.md --model anthropic",
    "git diff | muster tokens - --model openai/gpt-4.1",
    "muster tokens *.md --json",
)


@click.command("tokens", cls=o.Command, epilog=o.examples(*EPILOG))
@click.argument("files", nargs=-1, metavar="[FILE…|-]")
@o.compose(
    click.option(
        "--model", default="", metavar="M", help="Whose tokens: provider/model; default: by the settings."
    ),
    o.path,
    o.json_flag,
    o.output,
)
def command(files: tuple[str, ...], model: str, path: str, json: bool, output: str | None) -> None:
    """Count the tokens of each FILE, or of stdin (-, the default).

    Says whether a count is exact or an estimate with a margin, how much of the model's window the text takes, and
    what it would cost as input. Without a language model, tokens are those of OpenAI's o200k_base. Nothing is sent.
    """
    from ....application.use_cases.analyze_tokens import AnalyzeTokensRequest
    from .. import session
    from ..output import check_target, emit
    from ..run_async import run_async
    from ..texts import STDIN, read_text

    check_target(output)
    names = files or (STDIN,)
    with session.open_session(path) as house:
        texts = tuple(read_text(name) for name in names)
        found = run_async(house.analyze_tokens().execute(AnalyzeTokensRequest(texts, model)))
    emit(_as_json(names, found) if json else _as_text(names, found), output)


def _as_json(names: Sequence[str], found: Sequence[TokenAnalysis]) -> str:
    from ..plain import as_json

    texts = [
        {
            "file": name,
            "tokens": one.count.tokens,
            "exact": one.count.exact,
            "margin": one.count.margin,
            "limit": one.limit or None,
            "headroom": one.headroom if one.limit else None,
            "share": round(one.share, 6) if one.limit else None,
            "cost": None if one.cost is None else str(one.cost),
            "must_compress": one.must_compress,
        }
        for name, one in zip(names, found, strict=True)
    ]
    model = found[0].model or None
    return as_json(model=model, vocabulary=None if model else VOCABULARY, texts=texts)


def _as_text(names: Sequence[str], found: Sequence[TokenAnalysis]) -> str:
    from ..plain import columns
    from ..terminal import stdout_width

    rows = [("tokens", "count", "window", "cost", "file")]
    rows += [(*_cells(one), name) for name, one in zip(names, found, strict=True)]
    if len(found) > 1:
        rows.append((*_cells(_total(found)), "together"))
    first = found[0]
    if not first.model:
        bare = [(tokens, sure, name) for tokens, sure, _, _, name in rows]
        said = f"Counted with the vocabulary {VOCABULARY}: no language model is set, and --model names one."
        return "\n".join([columns(bare, stdout_width()), "", said])
    limit = f"takes {first.limit:,} tokens as input" if first.limit else "has a window that is not known"
    tail = [f"{first.model} {limit}."]
    if not first.count.exact:
        tail.append(
            "Its vocabulary is not public: counts are estimates; the provider's own count is what is paid."
        )
    return "\n".join([columns(rows, stdout_width()), "", *tail])


def _cells(one: TokenAnalysis) -> tuple[str, str, str, str]:
    from ...reports.wording import money

    sure = "exact" if one.count.exact else f"± {one.count.margin:.0%}"
    share = f"{one.share:.1%}{' too much' if one.must_compress else ''}" if one.limit else "–"
    return f"{one.count.tokens:,}", sure, share, money(one.cost)


def _total(found: Sequence[TokenAnalysis]) -> TokenAnalysis:
    costs = [one.cost for one in found if one.cost is not None]
    tokens = sum(one.count.tokens for one in found)
    margin = max(one.count.margin for one in found)
    count = TokenCount(tokens, all(one.count.exact for one in found), margin)
    return replace(found[0], count=count, cost=sum(costs, Decimal(0)) if len(costs) == len(found) else None)
