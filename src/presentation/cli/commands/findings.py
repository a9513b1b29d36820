"""`muster findings`: what runs have found in a folder, and how it stands."""

from __future__ import annotations

import click

from ....domain.evidence.finding_book import FindingState
from .. import options as o


@click.command(
    "findings",
    cls=o.Command,
    epilog=o.examples(
        "muster findings",
        "muster findings --state new --state known",
        "muster findings ../shop --state dismissed --json",
    ),
)
@click.argument("directory", default=".", metavar="[DIR]")
@o.compose(
    click.option(
        "--state",
        "states",
        multiple=True,
        type=o.Names([one.value for one in FindingState]),
        metavar="|".join(FindingState),
        help="Only these; may be repeated.",
    ),
    o.json_flag,
    o.output,
)
def command(directory: str, states: tuple[str, ...], json: bool, output: str | None) -> None:
    """List what runs have found in DIR (default: here): new, known, fixed, or dismissed.

    As of the last run that ended there; look anew: muster check. What does not count: muster dismiss.
    """
    from ....application.use_cases.list_findings import ListFindingsRequest
    from ....container.paths import real_folder, real_place
    from .. import session
    from ..finding_words import findings_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session(directory) as house:
        request = ListFindingsRequest(real_place(directory), [FindingState(one) for one in states])
        found = run_async(house.list_findings().execute(request))
    if not found:
        real_folder(directory)  # of a folder that is gone, findings are still told
    emit(as_json(findings=found) if json else findings_as_text(found, stdout_width()), output)
