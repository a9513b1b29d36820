"""What is new, known, fixed and dismissed, in every format."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

from muster.domain.agents.recalled import Recalled
from muster.domain.evidence.finding_book import Dismissal, FindingHistory, RememberedFinding
from muster.domain.orchestration.run import RunRecord
from muster.presentation.reports import render_run
from tests.unit.presentation.reports import samples
from tests.unit.presentation.reports.test_sarif import SCHEMA, run_of

BEFORE = datetime(2026, 11, 20, 9, tzinfo=UTC)
NEW = samples.finding("B1", "z.py", fingerprint="aaaa000000000000", message="This is new.")
KNOWN = samples.finding("B2", "a.py", fingerprint="bbbb000000000000", message="This is known.")
FIXED = samples.finding("B3", "gone.py", fingerprint="cccc000000000000")
DISMISSED = samples.finding("B4", "odd.py", fingerprint="dddd000000000000")


def remembered(number: int = 0) -> RememberedFinding:
    """One that was fixed."""
    return RememberedFinding(finding=replace(FIXED, rule=f"B3{number}"), first_run="run-1", first_seen=BEFORE)


def record(fixed: int = 1) -> RunRecord:
    """A run after another one."""
    said = Dismissal(by="ann", why="a <b>constant</b>", at=BEFORE)
    history = FindingHistory(
        since="run-1",
        new=(NEW.fingerprint,),
        known={KNOWN.fingerprint: ("run-1", BEFORE)},
        fixed=tuple(remembered(number) for number in range(fixed)),
        dismissed=(replace(remembered(), finding=DISMISSED, dismissal=said),),
        unseen=2,
    )
    return replace(samples.run(), report=replace(samples.report((KNOWN, NEW)), history=history))


def test_text_tells_the_new_in_full_and_the_known_in_one_line_behind_it() -> None:
    text = render_run(record(), "text")
    assert (
        "since run-1: 1 new, 1 known, 1 fixed, 1 dismissed, 2 open that this run says nothing of"
        in " ".join(text.split())
    )
    assert text.index("This is new.") < text.index("known from earlier runs") < text.index("This is known.")
    (line,) = [line for line in text.splitlines() if "B2" in line]
    assert "bbbb0000  known since 2026-11-20: This is known." in line
    assert "dismissed: " in text
    assert "a <b>constant</b> (ann, 2026-11-20)" in " ".join(text.split())


def test_of_many_that_were_fixed_the_rest_is_counted() -> None:
    text = render_run(record(fixed=13), "text")
    assert text.count("fixed: high") == 10
    assert "fixed: and 3 more: muster findings --state fixed" in text


def test_sarif_says_it_in_its_own_words_and_stays_valid() -> None:
    states = {one["ruleId"]: one["baselineState"] for one in run_of(record())["results"]}
    assert states == {"B1": "new", "B2": "unchanged"}
    assert all("baselineState" not in one for one in run_of(samples.run())["results"])
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(json.loads(render_run(record(), "sarif")))) == []


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_what_a_person_wrote_is_text_in_every_page(form: str) -> None:
    page = render_run(record(), form)
    assert "known since 2026-11-20" in page
    assert "<b>constant" not in page


def test_json_holds_all_of_it() -> None:
    history = json.loads(render_run(record(), "json"))["run"]["report"]["history"]
    assert (history["new"], list(history["known"])) == ([NEW.fingerprint], [KNOWN.fingerprint])
    assert history["dismissed"][0]["dismissal"]["by"] == "ann"


def test_what_was_recalled_and_what_it_took_stands_with_its_agent() -> None:
    told = (
        Recalled(key="pattern/lesson-1", words="- a", tokens=7, author="ann", stored_at=BEFORE),
        Recalled(key="findings", words="b", tokens=5),
    )
    first, *others = samples.run().agents
    run = replace(samples.run(), agents=(replace(first, recalled=told, lessons=("It rains.",)), *others))
    for form in ("text", "markdown", "html"):
        page = " ".join(render_run(run, form).split())
        assert "recalled: lesson-1, findings (12 tokens in front of its prompt)" in page
    assert "learned: It rains." in render_run(run, "text")
