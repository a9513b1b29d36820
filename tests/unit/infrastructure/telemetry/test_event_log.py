"""One file of events a run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from muster.domain.events.events import AgentStarted, ModelAttempted, RunFinished, RunStarted, TextArrived
from muster.domain.models.attempt import Attempt
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.run import RunStatus
from muster.infrastructure.telemetry.event_bus import InProcessEventBus
from muster.infrastructure.telemetry.event_log import EventLog
from tests.fakes.builders import plan
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).resolve().parents[4]
LIVES = """
import sys, time
from pathlib import Path
from muster.domain.events.events import RunStarted
from muster.infrastructure.telemetry.event_bus import InProcessEventBus
from muster.infrastructure.telemetry.event_log import EventLog
from tests.fakes.builders import plan
from tests.fakes.clock import FakeClock
bus = InProcessEventBus(FakeClock())
bus.subscribe(EventLog(Path(sys.argv[1])))
bus.publish(RunStarted("run-left", plan()))
print("begun", flush=True)
time.sleep(60)
"""


def lines(path: Path) -> list[dict[str, object]]:
    """The lines of a log."""
    return [json.loads(line) for line in path.read_text().splitlines()]


Listen = Callable[[Path], InProcessEventBus]


@pytest.fixture
def listened() -> Iterator[Listen]:
    """Makes a bus with a log, which is closed in the end."""
    with ExitStack() as logs:

        def listen(folder: Path) -> InProcessEventBus:
            bus = InProcessEventBus(FakeClock())
            bus.subscribe(logs.enter_context(closing(EventLog(folder))))
            return bus

        yield listen


def test_each_event_of_a_run_is_a_line_as_soon_as_it_happens(listened: Listen, tmp_path: Path) -> None:
    """Read while the run still goes on; pieces of text and other runs are not in it."""
    bus = listened(tmp_path / "events")
    bus.publish(RunStarted("run-1", plan()))
    bus.publish(AgentStarted("run-1", "critic"))
    bus.publish(TextArrived("run-1", "critic", "well"))
    bus.publish(AgentStarted("run-of-others", "critic"))
    bus.publish(ModelAttempted("run-1", "critic", Attempt("fake", "fake/m", ModelTier.CHEAP)))

    kept = lines(tmp_path / "events" / "run-1.part")

    assert [(line["sequence"], line["kind"]) for line in kept] == [
        (1, "RunStarted"), (2, "AgentStarted"), (5, "ModelAttempted"),
    ]  # fmt: skip
    assert kept[1]["agent"] == "critic"
    attempt = kept[2]["attempt"]
    assert isinstance(attempt, dict)
    assert (attempt["model"], attempt["cost"]) == ("fake/m", "0")


def test_a_finished_run_has_its_final_name_and_is_for_its_owner_alone(
    listened: Listen, tmp_path: Path
) -> None:
    """Whoever looks for `.jsonl` files finds whole ones."""
    bus = listened(tmp_path)
    bus.publish(RunStarted("run-1", plan()))
    bus.publish(RunFinished("run-1", RunStatus.COMPLETED, 1.5))

    assert os.listdir(tmp_path) == ["run-1.jsonl"]  # noqa: PTH208 – a short look at a folder of the test
    assert lines(tmp_path / "run-1.jsonl")[-1]["status"] == "completed"
    assert (tmp_path / "run-1.jsonl").stat().st_mode & 0o777 == 0o600


def test_the_log_of_a_killed_run_is_marked_failed_when_the_next_one_begins(
    listened: Listen, tmp_path: Path
) -> None:
    """And not before: while its process lives, its file is left alone."""
    process = subprocess.Popen(
        [sys.executable, "-c", LIVES, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    listened(tmp_path).publish(RunStarted("run-2", plan()))
    assert (tmp_path / "run-left.part").exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with (tmp_path / "run-left.part").open("a") as torn:
        torn.write('{"sequence": 2, "at')

    listened(tmp_path).publish(RunStarted("run-3", plan()))

    *_, last = (tmp_path / "run-left.jsonl").read_text().splitlines()
    assert json.loads(last) == {
        "sequence": None, "at": None, "kind": "RunFinished", "run_id": "run-left", "status": "failed",
        "duration": None,
    }  # fmt: skip
    assert not (tmp_path / "run-left.part").exists()


def test_a_log_that_cannot_be_written_is_told_once_and_hinders_nothing(
    listened: Listen, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "events").write_text("")
    bus = listened(tmp_path / "events")
    bus.publish(RunStarted("run-1", plan()))
    bus.publish(AgentStarted("run-1", "critic"))
    bus.publish(RunFinished("run-1", RunStatus.COMPLETED, 1.5))

    told = [record.getMessage() for record in caplog.records]
    assert told == ["events of run run-1 are not kept: File exists"]
