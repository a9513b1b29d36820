"""The coverage tool: what is known already, and the project's tests when they may be run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.domain.evidence.severity import Severity
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.coverage_data import CoverageTool
from muster.infrastructure.evidence.measured_lines import match_path
from muster.infrastructure.evidence.process import Limits, ToolRunner
from muster.infrastructure.evidence.project_tests import ProjectTests, project_python

from .support import look, snapshot_of

CODE = "def price(x):\n    if x:\n        return 1\n    y = 2\n    z = 3\n    return y + z\n"
RUN = frozenset({"run-tests"})


def cobertura(*lines: tuple[int, int], source: str = "", name: str = "shop/a.py") -> str:
    inner = "".join(f'<line number="{number}" hits="{hits}"/>' for number, hits in lines)
    return (
        '<?xml version="1.0" ?><coverage version="7"><sources>'
        f"<source>{source}</source></sources><packages><package><classes>"
        f'<class filename="{name}"><lines>{inner}</lines></class>'
        "</classes></package></packages></coverage>"
    )


def places(report: EvidenceReport) -> list[tuple[str, str, Severity]]:
    return [(one.rule, one.location.path, one.severity) for one in report.findings]


async def test_a_module_of_which_little_runs_is_a_finding(tmp_path: Path) -> None:
    lines = [(1, 1), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0)]
    report = await look(CoverageTool, {"shop/a.py": CODE, "coverage.xml": cobertura(*lines)}, tmp_path)
    assert places(report) == [("uncovered-module", "shop/a.py", Severity.MEDIUM)]
    assert report.findings[0].message.startswith("Tests run 1 of 6 statements (17 %)")
    assert report.measures == {"coverage.percent": 16.7, "coverage.lines": 6, "coverage.covered": 1}


async def test_a_module_of_which_nothing_runs_is_untested(tmp_path: Path) -> None:
    nothing = cobertura(*[(number, 0) for number in range(1, 7)])
    report = await look(CoverageTool, {"shop/a.py": CODE, "coverage.xml": nothing}, tmp_path)
    assert places(report) == [("untested-module", "shop/a.py", Severity.MEDIUM)]
    assert report.findings[0].family == "uncovered-module"


async def test_small_and_well_tested_modules_and_tests_are_no_findings(tmp_path: Path) -> None:
    small = cobertura((1, 0), (2, 0), (3, 0), (4, 0))
    assert (await look(CoverageTool, {"shop/a.py": CODE, "coverage.xml": small}, tmp_path)).findings == ()
    enough = cobertura((1, 1), (2, 1), (3, 0), (4, 0), (5, 0))
    assert (await look(CoverageTool, {"shop/a.py": CODE, "coverage.xml": enough}, tmp_path)).findings == ()
    files = {
        "tests/test_a.py": CODE,
        "coverage.xml": cobertura(*[(n, 0) for n in range(9)], name="tests/test_a.py"),
    }
    assert (await look(CoverageTool, files, tmp_path)).status is EvidenceStatus.NO_INPUT


async def test_no_data_is_no_input_and_says_what_was_looked_for(tmp_path: Path) -> None:
    report = await look(CoverageTool, {"shop/a.py": CODE}, tmp_path)
    assert report.status is EvidenceStatus.NO_INPUT
    assert report.reason == "no coverage data (.coverage, coverage.xml, lcov.info)"
    assert report.measures == {}


@pytest.mark.parametrize("source", ["shop", "/builds/ci/project/shop", ""])
async def test_sources_of_a_report_may_lie_on_another_machine(source: str, tmp_path: Path) -> None:
    name = "a.py" if source else "shop/a.py"
    report = await look(
        CoverageTool,
        {"shop/a.py": CODE, "coverage.xml": cobertura((1, 1), (2, 1), source=source, name=name)},
        tmp_path,
    )
    assert report.measures["coverage.percent"] == 100.0


async def test_entities_in_a_report_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE coverage [<!ENTITY a "aaaa">]><coverage>&a;</coverage>'
    report = await look(CoverageTool, {"shop/a.py": CODE, "coverage.xml": bomb}, tmp_path)
    assert report.status is EvidenceStatus.FAILED
    assert report.reason == "coverage.xml cannot be read: it holds its own document type, which is refused"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("coverage.xml", "<coverage", "coverage.xml cannot be read: unclosed token"),
        ("coverage.xml", "<html/>", "coverage.xml is not a Cobertura report"),
        ("lcov.info", "hello\n", "lcov.info names no file"),
        ("coverage.xml", '<?xml version="1.0" encoding="x-none"?><coverage/>', "coverage.xml cannot be read"),
        (".coverage", "not a database, but text that is long enough", "the coverage data cannot be read"),
    ],
)
async def test_nonsense_is_a_failure_with_a_reason(
    name: str, content: str, reason: str, tmp_path: Path
) -> None:
    report = await look(CoverageTool, {"shop/a.py": CODE, name: content}, tmp_path)
    assert report.status is EvidenceStatus.FAILED
    assert report.reason.startswith(reason)
    assert report.measures == {}


async def test_lcov_below_a_folder_is_found_and_twice_told_lines_count_once(tmp_path: Path) -> None:
    lcov = "TN:\nSF:web/a.js\nDA:1,0\nDA:2,0\nend_of_record\nSF:web/a.js\nDA:1,3\nend_of_record\n"
    report = await look(CoverageTool, {"web/a.js": "a();\n", "coverage/lcov.info": lcov}, tmp_path)
    assert report.measures == {"coverage.percent": 50.0, "coverage.lines": 2, "coverage.covered": 1}


async def test_the_newest_data_wins_and_old_data_says_so(tmp_path: Path) -> None:
    old, new = cobertura((1, 0)), "SF:shop/a.py\nDA:1,1\nend_of_record\n"
    snapshot = snapshot_of({"shop/a.py": CODE, "coverage.xml": old, "lcov.info": new}, tmp_path)
    for name, age in {"coverage.xml": 3000, "lcov.info": 2000, "shop/a.py": 0}.items():
        os.utime(tmp_path / name, (1_700_000_000 - age, 1_700_000_000 - age))
    report = await CoverageTool(ToolRunner(), EvidenceCache(None)).gather(snapshot)
    assert report.measures["coverage.percent"] == 100.0
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("lcov.info", "coverage: the data is older than 1 of the 1 files it speaks about")
    ]


def measured_by_coverage(path: Path, lines: dict[str, list[int]]) -> bytes:
    """The bytes of a data file of coverage.py in which `lines` ran."""
    from coverage import CoverageData

    data = CoverageData(str(path))
    data.add_lines(lines)
    data.write()
    data.close()
    content = path.read_bytes()
    path.unlink()
    return content


async def test_data_of_coverage_py_is_read_without_writing_beside_it(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    data = measured_by_coverage(tmp_path / "data", {"/elsewhere/build/shop/a.py": [1, 2, 3]})
    files: dict[str, str | bytes] = {
        "shop/a.py": CODE,
        ".coverage": data,
        "pyproject.toml": "[tool.coverage.run]\nrelative_files = true\n",
    }
    report = await look(CoverageTool, files, root)
    assert report.measures == {"coverage.percent": 50.0, "coverage.lines": 6, "coverage.covered": 3}
    assert sorted(path.name for path in root.iterdir()) == [".coverage", "pyproject.toml", "shop"]
    assert (root / ".coverage").read_bytes() == data


async def test_plugins_that_the_project_names_are_never_loaded(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    data = measured_by_coverage(tmp_path / "data", {"shop.py": [1, 2, 3]})
    evil = "from pathlib import Path\nPath(__file__).with_name('was-here').touch()\n"
    settings = (
        '[tool.coverage.run]\nplugins = ["evil"]\n[tool.coverage.report]\nexclude_also = ["return 1"]\n'
    )
    files: dict[str, str | bytes] = {
        "shop.py": CODE,
        "evil.py": evil,
        ".coverage": data,
        "pyproject.toml": settings,
    }
    report = await look(CoverageTool, files, root)
    assert report.measures["coverage.lines"] == 5
    assert not (root / "was-here").exists()


@pytest.mark.parametrize("name", [".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml"])
async def test_of_the_project_s_settings_only_those_about_lines_count(name: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    data = measured_by_coverage(tmp_path / "data", {"shop.py": [1, 2, 3]})
    victim = tmp_path / "victim"
    prefix = {".coveragerc": "", "pyproject.toml": "tool.coverage."}.get(name, "coverage:")
    listed = '["z = 3"]' if name == "pyproject.toml" else "\n    z = 3"
    debug, target = ('["config"]', f'"{victim}"') if name == "pyproject.toml" else ("config", str(victim))
    settings = (
        f"[{prefix}run]\ndebug = {debug}\ndebug_file = {target}\n[{prefix}report]\nexclude_also = {listed}\n"
    )
    report = await look(CoverageTool, {"shop.py": CODE, ".coverage": data, name: settings}, root)
    assert (report.measures["coverage.lines"], victim.exists()) == (5, False)


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ("[report]\nexclude_lines = y =\n", 5),
        ("[report]\nexclude_lines = ((\n", 6),
        ("[report]\nexclude_lines = ${HOME}|y =\n", 5),
        ("report]\n", 6),
        ("\xff", 6),
    ],
)
async def test_settings_that_cannot_be_read_leave_those_of_coverage_py(
    settings: str, lines: int, tmp_path: Path
) -> None:
    data = measured_by_coverage(tmp_path / "data", {"shop.py": [1, 2, 3]})
    files: dict[str, str | bytes] = {
        "shop.py": CODE,
        ".coverage": data,
        ".coveragerc": settings.encode("latin-1"),
    }
    assert (await look(CoverageTool, files, tmp_path)).measures["coverage.lines"] == lines


ONE = "SF:m0.py\nDA:1,1\nend_of_record\n"


async def test_data_about_little_of_the_code_is_no_measurement(tmp_path: Path) -> None:
    files = {f"m{number}.py": CODE for number in range(51)}
    report = await look(CoverageTool, {**files, "tests/test_m.py": CODE, "lcov.info": ONE}, tmp_path)
    assert (report.status, report.measures) == (EvidenceStatus.NO_INPUT, {})
    assert report.reason == "coverage data speaks about 1 of 51 files"


async def test_data_about_most_of_the_code_says_what_it_leaves_out(tmp_path: Path) -> None:
    files = {"m0.py": CODE, "m1.py": "x = 1\n", "web/a.js": CODE * 9, "empty.py": "", "lcov.info": ONE}
    report = await look(CoverageTool, files, tmp_path)
    assert report.measures["coverage.percent"] == 100.0
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("", "coverage: the data speaks about 1 of 2 files (85 % of the lines of code)")
    ]


async def test_a_file_that_coverage_py_cannot_read_is_not_covered(tmp_path: Path) -> None:
    data = measured_by_coverage(tmp_path / "data", {"a.py": [1], "broken.py": [1]})
    report = await look(
        CoverageTool, {"a.py": "x = 1\n", "broken.py": "def (:\n", ".coverage": data}, tmp_path
    )
    assert [one.path for one in report.not_covered] == ["broken.py"]
    assert report.measures["coverage.percent"] == 100.0


async def test_unchanged_data_is_not_read_again(tmp_path: Path) -> None:
    data = measured_by_coverage(tmp_path / "data", {"a.py": [1]})
    snapshot = snapshot_of({"a.py": "x = 1\n", ".coverage": data}, tmp_path)
    cache = EvidenceCache(None)
    first = await CoverageTool(ToolRunner(), cache).gather(snapshot)
    again = await CoverageTool(ToolRunner(Limits(seconds=0.0)), cache).gather(snapshot)
    assert first.status is EvidenceStatus.MEASURED
    assert again.measures == first.measures


async def test_files_that_change_while_the_data_is_read_are_told_and_not_remembered(tmp_path: Path) -> None:
    data = measured_by_coverage(tmp_path / "data", {"a.py": [1]})
    snapshot = snapshot_of({"a.py": "x = 1\n", ".coverage": data}, tmp_path)
    cache = EvidenceCache(None)
    (tmp_path / "a.py").write_text("x = 1\ny = 2\n")
    during = await CoverageTool(ToolRunner(), cache).gather(snapshot)
    (tmp_path / "a.py").write_text("x = 1\n")
    after = await CoverageTool(ToolRunner(), cache).gather(snapshot)
    assert "coverage: changed while it was looked at" in [one.reason for one in during.not_covered]
    assert (during.measures["coverage.lines"], after.measures["coverage.lines"]) == (2, 1)


PROJECT = {
    "shop.py": CODE,
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "test_shop.py": (
        "import pytest\nfrom shop import price\n\n"
        "def test_full():\n    assert price(1) == 1\n\n"
        "@pytest.mark.skip\ndef test_later(): ...\n\n"
        "@pytest.mark.parametrize('x', [0])\ndef test_empty(x):\n    assert price(x) == 7\n"
    ),
}


async def own_tests(files: dict[str, str], root: Path) -> EvidenceReport:
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (root / ".venv/bin/python").chmod(0o755)
    return await look(CoverageTool, files, root, RUN)


async def test_tests_are_run_only_when_granted(tmp_path: Path) -> None:
    refused = await look(CoverageTool, PROJECT, tmp_path)
    assert refused.status is EvidenceStatus.NO_INPUT
    report = await own_tests(PROJECT, tmp_path)
    assert report.status is EvidenceStatus.MEASURED
    assert (report.measures["tests.passed"], report.measures["tests.failed"]) == (1, 1)
    assert report.measures["tests.run_skipped"] == 1
    assert report.measures["coverage.percent"] > 90
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == ("failing-test", Severity.HIGH)
    assert "test_shop.py::test_empty[0] fails: assert 5 == 7" in finding.message
    assert (finding.location.path, finding.location.line, finding.location.function) == (
        "test_shop.py",
        11,
        "test_empty",
    )
    assert not (tmp_path / ".coverage").exists()


async def test_a_test_file_that_cannot_be_imported_is_a_finding(tmp_path: Path) -> None:
    files = {"shop.py": CODE, "test_shop.py": "import nothing_of_that_name\n"}
    report = await own_tests(files, tmp_path)
    assert [(one.rule, one.location.path) for one in report.findings][:1] == [
        ("failing-test", "test_shop.py")
    ]
    assert "cannot be run" in report.findings[0].message


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('echo "No module named pytest" >&2; exit 1', "pytest is not installed for"),
        ('echo "no tests ran in 0.01s"; exit 5', "pytest found no tests to run"),
        ('echo "INTERNALERROR> boom"; exit 3', "the tests could not be run: INTERNALERROR> boom"),
        ("kill -9 $$", "the tests could not be run: ended with code -9"),
        ("sleep 60", "did not finish within 0.3 s"),
    ],
)
async def test_tests_that_cannot_run_are_a_failure_with_a_reason(
    script: str, reason: str, tmp_path: Path
) -> None:
    python = tmp_path / ".venv/bin/python"
    snapshot = snapshot_of({"shop.py": CODE, ".venv/bin/python": f"#!/bin/sh\n{script}\n"}, tmp_path)
    python.chmod(0o755)
    tests = ProjectTests(ToolRunner(Limits(seconds=0.3 if "sleep" in script else 20.0)))
    report = await CoverageTool(ToolRunner(), EvidenceCache(None), tests).gather(snapshot, RUN)
    assert report.status is EvidenceStatus.FAILED
    assert reason in report.reason


async def test_without_coverage_py_the_tests_alone_are_told(tmp_path: Path) -> None:
    script = (
        '#!/bin/sh\ncase "$*" in *coverage*) echo "No module named coverage" >&2; exit 1;; esac\n'
        'echo "3 passed in 0.10s"\n'
    )
    snapshot = snapshot_of({"shop.py": CODE, ".venv/bin/python": script}, tmp_path)
    (tmp_path / ".venv/bin/python").chmod(0o755)
    report = await CoverageTool(ToolRunner(), EvidenceCache(None)).gather(snapshot, RUN)
    assert report.measures == {"tests.passed": 3, "tests.failed": 0, "tests.run_skipped": 0}
    assert [one.reason for one in report.not_covered] == [
        "coverage: coverage.py is not in the project's environment"
    ]


def test_the_projects_own_python_comes_first(tmp_path: Path) -> None:
    assert project_python(str(tmp_path)) != str(tmp_path / ".venv/bin/python")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").touch()
    assert project_python(str(tmp_path)) == str(tmp_path / ".venv/bin/python")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("shop/a.py", "shop/a.py"),
        ("./shop/a.py", "shop/a.py"),
        ("/srv/project/shop/a.py", "shop/a.py"),
        ("/other/machine/shop/a.py", "shop/a.py"),
        ("C:\\work\\shop\\a.py", "shop/a.py"),
        ("other/shop/a.py", None),
        ("/usr/lib/python3/site-packages/shop/a.py", None),
        ("", None),
        ("/other/machine/b.py", None),
    ],
)
def test_a_report_may_call_a_file_in_several_ways(name: str, path: str | None) -> None:
    assert match_path(name, "/srv/project", {"shop/a.py", "shop/c.py"}) == path
