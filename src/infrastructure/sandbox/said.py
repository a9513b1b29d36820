"""From what the sandbox's processes left behind to a result."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from typing import Any

from ...domain.sandbox.suite import Case, LimitHit, Outcome, SandboxLimits, SandboxResult

OUTPUT_SHOWN = 20_000
"""Characters of output that a result keeps: its beginning and its end."""


def result_of(
    notes: bytes, code: int, output: bytes, limit: LimitHit | None, limits: SandboxLimits
) -> SandboxResult:
    """The result; what ended without noting that it was done is not complete, whatever its exit code."""
    said = list(_lines(notes))
    events = {str(one.get("event")): one for one in said}
    cases = tuple(case for one in said if (case := _case(one)) is not None)
    limit = limit or _limit(code, events)
    reason = _reason(events, code, cases, limit, limits)
    read_only = bool(events.get("began", {}).get("read_only"))
    return SandboxResult(not reason, reason, cases, _cut(output), limit, read_only=read_only)


def _limit(code: int, events: Mapping[str, object]) -> LimitHit | None:
    if code in {128 + signal.SIGXCPU, -signal.SIGXCPU}:
        return LimitHit.CPU
    return LimitHit.MEMORY if "memory" in events else None


def _reason(
    events: Mapping[str, Mapping[str, Any]],
    code: int,
    cases: tuple[Case, ...],
    limit: LimitHit | None,
    limits: SandboxLimits,
) -> str:
    """Why the suite did not run to its end; "" when it did."""
    if "done" in events:
        return "" if cases else "no tests ran"
    told = {
        LimitHit.SECONDS: f"it did not end within {limits.seconds:g} s",
        LimitHit.CPU: f"it used more than {limits.cpu_seconds} s of processor time",
        LimitHit.OUTPUT: f"it printed more than {limits.output_bytes:,} bytes",
    }
    if limit in told:
        return told[limit]
    if "began" not in events:
        return f"the tests could not be started: exit code {code}"
    if "left" in events:
        return "it ended the interpreter while its tests were being loaded"
    how = f"signal {code - 128}" if code > 128 else f"exit code {code}"
    return f"its process ended before the tests did: {how}"


def _case(said: Mapping[str, Any]) -> Case | None:
    try:
        if said["event"] != "case":
            return None
        return Case(str(said["name"]), Outcome(said["outcome"]), str(said["detail"]))
    except (KeyError, ValueError):
        return None


def _lines(notes: bytes) -> Iterator[Mapping[str, Any]]:
    for line in notes.splitlines():
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict):
            yield said


def _cut(output: bytes) -> str:
    text = output.decode("utf-8", "replace")
    if len(text) <= OUTPUT_SHOWN:
        return text
    half = OUTPUT_SHOWN // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters left out …\n{text[-half:]}"
