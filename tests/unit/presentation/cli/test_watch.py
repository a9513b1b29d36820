"""`watch`: a run's records in people's words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from muster.domain.journal.record import Record, RecordKind
from muster.presentation.cli.commands.watch import _as_json as as_json
from muster.presentation.cli.watch_words import Narrator

from .conftest import Muster
from .desk import TASK, Desk

AT = datetime(2026, 1, 2, tzinfo=UTC)


def told(*records: tuple[RecordKind, str, object], epoch: int = 1) -> list[str]:
    """What a narrator says of these (kind, key, content)."""
    narrator = Narrator()
    lines = []
    for number, (kind, key, content) in enumerate(records, 1):
        payload = "" if content is None else json.dumps(content)
        lines += narrator.tell(Record(number, kind, key, AT, epoch, payload))
    return lines


def test_a_run_is_told_from_its_beginning(real: Muster, desk: Desk) -> None:
    """Who began, which call of which model cost what, which tool, what was decided; then how it stands."""
    real("run", *TASK, "-q")

    answer = real("watch")

    words = [line.split("  ", 2)[-1].strip() for line in answer.out.splitlines()]
    words = [line[17:] for line in answer.out.splitlines()]
    assert words[:8] == [
        "first#1: began",
        "first#1: asks its model (call 1)",
        "first#1: fake/scripted asks for alpha: 15 tokens, $0.000020",
        "alpha: 1 finding",
        "first#1: alpha: done",
        "first#1: asks its model (call 2)",
        "first#1: fake/scripted answers: 15 tokens, $0.000020",
        words[7],
    ]
    assert words[7].startswith("first#1: done, 1 finding, ")
    assert words[-1] == "decided: all 2 have answered in turn"
    run_id = desk.runs()[0].id
    assert (answer.code, answer.err) == (0, f"muster: run {run_id} is completed; muster show {run_id}\n")


def test_json_is_one_record_a_line_from_the_number_on(real: Muster, desk: Desk) -> None:
    """With its number, so that one can go on from it."""
    real("run", *TASK, "-q")

    answer = real("watch", "last", "--json", "--after", "3")

    records = [json.loads(line) for line in answer.out.splitlines()]
    kept = desk.records(desk.runs()[0].id)[3:]
    assert [(one["number"], one["kind"], one["key"]) for one in records] == [
        (one.number, one.kind.value, one.key) for one in kept
    ]
    assert records[0]["payload"]["tool"] == "alpha"


def test_a_run_that_waits_is_told_so(real: Muster, desk: Desk) -> None:
    """The question is the last line, and the watching ends."""
    real("run", *TASK, "--approve-step", "second", "-q")

    answer = real("watch")

    assert answer.out.splitlines()[-1][17:].startswith("waits: second wants to begin: ")
    assert " is waiting; " in answer.err


def test_a_call_that_was_lost_is_told_as_a_repeat() -> None:
    """Its second intent comes without an end of the first."""
    lines = told((RecordKind.INTENT, "a#1/model/1", None), (RecordKind.INTENT, "a#1/model/1", None))
    assert lines == [
        "a#1: asks its model (call 1)",
        "a#1: asks its model (call 1): again, for the answer was lost",
    ]


def test_failures_answers_and_doubts_have_words() -> None:
    """Each in one line; a reason is told."""
    said = {"name": "x", "payload": '{"approved": false, "reason": "no"}', "sender": "ann"}
    again = {"name": "x", "payload": '{"do": "retry"}', "sender": ""}
    lines = told(
        (RecordKind.FAILURE, "a#1/model/2", {"error": "ModelFailure: over"}),
        (RecordKind.SIGNAL, "approve:a#1", said),
        (RecordKind.SIGNAL, "doubt:a#1/tool/1/c", again),
        (RecordKind.SIGNAL, "other", {"payload": "{}"}),
        (RecordKind.TIMER, "later", "2026-01-02T00:00:00Z"),
        (RecordKind.INTENT, "a#1/tool/1/c", "2026-01-02T00:00:00Z"),
        (RecordKind.RESULT, "a#1/tool/1/c", {"failure": "it broke"}),
        (RecordKind.RESULT, "evidence/ruff", {"status": "failed", "reason": "crashed"}),
        (RecordKind.AGENT, "a#1", {"result": {"status": "failed", "error": "why", "duration": 2.0}}),
    )
    assert lines == [
        "a#1: call 2: ModelFailure: over",
        "denied by ann: approve:a#1: no",
        "to be made again: doubt:a#1/tool/1/c",
        "word received: other",
        "later: waits until 2026-01-02T00:00:00Z",
        "a#1/tool/1/c: begins",
        "a#1: a tool: it broke",
        "ruff: failed: crashed",
        "a#1: failed, 2.0 s: why",
    ]


def test_what_was_taken_over_is_marked_and_a_new_driver_told() -> None:
    """Records of another run have no epoch; a higher one is another process."""
    narrator = Narrator()
    lines = [
        line
        for number, epoch in enumerate((0, 1, 2), 1)
        for line in narrator.tell(Record(number, RecordKind.EVENT, "a#1/started", AT, epoch))
    ]
    assert lines == [
        "a#1: began (taken over)",
        "a#1: began",
        "the run goes on, driven anew",
        "a#1: began",
    ]


def test_records_that_nobody_can_read_are_told_by_their_key() -> None:
    """Whatever is in them, watching does not end, and each is told in lines of its own."""
    for kind in RecordKind:
        for payload in (
            "",
            "[",
            "[1]",
            '"x"',
            '{"result": 3, "attempts": [1, {"cost": "many"}], "usage": 4}',
        ):
            for key in ("a#1", "a#1/model/1", "a#1/tool/1/x", "waiting:x", "decision/1"):
                lines = list(Narrator().tell(Record(1, kind, key, AT, 1, payload)))
                assert not [line for line in lines if "\n" in line or not line.strip()], (kind, key, payload)


def test_what_is_staged_is_told_without_its_text() -> None:
    """Who edits which file, and whose edits are gone; as JSON there is no text of a file either."""
    secret = "hunter2hunter2xK9"
    change = {"path": "conf.py", "author": "mender#1", "beneath": "ab", "base": secret, "put": secret}
    content = {"changes": [change], "taken_back": ""}
    back = {"changes": [], "taken_back": "mender#1"}
    lines = told((RecordKind.EVENT, "edits/1", content), (RecordKind.EVENT, "edits/2", back))
    assert lines == ["mender#1: stages conf.py", "mender#1: its edits are taken back"]
    for key in ("edits/1", "edits"):  # the latter is that of older journals
        shown = as_json(Record(7, RecordKind.EVENT, key, AT, 1, json.dumps(content)))
        assert secret not in shown
        assert json.loads(shown)["payload"] is None
    other = as_json(Record(8, RecordKind.EVENT, "decision/1", AT, 1, '{"words": "w"}'))
    assert json.loads(other)["payload"] == {"words": "w"}
