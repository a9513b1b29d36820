"""What build servers read."""

from xml.etree import ElementTree

import pytest

from muster.presentation.reports import render_run
from tests.unit.presentation.reports import samples


def suites_of(text: str) -> dict[str, ElementTree.Element]:
    """The suites by name."""
    return {suite.get("name", ""): suite for suite in ElementTree.fromstring(text.encode())}


def test_there_is_a_suite_for_gates_each_category_and_agents() -> None:
    suites = suites_of(render_run(samples.run(), "junit"))
    assert {name: (s.get("tests"), s.get("failures"), s.get("skipped")) for name, s in suites.items()} == {
        "gates": ("3", "1", "1"),
        "security": ("3", "3", "0"),
        "coverage": ("1", "0", "1"),
        "quality": ("4", "4", "0"),
        "performance": ("1", "1", "0"),
        "documentation": ("1", "0", "1"),
        "agents": ("4", "0", "1"),
    }


def test_the_totals_are_the_sums_of_the_suites() -> None:
    root = ElementTree.fromstring(render_run(samples.run(), "junit").encode())
    totals = [root.get(name) for name in ("name", "tests", "failures", "errors", "skipped", "time")]
    assert totals == ["muster", "17", "9", "1", "4", "12.340"]
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert root.get(name) == str(len(root.findall(f".//{tag}")))
    assert root.get("tests") == str(len(root.findall(".//testcase")))


def test_an_unmeasured_gate_is_skipped_with_its_reason() -> None:
    gates = suites_of(render_run(samples.run(), "junit"))["gates"]
    assert [(case.get("name"), [outcome.tag for outcome in case]) for case in gates] == [
        ("high ≤ 0", ["failure"]),
        ("medium ≤ 5", []),
        ("coverage ≥ 80 %", ["skipped"]),
    ]
    messages = [outcome.get("message") for case in gates for outcome in case]
    assert messages == ["high is 2, and must be ≤ 0", "not measured: no coverage file"]


def test_what_xml_cannot_say_is_left_out_and_the_rest_is_whole() -> None:
    suites = suites_of(render_run(samples.run(), "junit"))
    (failure,) = [
        item for item in suites["security"].iter("failure") if "bold" in (item.get("message") or "")
    ]
    assert failure.get("message") == "<b>bold</b> & ]0;titleevil"
    assert failure.text
    quote = "x = '<script>alert(1)</script>' ]]> [31mred[0m | `tick` 🎉 \u202eשלום"
    assert failure.text.split("\n")[:2] == [
        "src/we ird/<img src=x onerror=alert(1)>&\\xff 100%#?.py:7:5",
        quote,
    ]


def test_a_measured_category_without_findings_passes() -> None:
    suites = suites_of(render_run(samples.clean_run(), "junit"))
    assert [case.get("name") for case in suites["security"]] == ["nothing found"]
    root = ElementTree.fromstring(render_run(samples.clean_run(), "junit").encode())
    assert (root.get("failures"), root.get("errors"), root.get("skipped")) == ("0", "0", "0")


def test_a_cancelled_run_is_an_error() -> None:
    suites = suites_of(render_run(samples.cancelled_run(), "junit"))
    assert list(suites) == ["run", "agents"]
    (outcome,) = suites["run"].iter("error")
    assert outcome.get("message") == "the run is cancelled: stopped by the user"


@pytest.mark.parametrize(
    ("code", "left"),
    [(0, ""), (8, ""), (0x1B, ""), (0xFFFE, ""), (0x9, "\t"), (0xD800, "\\ud800"), (0xDCFF, "\\xff")],
)
def test_no_character_breaks_the_document(code: int, left: str) -> None:
    found = samples.finding(message=f"a{chr(code)}b", quote=chr(code), path=f"{chr(code)}.py")
    text = render_run(samples.run(report=samples.report((found,))), "junit")
    (failure,) = suites_of(text)["security"].iter("failure")
    assert failure.get("message") == f"a{left}b"
