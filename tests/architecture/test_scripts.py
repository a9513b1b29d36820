"""The scripts that CI trusts say no when they must."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import assert_findings, coverage_gate

SAID = {"message": "a password in the clear", "location": {"path": "settings.py", "line": 3}}


def coverage_report(folder: Path, **covered_of_100: int) -> str:
    """A report of `coverage json` in which each named layer has one file of 100 lines."""
    files = {
        f"src/{layer}/module.py": {"summary": {"covered_lines": covered, "num_statements": 100}}
        for layer, covered in covered_of_100.items()
    }
    report = folder / "coverage.json"
    report.write_text(json.dumps({"files": files}))
    return str(report)


@pytest.mark.parametrize(
    ("covered", "status"),
    [
        ({"domain": 90, "application": 90, "infrastructure": 80, "presentation": 80}, 0),
        ({"domain": 90, "application": 89, "infrastructure": 100}, 1),
        ({"domain": 100, "application": 100, "infrastructure": 54}, 1),
        ({"infrastructure": 100}, 1),
        ({}, 1),
    ],
)
def test_coverage_below_a_threshold_or_unmeasured_fails(
    covered: dict[str, int], status: int, tmp_path: Path
) -> None:
    """90 % of the core and 85 % of all lines; what was not measured does not pass."""
    assert coverage_gate.main(coverage_report(tmp_path, **covered)) == status


def test_coverage_is_told_by_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines are summed over files before the percentage is taken."""
    coverage_gate.main(coverage_report(tmp_path, domain=100, application=90, infrastructure=70))

    assert capsys.readouterr().out.splitlines() == [
        "line coverage of domain and application: 95.0 % (at least 90 % wanted)",
        "line coverage of all: 86.7 % (at least 85 % wanted)",
    ]


@pytest.mark.parametrize(
    ("findings", "status"),
    [([SAID], 0), ([], 1), ([SAID, {"message": "nowhere", "location": {"path": ""}}], 1)],
)
def test_a_report_without_findings_or_places_fails(
    findings: list[dict[str, Any]], status: int, tmp_path: Path
) -> None:
    """The real run from the wheel has to have found something, somewhere."""
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"run": {"report": {"findings": findings}}}))

    assert assert_findings.main(str(report)) == status
