"""Runs after they were begun: going on, stopping, answering, looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.ports.clock import Clock
from ..domain.ports.event_bus import EventBus
from ..domain.ports.ids import Ids
from ..domain.ports.run_journal import RunJournal

if TYPE_CHECKING:
    from ..application.services.run_driver import RunDriver
    from ..application.use_cases.answer_run import AnswerRun
    from ..application.use_cases.cancel_run import CancelRun
    from ..application.use_cases.compact_run import CompactRun
    from ..application.use_cases.delete_run import DeleteRun
    from ..application.use_cases.diff_runs import DiffRuns
    from ..application.use_cases.export_run import ExportRun
    from ..application.use_cases.find_runs import FindRuns
    from ..application.use_cases.fork_run import ForkRun
    from ..application.use_cases.import_run import ImportRun
    from ..application.use_cases.list_steps import ListSteps
    from ..application.use_cases.prune_runs import PruneRuns
    from ..application.use_cases.resume_run import ResumeRun
    from ..application.use_cases.watch_run import WatchRun


def resume_run(driver: RunDriver, journal: RunJournal) -> ResumeRun:
    """Go on with a run."""
    from ..application.use_cases.resume_run import ResumeRun

    return ResumeRun(driver, journal)


def cancel_run(journal: RunJournal, bus: EventBus, clock: Clock) -> CancelRun:
    """Stop a run."""
    from ..application.use_cases.cancel_run import CancelRun

    return CancelRun(journal, bus, clock)


def answer_run(journal: RunJournal, clock: Clock) -> AnswerRun:
    """Say yes or no."""
    from ..application.use_cases.answer_run import AnswerRun

    return AnswerRun(journal, clock)


def fork_run(driver: RunDriver, journal: RunJournal, ids: Ids, clock: Clock) -> ForkRun:
    """Go on differently."""
    from ..application.use_cases.fork_run import ForkRun

    return ForkRun(driver, journal, ids, clock)


def watch_run(journal: RunJournal) -> WatchRun:
    """Watch a run."""
    from ..application.use_cases.watch_run import WatchRun

    return WatchRun(journal)


def diff_runs(journal: RunJournal) -> DiffRuns:
    """Compare two runs."""
    from ..application.use_cases.diff_runs import DiffRuns

    return DiffRuns(journal)


def find_runs(journal: RunJournal, clock: Clock) -> FindRuns:
    """Find the run that is meant."""
    from ..application.use_cases.find_runs import FindRuns

    return FindRuns(journal, clock)


def list_steps(journal: RunJournal) -> ListSteps:
    """List the steps of a run."""
    from ..application.use_cases.list_steps import ListSteps

    return ListSteps(journal)


def prune_runs(journal: RunJournal, clock: Clock) -> PruneRuns:
    """Forget old runs."""
    from ..application.use_cases.prune_runs import PruneRuns

    return PruneRuns(journal, clock)


def compact_run(journal: RunJournal) -> CompactRun:
    """Drop the steps of a run."""
    from ..application.use_cases.compact_run import CompactRun

    return CompactRun(journal)


def delete_run(journal: RunJournal) -> DeleteRun:
    """Forget a run."""
    from ..application.use_cases.delete_run import DeleteRun

    return DeleteRun(journal)


def export_run(journal: RunJournal) -> ExportRun:
    """Write a run out."""
    from ..application.use_cases.export_run import ExportRun

    return ExportRun(journal)


def import_run(journal: RunJournal) -> ImportRun:
    """Take a run in."""
    from ..application.use_cases.import_run import ImportRun

    return ImportRun(journal)
