"""Take in a run that was written out elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...domain.errors import StorageError, UnknownName, UserError
from ...domain.orchestration.run import RunRecord
from ...domain.ports.run_journal import RunJournal
from ...domain.security.paths import is_name, unsafe
from ..services.run_lines import dump_of


@dataclass(frozen=True, slots=True)
class ImportRunRequest:
    """The lines of an export, with or without their ends."""

    lines: Iterable[str]


class ImportRun:
    """Puts a whole run into the journal.

    - Only what is whole is taken in; otherwise nothing is written.
    - A run that is there already is left alone.
    - Nobody drives the run then: one that was at work is interrupted, and can be resumed here.
    """

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: ImportRunRequest) -> RunRecord:
        """The run as it is kept now.

        Raises UserError that names a line, or the run that is there already, by its id or its idempotency key.
        """
        dump = dump_of(request.lines)
        if not is_name(dump.run.id):
            raise unsafe(
                dump.run.id, "cannot be the id of a run", "export the run once more where it was made"
            )
        try:
            await self._journal.adopt(dump)
        except StorageError as error:
            if error.code != "storage-taken":
                raise
            hint = f"it is here already: look at it with: muster show {error.details['run_id']}"
            raise UserError(error.message, code=error.code, details=error.details, hint=hint) from error
        run = await self._journal.load(dump.run.id)
        if run is None:  # somebody has deleted it in this very moment
            raise UnknownName.of("run", dump.run.id, ())
        return run
