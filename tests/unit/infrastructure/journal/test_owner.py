"""Telling whether the process that began a run is gone."""

import os
from dataclasses import replace

from muster.infrastructure.journal import owner
from muster.infrastructure.journal.owner import Owner
from tests.fakes.processes import finish, python


def test_this_process_is_there() -> None:
    """As long as somebody asks."""
    assert Owner.current().pid == os.getpid()
    assert not Owner.current().is_gone()


def test_a_later_process_with_the_same_number_is_another() -> None:
    """Numbers come round again; the start does not."""
    assert replace(Owner.current(), started="long ago").is_gone()


def test_a_number_that_nobody_has_is_gone() -> None:
    """After its process has ended and was waited for."""
    process = python("")
    finish(process)
    assert replace(Owner.current(), pid=process.pid).is_gone()


def test_nothing_is_said_about_other_hosts() -> None:
    """A folder may be shared; only the host itself knows."""
    assert not Owner("elsewhere", 1, "long ago").is_gone()


def test_without_a_start_only_the_number_counts() -> None:
    """Where the system does not tell when a process started."""
    assert not replace(Owner.current(), started="").is_gone()


def test_ps_says_the_same_where_there_is_no_proc() -> None:
    """The way of other Unixes, on this one: there as long as it lives, gone afterwards."""
    process = python("import time; time.sleep(60)")
    started = owner._started_by_ps(process.pid)
    process.kill()
    process.communicate()
    assert started is not None
    assert owner._started_by_ps(process.pid) in {None, ""}
