"""JSON: everything that is known about a run or a plan, and what the other formats work out from it.

Top level of a run: `schema_version`, `muster` (version that wrote it), `summary` (worked out: verdict, score,
counts, seconds, tokens, dollars, model) and `run`, the whole record, which `TypeAdapter(RunRecord)` reads
back. Top level of a plan: `schema_version`, `muster` and `plan`. Dollars are decimal strings. A change that
breaks readers raises `SCHEMA_VERSION`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from ... import __version__
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import RunRecord
from . import wording
from .course import PlannedRow, planned
from .waits import waits

SCHEMA_VERSION = 1


def render(record: RunRecord) -> str:
    """The run as one indented JSON document."""
    run = TypeAdapter(RunRecord).dump_python(record, mode="python")
    run["plan"]["granted"] = sorted(record.plan.granted)
    return _document(summary=_summary(record), run=run)


def render_plan(plan: ExecutionPlan) -> str:
    """The plan as one indented JSON document."""
    content = TypeAdapter(ExecutionPlan).dump_python(plan, mode="python")
    content["granted"] = sorted(plan.granted)
    return _document(plan=content)


def _summary(record: RunRecord) -> dict[str, Any]:
    report = record.report
    counts = wording.by_severity(record.findings)
    return {
        "verdict": report.verdict if report else None,
        "status": record.status,
        "score": report.health.score if report else None,
        "grade": report.health.grade if report else None,
        "unmeasured": dict(wording.unmeasured(report)) if report else None,
        "findings": {str(severity): amount for severity, amount in counts.items()},
        "failed_gates": [gate.name for gate in report.failed_gates] if report else [],
        "not_covered": len(wording.not_covered(record)),
        "seconds": record.duration,
        "tokens": record.usage.total,
        "cost_usd": record.cost,
        "language_model": wording.model_text(record),
        "waits": [asdict(row) for row in waits(record)],
        "planned": {row.name: _planned(row) for row in planned(record)},
    }


def _planned(row: PlannedRow) -> dict[str, str]:
    return {"planned": row.planned, "taken": row.taken, "stands": row.stands}


def _document(**content: Any) -> str:
    head: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "muster": __version__}
    text = json.dumps(head | content, indent=2, ensure_ascii=False, default=_plain, allow_nan=False)
    return wording.visible_bytes(text, backslash="\\\\") + "\n"


def _plain(value: object) -> object:
    """What JSON has no word for: decimals as text, moments in ISO 8601, sets in order."""
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
