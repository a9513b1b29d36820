"""`muster remember`: a lesson for later."""

from __future__ import annotations

import click

from ....domain.errors import UserError
from .. import options as o


@click.command(
    "remember",
    cls=o.Command,
    epilog=o.examples(
        'muster remember "The parcel API allows 5 calls a second"',
        'muster remember --type fix --tag area=billing "Round half to even"',
        "git log -1 --format=%B | muster remember --type decision -",
    ),
)
@click.argument("text", metavar="TEXT")
@o.compose(
    click.option(
        "--type", "pattern_type", default="lesson", show_default=True, metavar="WORD", help="What it is."
    ),
    o.classification,
    click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="Said beside it; repeatable."),
    o.json_flag,
)
def command(
    text: str, pattern_type: str, classification: str | None, tags: tuple[str, ...], json: bool
) -> None:
    """Remember TEXT (- is stdin) for good: muster recall finds it by its words.

    Personal data and secrets are taken out before anything is written. Without --class the words decide: what speaks
    of patients, salaries or credit cards is SENSITIVE.
    """
    from ....application.use_cases.remember_pattern import RememberPatternRequest
    from .. import session
    from ..memory_words import patterns_as_text
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width
    from ..texts import read_text

    content = read_text(text) if text == "-" else text
    with session.open_session() as house:
        request = RememberPatternRequest(content.strip(), pattern_type, classification, _read(tags))
        kept = run_async(house.remember_pattern().execute(request))
    emit(as_json(pattern=kept) if json else patterns_as_text([kept], stdout_width()))


def _read(tags: tuple[str, ...]) -> dict[str, object]:
    read: dict[str, object] = {}
    for tag in tags:
        name, equals, value = tag.partition("=")
        if not equals or not name.strip():
            raise UserError(f"tag {tag!r} has no name", code="tag", hint="write it as --tag name=value")
        read[name.strip()] = value
    return read
