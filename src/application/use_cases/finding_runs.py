"""Which run is meant."""

from __future__ import annotations

from ...domain.errors import UnknownName, UserError
from ...domain.orchestration.run import RunRecord
from ...domain.ports.run_journal import RunJournal

LAST = "last"
TOLD = 5
"""How many runs are named to somebody who means one that is not there."""


async def the_run(journal: RunJournal, wanted: str) -> RunRecord:
    """The run with the id `wanted`, or the unique beginning of one; "last" is the newest.

    Raises UnknownName when there is none of that id, UserError when there is none at all.
    """
    newest = await journal.list(20)
    if wanted == LAST:
        if not newest:
            raise UserError(
                "there are no runs yet",
                code="no-runs",
                hint='start with: muster run "review this project"',
            )
        wanted = newest[0].id
    run = await journal.load(wanted)
    if run is None:
        ids = [summary.id for summary in newest]
        told = f"the newest: {', '.join(ids[:TOLD])}; see: muster runs" if ids else ""
        raise UnknownName.of("run", wanted, ids, told)
    return run
