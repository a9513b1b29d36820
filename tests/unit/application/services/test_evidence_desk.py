"""One run's evidence."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import anyio
import pytest

from muster.application.services.evidence_desk import SHOWN, EvidenceDesk, digest
from muster.domain.errors import UnknownName
from muster.domain.evidence.severity import Severity
from muster.infrastructure.evidence.secret_masker import RuleMasker
from tests.fakes.builders import finding, report, snapshot
from tests.fakes.evidence import FakeEvidence
from tests.unit.infrastructure.evidence.test_secrets import made_up


def desk(tool: FakeEvidence, *granted: str) -> EvidenceDesk:
    """A desk with one tool."""
    return EvidenceDesk({"fake": tool}, snapshot(), frozenset(granted), RuleMasker())


async def test_a_tool_looks_once_however_many_ask() -> None:
    """Three askers at once and one later: one look, the same report, with fingerprints."""
    tool = FakeEvidence("fake", finding(), finding(line=2), seconds=0.02)
    one = desk(tool, "run-tests")
    reports = await asyncio.gather(*(one.ask("fake") for _ in range(3)))
    later = await one.ask("fake")
    assert tool.gathered == 1
    assert tool.granted == {"run-tests"}
    assert all(found is later for found in reports)
    assert all(len(item.fingerprint) == 16 for item in later.findings)


async def test_one_asker_who_gives_up_does_not_take_the_answer_from_the_other() -> None:
    """A cancelled agent leaves the tool running for its colleague."""
    tool = FakeEvidence("fake", finding(), finding(line=2), seconds=0.05)
    one = desk(tool)
    impatient = asyncio.create_task(one.ask("fake"))
    patient = asyncio.create_task(one.ask("fake"))
    await anyio.sleep(0.01)
    impatient.cancel()
    assert len((await patient).findings) == 2
    assert (tool.gathered, tool.cancelled) == (1, 0)


async def test_closing_ends_what_still_runs_and_keeps_what_is_there() -> None:
    """After close nothing runs; unfinished tools have no answer."""
    tool = FakeEvidence("fake", seconds=60)
    one = desk(tool)
    asking = asyncio.create_task(one.ask("fake"))
    await anyio.sleep(0.01)
    await one.close()
    assert tool.cancelled == 1
    assert one.answered(["fake"]) == ()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_an_unknown_tool_is_refused_by_name() -> None:
    """The known ones are told."""
    with pytest.raises(UnknownName, match="unknown evidence tool 'ruf'"):
        await desk(FakeEvidence("fake")).ask("ruf")


def test_a_digest_shows_the_worst_findings_and_counts_the_rest() -> None:
    """A model sees forty, and is told how many more there are and how bad all of them are."""
    many = [finding(line=line, severity=Severity.LOW) for line in range(1, 100)]
    shown = digest(report("ruff", *many, finding(line=200, severity=Severity.HIGH), measures={"x": 1.23456}))
    assert len(shown["findings"]) == SHOWN
    assert shown["findings"][0]["severity"] == "high"
    assert shown["counts"] == {"high": 1, "low": 99}
    assert shown["more"] == 60
    assert shown["measures"] == {"x": 1.23}


async def test_no_report_tells_a_secret() -> None:
    """Neither in a quote nor in a message, nor where a tool says why it failed; fingerprints do not depend on it."""
    value, other = made_up(40), made_up(41)[1:]
    told = replace(finding(quote=f'token = "{value}"'), message=f"ghp_{value} is not used")
    again = replace(told, quote=f'token = "{other}"')
    (shown,) = (await desk(FakeEvidence("fake", told)).ask("fake")).findings
    (changed,) = (await desk(FakeEvidence("fake", again)).ask("fake")).findings
    failed = await desk(FakeEvidence("fake", reason=f"ghp_{value} refused")).ask("fake")
    crashed = await desk(FakeEvidence("fake", crash=ValueError(f"ghp_{value}"))).ask("fake")
    assert (shown.quote, shown.message) == ('token = "****"', "**** is not used")
    assert changed.fingerprint == shown.fingerprint
    assert (failed.reason, crashed.reason) == ("**** refused", "raised ValueError: ****")
