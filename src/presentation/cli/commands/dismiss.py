"""`muster dismiss`: a finding that does not count."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "dismiss",
    cls=o.Command,
    epilog=o.examples(
        'muster dismiss 3f9a12c4 --why "the input is a constant"',
        "muster dismiss 3f9a12c4 --undo",
        "muster findings --state dismissed",
    ),
)
@click.argument("fingerprint")
@o.compose(
    click.option("--why", default="", metavar="TEXT", help="Why it does not count; kept with your name."),
    click.option("--undo", is_flag=True, help="It counts again."),
    o.path,
    o.json_flag,
)
def command(fingerprint: str, why: str, undo: bool, path: str, json: bool) -> None:
    """Say that the finding with this FINGERPRINT (or the beginning of one) does not count.

    Later runs in the folder leave it out of their list, gates and score, and say how many they left out. It holds as
    long as the code that it quotes stays as it is.
    """
    from ....application.use_cases.dismiss_finding import DismissFindingRequest
    from ....container.paths import real_place
    from .. import session
    from ..finding_words import dismissed_as_text
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    if undo and why:
        raise click.UsageError("--why goes with a dismissal, not with --undo", click.get_current_context())
    with session.open_session(path) as house:
        request = DismissFindingRequest(real_place(path), fingerprint, why, undo)
        finding = run_async(house.dismiss_finding().execute(request))
    emit(as_json(finding=finding) if json else dismissed_as_text(finding))
