"""`muster memory edit`: what an entry says is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import options as o

if TYPE_CHECKING:
    from ....domain.memory.entry import Entry


@click.command(
    "edit",
    cls=o.Command,
    epilog=o.examples(
        "muster memory edit lesson-01ab",
        'muster memory edit lesson-01ab "The parcel API allows 9 calls a second"',
        "sed s/5/9/ lesson.txt | muster memory edit lesson-01ab -",
    ),
)
@click.argument("key", metavar="KEY")
@click.argument("text", metavar="[TEXT]", required=False)
@o.json_flag
def command(key: str, text: str | None, json: bool) -> None:
    """Put TEXT (- is stdin) in the place of what the entry KEY says; without TEXT, in your editor ($EDITOR).

    A lesson keeps its id, its class, its tags and its author. Any other entry is edited as JSON. Who was quicker is not
    written over.
    """
    from ....application.use_cases.edit_memory import EditMemoryRequest
    from ....application.use_cases.show_memory import ShowMemoryRequest
    from ....domain.errors import MusterError
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import say

    with session.open_session() as house:
        seen = run_async(house.show_memory().execute(ShowMemoryRequest(key)))
        before = _shown(seen)
        after = _asked(seen, before) if text is None else _given(text)
        changed = after.strip() != before.strip()
        if changed:
            try:
                request = EditMemoryRequest(seen, _read(seen, after))
                seen = run_async(house.edit_memory().execute(request))
            except MusterError:
                if text is None:
                    say(f"what you wrote was not kept:\n{after}")
                raise
    emit(
        as_json(changed=changed, entry=seen) if json else f"{seen.key} {'edited' if changed else 'unchanged'}"
    )


def _shown(seen: Entry) -> str:
    from json import dumps

    from ....domain.memory.pattern import pattern_of

    pattern = pattern_of(seen)
    return dumps(seen.data, indent=2, ensure_ascii=False) if pattern is None else pattern.content


def _read(seen: Entry, text: str) -> object:
    from json import JSONDecodeError, loads

    from ....domain.errors import UserError
    from ....domain.memory.pattern import pattern_of

    if pattern_of(seen) is not None:
        return text
    try:
        return loads(text)
    except (JSONDecodeError, RecursionError) as error:
        raise UserError(
            f"{seen.key!r} is no lesson but JSON, and the new text is not: {error}",
            code="json",
            hint="muster memory show --json shows it as it is",
        ) from error


def _given(text: str) -> str:
    from ..texts import STDIN, read_text

    return read_text(STDIN) if text == STDIN else text


def _asked(seen: Entry, before: str) -> str:
    from ....domain.errors import UserError
    from ..terminal import is_attended

    if not is_attended():
        raise UserError(
            "there is no terminal to edit at", code="usage", hint="give the new TEXT, or - for stdin"
        )
    if seen.classification.encrypted:
        raise UserError(
            f"{seen.key!r} is kept encrypted, and what an editor works on is not",
            code="sensitive",
            hint="give the new text by stdin: muster memory edit KEY -",
        )
    try:
        return click.edit(before, extension=".txt") or before
    except click.ClickException as error:
        raise UserError(
            f"the editor failed: {error.message}", code="editor", hint="set EDITOR, or give the new TEXT"
        ) from error
