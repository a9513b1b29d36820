"""A run as lines: it comes back the same, and what was cut off or changed is refused by its line."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.services.run_lines import dump_of, lines_of
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import UserError
from muster.domain.evidence.severity import Severity
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.models.usage import Usage
from muster.domain.orchestration.approvals import Approvals, DoubtPolicy, Wait, WaitKind
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunStatus, RunTerms
from tests.fakes.builders import finding, plan, report
from tests.fakes.clock import START

TEXT = st.text(st.characters())
MOMENTS = st.integers(-(10**9), 10**9).map(lambda seconds: START + timedelta(seconds=seconds / 7))
RECORDS = st.lists(
    st.builds(
        Record,
        number=st.integers(1, 99),
        kind=st.sampled_from(RecordKind),
        key=TEXT,
        at=MOMENTS,
        epoch=st.integers(0, 9),
        payload=TEXT,
        version=st.integers(1, 9),
    ),
    max_size=8,
    unique_by=lambda one: one.number,
)
SIGNALS = st.lists(st.tuples(TEXT, TEXT, MOMENTS, TEXT), max_size=5)
TERMS = RunTerms(
    frozenset({"0123456789abcdef"}),
    Severity.HIGH,
    BudgetLimits(usd=Decimal("0.10")),
    Approvals(frozenset({"*"}), above_usd=Decimal("0.01")),
    DoubtPolicy.RETRY,
)
AGENT = AgentResult(
    "one",
    AgentStatus.COMPLETED,
    "done",
    (finding("S608", severity=Severity.HIGH),),
    (report("ruff", finding()),),
    usage=Usage(1, 2, 3, 4, 5),
    cost=Decimal("0.000123"),
)


@st.composite
def dumps(draw: st.DrawFn) -> RunDump:
    """Runs with any text, in any state, with any records and signals."""
    wait = Wait(draw(st.sampled_from(WaitKind)), draw(TEXT), draw(TEXT), draw(st.none() | MOMENTS))
    run = RunRecord(
        "run-1",
        plan("one", task=draw(TEXT)),
        draw(st.sampled_from(RunStatus)),
        draw(MOMENTS),
        draw(st.none() | MOMENTS),
        draw(st.sampled_from([(), (AGENT,)])),
        error=draw(TEXT),
        terms=TERMS,
        idempotency_key=draw(TEXT),
        waits=draw(st.sampled_from([(), (wait,)])),
        resumed=draw(st.integers(0, 9)),
    )
    records = sorted(draw(RECORDS), key=lambda one: one.number)
    signals = (Signal(*parts, number=number) for number, parts in enumerate(draw(SIGNALS), 1))
    return RunDump(run, tuple(records), tuple(signals))


RUN = RunRecord("run-1", plan("one"), RunStatus.FAILED, START, START)
DUMP = RunDump(
    RUN,
    tuple(Record(number, RecordKind.RESULT, f"k{number}", START, 1, '{"a":1}') for number in (1, 2, 3)),
    (Signal("stop", "{}", START, number=1), Signal("go", "{}", START, number=2)),
)
LINES = tuple(lines_of(DUMP))


@given(dump=dumps())
def test_a_run_comes_back_from_its_lines(dump: RunDump) -> None:
    """Law: dump_of(lines_of(x)) == x; every line is one line, in ASCII, and a JSON object."""
    lines = tuple(lines_of(dump))
    assert dump_of(lines) == dump
    assert all(line.isascii() and line.splitlines() == [line] for line in lines)
    assert len(lines) == 3 + len(dump.records) + len(dump.signals)


def test_the_lines_are_in_order_and_the_last_one_counts_them() -> None:
    """Format, run, records, signals, end: somebody else can read them too."""
    heads = [next(iter(json.loads(line))) for line in LINES]
    assert heads == ["format", "run", "record", "record", "record", "signal", "signal", "end"]
    assert json.loads(LINES[0]) == {"format": "muster-run", "version": 1}
    end = json.loads(LINES[-1])["end"]
    assert (end["records"], end["signals"], len(end["sha256"])) == (3, 2, 64)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_ends_of_lines_do_not_matter(ends: str) -> None:
    """Nor an empty line after the last."""
    assert dump_of([f"{line}{ends}" for line in LINES] + [ends]) == DUMP


@pytest.mark.parametrize("left", range(len(LINES)))
def test_a_file_that_was_cut_off_is_refused(left: int) -> None:
    """After whichever line; the line that is missing is named."""
    with pytest.raises(UserError, match=f"line {left + 1} of the run is missing") as caught:
        dump_of(LINES[:left])
    assert caught.value.details["line"] == left + 1


@pytest.mark.parametrize("gone", range(1, len(LINES) - 1))
def test_a_file_with_a_line_taken_out_is_refused(gone: int) -> None:
    """Whichever it is."""
    with pytest.raises(UserError, match=r"line \d+ of the run"):
        dump_of(LINES[:gone] + LINES[gone + 1 :])


@given(data=st.data())
def test_a_file_with_a_changed_character_is_refused(data: st.DataObject) -> None:
    """Law: whichever of them, in whichever line."""
    place = data.draw(st.integers(0, len(LINES) - 1))
    line = LINES[place]
    at = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.characters(max_codepoint=126).filter(lambda letter: letter != line[at]))
    changed = line[:at] + other + line[at + 1 :]
    if other.isspace() and json.loads(line) == _json(changed):
        return  # white space within the last line is nobody's loss
    with pytest.raises(UserError, match="run"):
        dump_of((*LINES[:place], changed, *LINES[place + 1 :]))


def _json(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("place", "line", "complaint"),
    [
        (0, "hello", "line 1 of the run is not JSON"),
        (0, "[]", "line 1 of the run is not a JSON object"),
        (0, '{"format":"sarif"}', "line 1 of the run does not say that this is a muster-run file"),
        (1, '{"record":{}}', "line 2 of the run should hold a run"),
        (1, '{"run":{}}', "line 2 of the run holds no sound run"),
        (1, '{"run":' + "[" * 100_000, "line 2 of the run is not JSON"),
        (3, '{"record":{"number":"x"}}', "line 4 of the run holds no sound record"),
        (3, LINES[2], "line 4 of the run holds record 1, which does not come after the one before"),
        (5, '{"noise":1}', "line 6 of the run should hold a signal"),
        (6, LINES[5], "line 7 of the run holds signal 1, which does not come after the one before"),
        (6, LINES[3], "line 7 of the run should hold a signal"),
        (7, '{"end":{}}', "line 8 of the run does not fit the lines before it"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(place: int, line: str, complaint: str) -> None:
    """And the way out is to export the run again."""
    with pytest.raises(UserError, match=complaint) as caught:
        dump_of((*LINES[:place], line, *LINES[place + 1 :]))
    assert caught.value.hint == "export the run again"


def test_something_after_the_end_is_refused() -> None:
    """Two exports in one file are two runs."""
    with pytest.raises(UserError, match="line 9 of the run comes after the end"):
        dump_of((*LINES, *LINES))


@pytest.mark.parametrize("version", [2, 0, "1", None])
def test_a_version_that_is_not_known_is_refused(version: object) -> None:
    """A later release may mean something else by the same words."""
    head = json.dumps({"format": "muster-run", "version": version})
    with pytest.raises(UserError, match="reads up to 1") as caught:
        dump_of((head, *LINES[1:]))
    assert caught.value.hint == "update Muster"
