"""What code scanning reads; held against the published schema."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from jsonschema import Draft202012Validator

from muster.domain.evidence.finding import Location
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.presentation.reports import render_run
from tests.unit.presentation.reports import samples

SCHEMA = Path(__file__).parents[3] / "data" / "sarif" / "sarif-2.1.0.json"


def run_of(record: RunRecord) -> dict[str, Any]:
    """The one run of the log that `record` becomes."""
    (run,) = json.loads(render_run(record, "sarif"))["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize(
    "build", [samples.run, samples.clean_run, samples.cancelled_run, samples.paid_run, samples.large_run]
)
def test_the_log_is_valid_sarif(build: object) -> None:
    assert callable(build)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    errors = list(Draft202012Validator(schema).iter_errors(json.loads(render_run(build(), "sarif"))))
    assert [error.message for error in errors] == []


def test_the_schema_would_catch_a_wrong_log() -> None:
    log = json.loads(render_run(samples.run(), "sarif"))
    log["runs"][0]["results"][0]["level"] = "critical"
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert [error.instance for error in Draft202012Validator(schema).iter_errors(log)] == ["critical"]


def test_places_are_relative_and_percent_encoded_byte_for_byte() -> None:
    run = run_of(samples.run())
    artifacts = [
        location["physicalLocation"]["artifactLocation"]
        for result in run["results"]
        for location in result.get("locations", [])
    ]
    assert {artifact["uriBaseId"] for artifact in artifacts} == {"%SRCROOT%"}
    assert "src/we%20ird/%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%26%FF%20100%25%23%3F.py" in {
        artifact["uri"] for artifact in artifacts
    }
    assert {unquote_to_bytes(artifact["uri"]) for artifact in artifacts} == {
        finding.location.path.encode("utf-8", "surrogateescape")
        for finding in samples.findings()
        if finding.location.path
    }
    assert "uri" not in run["originalUriBaseIds"]["%SRCROOT%"]


def test_no_path_of_the_machine_is_told() -> None:
    assert samples.ROOT not in render_run(samples.run(), "sarif")


def test_there_is_one_rule_per_rule_id_and_results_point_at_it() -> None:
    run = run_of(samples.run())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({finding.rule for finding in samples.findings()})
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert all(rule["help"]["text"] for rule in rules)


def test_security_rules_carry_severity_and_weakness() -> None:
    rules = {rule["id"]: rule for rule in run_of(samples.run())["tool"]["driver"]["rules"]}
    assert rules["S608"]["properties"] == {
        "tags": ["external/cwe/cwe-089", "security"],
        "precision": "very-high",
        "security-severity": "8.0",
    }
    assert rules["S105"]["properties"]["security-severity"] == "9.5"
    assert rules["S608"]["helpUri"] == "https://cwe.mitre.org/data/definitions/89.html"
    assert rules["C901"]["properties"] == {"tags": ["quality"], "precision": "medium"}


def test_levels_follow_severity() -> None:
    levels = {
        result["properties"]["severity"]: result["level"] for result in run_of(samples.run())["results"]
    }
    assert levels == {
        "critical": "error",
        "high": "error",
        "medium": "warning",
        "low": "note",
        "info": "note",
    }


def test_fingerprints_are_the_findings_own() -> None:
    results = run_of(samples.run())["results"]
    assert [result["partialFingerprints"] for result in results] == [
        {"musterFingerprint/v1": finding.fingerprint} for finding in samples.findings()
    ]


@pytest.mark.parametrize(
    ("place", "region"),
    [
        (Location("a.py", 3, 5, 4, 2), {"startLine": 3, "endLine": 4, "startColumn": 5, "endColumn": 2}),
        (Location("a.py", 3, 5, 3, 9), {"startLine": 3, "startColumn": 5, "endColumn": 9}),
        (Location("a.py", 3, 5), {"startLine": 3, "startColumn": 5}),
        (Location("a.py", 3), {"startLine": 3}),
        (Location("a.py", 3, 0, 2, 7), {"startLine": 3}),
        (Location("a.py", 3, 9, 3, 4), {"startLine": 3, "startColumn": 9}),
        (Location("a.py"), None),
    ],
)
def test_a_region_says_only_what_is_known(place: Location, region: dict[str, int] | None) -> None:
    found = samples.finding(location=place)
    (result,) = run_of(samples.run(report=samples.report((found,))))["results"]
    assert result["locations"][0]["physicalLocation"].get("region") == region


def test_a_finding_about_no_file_has_no_place() -> None:
    found = samples.finding(location=Location(""), severity=Severity.LOW)
    (result,) = run_of(samples.run(report=samples.report((found,))))["results"]
    assert "locations" not in result


def test_what_was_not_measured_and_not_covered_is_notified() -> None:
    (invocation,) = run_of(samples.run())["invocations"]
    notes = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is True
    assert invocation["startTimeUtc"] == "2025-03-01T09:30:00.250000Z"
    assert [note["descriptor"]["id"] for note in notes] == [
        "agent-failed",
        "not-measured",
        "not-measured",
        *["not-covered"] * 13,
    ]
    assert notes[1]["message"]["text"] == "coverage: not measured: no coverage file"
    artifact = notes[3]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "data/00.bin", "uriBaseId": "%SRCROOT%"}


def test_a_cancelled_run_was_no_success() -> None:
    run = run_of(samples.cancelled_run())
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == [
        "the run is cancelled: stopped by the user"
    ]
    assert [result["ruleId"] for result in run["results"]] == [
        f.rule for f in samples.cancelled_run().findings
    ]
    assert run["properties"] == {"status": "cancelled", "languageModel": "no language model was used"}


def test_a_run_that_goes_on_has_no_end() -> None:
    (invocation,) = run_of(samples.run(status=RunStatus.RUNNING, finished_at=None, report=None))[
        "invocations"
    ]
    assert "endTimeUtc" not in invocation
