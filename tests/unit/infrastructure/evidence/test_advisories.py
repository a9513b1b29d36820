"""The advisories tool: exact versions against the snapshot; what may be installed is never guessed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from packaging.version import Version

from muster.domain.evidence.report import EvidenceStatus
from muster.domain.evidence.severity import Severity
from muster.infrastructure.evidence.advisories import AdvisoriesTool, known_advisories
from muster.infrastructure.evidence.analysers.advisory_ranges import Advisory, first_safe
from muster.infrastructure.evidence.analysers.cvss import base_score, rating

from .support import look


def advisory(*ranges: list[dict[str, str]]) -> Advisory:
    """An advisory about the versions of `ranges`."""
    return Advisory("X-1", (), "x", tuple(tuple(one) for one in ranges), (), "")


async def test_a_pinned_version_names_its_advisories_the_date_and_the_version_to_use(tmp_path: Path) -> None:
    """One finding a package, on its line."""
    report = await look(
        AdvisoriesTool, {"requirements.txt": "flask==3.0.3\n\nPyYAML==5.3.1  # old\n"}, tmp_path
    )

    (finding,) = report.findings
    assert (finding.location.path, finding.location.line) == ("requirements.txt", 3)
    assert (finding.rule, finding.family, finding.cwe) == ("PYSEC-2021-142", "advisory:pyyaml", None)
    assert "as of 2024-10-10: PYSEC-2021-142 (CVE-2020-14343, GHSA-8q59-q68h-6hv4)" in finding.message
    assert finding.suggestion.startswith("Use pyyaml 5.4 or later;")
    assert finding.quote == "PyYAML==5.3.1  # old"
    assert report.measures == {
        "advisories.pinned": 2.0,
        "advisories.open": 0.0,
        "advisories.snapshot": 20241010.0,
    }


async def test_several_advisories_of_a_package_are_one_finding_with_the_first_version_that_mends_all(
    tmp_path: Path,
) -> None:
    """requests 2.5.0 has three known ones, the last mended in 2.31.0."""
    (finding,) = (await look(AdvisoriesTool, {"requirements.txt": "requests==2.5.0\n"}, tmp_path)).findings

    assert finding.rule == "known-vulnerability"
    assert all(name in finding.message for name in ("PYSEC-2015-17", "PYSEC-2018-28", "PYSEC-2023-74"))
    assert "has 3 known vulnerabilities" in finding.message
    assert finding.suggestion.startswith("Use requests 2.31.0 or later")


LOCKS = {
    "uv.lock": '[[package]]\nname = "requests"\nversion = "2.30.0"\nsource = {}\n',
    "poetry.lock": '[[package]]\nname = "requests"\nversion = "2.30.0"\ndescription = ""\n',
    "pdm.lock": '[[package]]\nname = "requests"\nversion = "2.30.0"\n',
    "pylock.toml": '[[packages]]\nname = "requests"\nversion = "2.30.0"\n',
    "Pipfile.lock": '{\n    "default": {\n "requests": {\n  "version": "==2.30.0"\n }}}\n',
    "pyproject.toml": '[project]\nname = "p"\ndependencies = [\n    "requests[socks]==2.30.0",\n]\n',
    "requirements/prod.txt": "a==1 \\\n    --hash=sha256:00\n\nrequests == 2.30.0 \\\n    --hash=sha256:00\n",
    "constraints.txt": "# c\n\nrequests===2.30.0\n",
    "deploy/requirements-prod.txt": "-r base.txt\n--no-index\nrequests==2.30.0\n",
}


@pytest.mark.parametrize("path", LOCKS)
async def test_all_files_that_say_an_exact_version_are_read(path: str, tmp_path: Path) -> None:
    """Lock files, requirement files and pyproject.toml."""
    (finding,) = (await look(AdvisoriesTool, {path: LOCKS[path]}, tmp_path)).findings

    assert (finding.family, finding.location.path) == ("advisory:requests", path)
    assert "2.30.0" in LOCKS[path].splitlines()[finding.location.line - 1]


async def test_poetry_s_bare_version_is_exact_and_its_caret_is_not(tmp_path: Path) -> None:
    """As Poetry reads them."""
    text = '[tool.poetry.dependencies]\npython = "^3.11"\nrequests = "2.30.0"\npyyaml = "^5.3.1"\n'
    report = await look(AdvisoriesTool, {"pyproject.toml": text}, tmp_path)

    assert [(f.family, f.location.line) for f in report.findings] == [("advisory:requests", 3)]
    assert report.measures["advisories.open"] == 1


async def test_a_range_that_admits_a_vulnerable_version_is_counted_and_not_reported(tmp_path: Path) -> None:
    """Which version is installed is not known."""
    text = "requests>=2.0\npyyaml\nrequests==2.*\nhttpx @ git+https://h/x\nflask~=2.0\n"
    report = await look(AdvisoriesTool, {"requirements.txt": text}, tmp_path)

    assert (report.findings, report.measures["advisories.open"]) == ((), 4.0)


async def test_versions_that_are_mended_or_unknown_are_silent(tmp_path: Path) -> None:
    """Also what is no version at all."""
    text = "requests==2.31.0\npyyaml==6.0.1\nno-such-thing==1.0\nrequests===not-a-version\n"
    report = await look(AdvisoriesTool, {"requirements.txt": text}, tmp_path)

    assert (report.status, report.findings) == (EvidenceStatus.MEASURED, ())


async def test_what_only_developers_install_is_at_most_medium(tmp_path: Path) -> None:
    """The same version in the requirements of the product is high."""
    files = {"requirements-dev.txt": "pyyaml==5.3.1\n", "requirements.txt": "pyyaml==5.3.1\n"}
    found = {f.location.path: f.severity for f in (await look(AdvisoriesTool, files, tmp_path)).findings}

    assert found == {"requirements-dev.txt": Severity.MEDIUM, "requirements.txt": Severity.HIGH}


async def test_the_severity_says_what_it_rests_on(tmp_path: Path) -> None:
    """A score where there is one; else what the text says; else medium, named as unknown."""
    scored = next(
        one
        for listed in known_advisories().values()
        for one in listed
        if len(listed) == 1
        and one.severity
        and one.ranges[0][-1].get("fixed")
        and one.ranges[0][0] == {"introduced": "0"}
    )
    text = f"{scored.package}==0.0.0\nrequests==2.30.0\npyyaml==5.3.1\n"
    report = await look(AdvisoriesTool, {"requirements.txt": text}, tmp_path)

    said = {f.family: (f.severity.value, f.message) for f in report.findings}
    score = base_score(scored.severity[0])
    assert score is not None
    assert said[f"advisory:{scored.package}"][0] == rating(score)
    assert f"base score, {score:.1f}" in said[f"advisory:{scored.package}"][1]
    assert said["advisory:requests"][0] == "medium"
    assert "severity unknown" in said["advisory:requests"][1]
    assert said["advisory:pyyaml"][0] == "high"
    assert "by its description" in said["advisory:pyyaml"][1]


async def test_broken_toml_is_not_covered_and_without_any_file_nothing_was_measured(tmp_path: Path) -> None:
    """The rest is still looked at."""
    files = {"pyproject.toml": "[project\n", "requirements.txt": "requests==2.30.0\n"}
    report = await look(AdvisoriesTool, files, tmp_path)
    empty = await look(AdvisoriesTool, {"a.py": ""}, tmp_path / "empty")

    assert ([one.path for one in report.not_covered], len(report.findings)) == (["pyproject.toml"], 1)
    assert (empty.status, empty.measures) == (EvidenceStatus.NO_INPUT, {})


def test_events_count_in_the_order_of_versions_whatever_order_they_are_written_in() -> None:
    """Later lines come first in some of the data."""
    one = advisory([{"introduced": "2.0"}, {"fixed": "2.3"}, {"introduced": "0"}, {"fixed": "1.4"}])

    inside = [
        text
        for text in ("0.1", "1.3", "1.4", "1.9", "2.0rc1", "2.0", "2.2.9", "2.3")
        if one.affects(Version(text))
    ]
    assert inside == ["0.1", "1.3", "2.0", "2.2.9"]
    assert [str(one.fixed_after(Version(text))) for text in ("1.3", "2.2.9")] == ["1.4", "2.3"]


def test_zero_is_the_very_beginning_and_a_range_without_a_fix_never_ends() -> None:
    """Versions below 0 exist: 0.dev1."""
    assert advisory([{"introduced": "0"}, {"fixed": "1"}]).affects(Version("0.dev1"))
    endless = advisory([{"introduced": "1.5"}])
    assert [endless.affects(Version(text)) for text in ("1.4", "1.5", "999")] == [False, True, True]
    assert endless.fixed_after(Version("2")) is None
    assert first_safe(Version("2"), [endless]) is None


def test_the_last_affected_version_is_inside_and_the_next_is_not() -> None:
    """As `py` has it."""
    one = advisory([{"introduced": "0"}, {"last_affected": "1.11.0"}])

    assert [one.affects(Version(text)) for text in ("1.11.0", "1.11.1")] == [True, False]


def test_the_version_to_use_is_one_that_no_other_advisory_affects() -> None:
    """The mend of the first is broken by the second."""
    first = advisory([{"introduced": "0"}, {"fixed": "1.2"}])
    second = advisory([{"introduced": "1.2"}, {"fixed": "1.4"}])

    assert str(first_safe(Version("1.0"), [first, second])) == "1.4"


@pytest.mark.parametrize(
    ("vector", "score", "word"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "critical"),
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5, "high"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, "medium"),
        ("CVSS:3.1/AV:L/AC:H/PR:H/UI:N/S:U/C:L/I:N/A:N", 1.9, "low"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, "info"),
    ],
)
def test_base_scores_are_those_of_the_published_calculator(vector: str, score: float, word: str) -> None:
    """Both scopes, all ratings."""
    assert base_score(vector) == score
    assert rating(score) == word


@pytest.mark.parametrize(
    "vector", ["", "CVSS:4.0/AV:N", "CVSS:3.1/AV:N/AC:L", "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"]
)
def test_what_is_no_whole_vector_of_version_3_has_no_score(vector: str) -> None:
    """Nothing is made up."""
    assert base_score(vector) is None


def test_the_snapshot_comes_with_its_source_date_and_licence() -> None:
    """Beside the data, in what is installed."""
    folder = files("muster.infrastructure.evidence.data")
    text = folder.joinpath("ATTRIBUTION.md").read_text("utf-8")

    assert all(part in text for part in ("pypa/advisory-database", "2024-10-10", "CC BY 4.0"))
    assert sum(len(listed) for listed in known_advisories().values()) == 2651
