"""The whole program on a small repository: what one command keeps, the next one finds."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from tests.e2e.support import Answer, Shell, commit, git, shop

OK, GATE_FAILED, PARTIAL = 0, 1, 5
TASK = "review the code for security"
TEAM = ("--agents", "security-auditor,code-reviewer")
TARGET = re.compile(r"\b(?:src|href|action|data|poster|srcset)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)")
REMOTE = re.compile(r"url\((?!data:)|@import|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon")

AGENT = """\
id: gatekeeper
role: Gatekeeper
purpose: Keeps out what must not get in.
capabilities: [security_audit]
instructions: Call the tool, and report what it found.
tools: [ruff-security]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the repository `shop` and the data folder `data`; tests that change files take a copy."""
    folder = tmp_path_factory.mktemp("place")
    shop(folder / "shop")
    return folder


@pytest.fixture(scope="module")
def muster(place: Path) -> Shell:
    """A shell in the repository."""
    return Shell(place / "shop", place / "data")


@pytest.fixture(scope="module")
def first(muster: Shell) -> Answer:
    """The first run there, as JSON."""
    return muster("run", TASK, *TEAM, "--json")


@pytest.fixture
def own(place: Path, first: Answer, tmp_path: Path) -> Shell:
    """A shell in a copy of the repository, with a data folder of its own."""
    shutil.copytree(place / "shop", tmp_path / "shop")
    return Shell(tmp_path / "shop", tmp_path / "data")


# Plan, run, and what is kept


def test_a_dry_run_shows_the_plan_and_keeps_no_run(own: Shell) -> None:
    """The same words as `plan`, which here reads the task from stdin."""
    planned, dry = own("plan", "-", stdin=f"{TASK}\n"), own("run", TASK, "--dry-run")
    assert (planned.code, dry.code) == (OK, OK)
    assert planned.out == dry.out
    assert planned.out.startswith(f"PLAN  {TASK}\n")
    assert planned.err == dry.err == ""
    assert own("runs").out == "no runs\n"


def test_a_run_writes_json_to_stdout_and_progress_to_stderr(first: Answer) -> None:
    """A parser needs to throw nothing away."""
    assert first.code == OK
    run = first.json()["run"]
    assert (run["status"], run["report"]["verdict"]) == ("completed", "passed")
    assert {finding["rule"] for finding in first.findings} >= {"S307", "S602"}
    assert sorted(line.split(":")[0] for line in first.err.splitlines()) == [
        "code-reviewer",
        "security-auditor",
    ]


def test_a_run_can_be_shown_again_as_it_was(muster: Shell, first: Answer) -> None:
    """By its id, by the beginning of one, and from any folder; byte for byte."""
    run_id = first.json()["run"]["id"]
    elsewhere = Shell(muster.data, muster.data)
    for shown in (muster("show", run_id, "--json"), elsewhere("show", run_id[:-1], "--json")):
        assert (shown.code, shown.err) == (OK, "")
        assert shown.json() == first.json()


def test_the_list_of_runs_has_it(muster: Shell, first: Answer) -> None:
    """With its verdict, its score and the number of findings."""
    run = first.json()["run"]
    listed = {line["id"]: line for line in muster("runs", "--json").json()["runs"]}[run["id"]]
    assert (listed["task"], listed["status"], listed["verdict"]) == (TASK, "completed", "passed")
    assert listed["findings"] == len(run["report"]["findings"])
    assert listed["score"] == run["report"]["health"]["score"]
    text = muster("runs", env={"COLUMNS": "200"}).out
    assert re.search(
        rf"^{run['id']} .* passed .*  {len(first.findings)} +shop +{TASK[:20]}", text, re.MULTILINE
    )


def test_every_finding_can_be_explained_by_its_fingerprint(muster: Shell, first: Answer) -> None:
    """From the beginning of it, with the line as it is on disk now."""
    finding = next(finding for finding in first.findings if finding["rule"] == "S307")
    run_id = first.json()["run"]["id"]
    explanation = muster("explain", finding["fingerprint"][:8], "--run", run_id, "--json").json()[
        "explanation"
    ]
    assert explanation["finding"]["fingerprint"] == finding["fingerprint"]
    assert explanation["run_id"] == run_id
    assert explanation["still_there"] is True
    assert [finding["location"]["line"], "    return eval(given)"] in explanation["context"]
    text = muster("explain", finding["fingerprint"], "--run", run_id).out
    assert f"shop/app.py:{finding['location']['line']}" in text
    assert re.search(r"^> +\d+ +return eval\(given\)$", text, re.MULTILINE)


def test_a_saved_plan_runs_and_finds_the_same(muster: Shell, first: Answer, tmp_path: Path) -> None:
    """`plan --json -o` and `run --plan`."""
    saved = tmp_path / "plan.json"
    wrote = muster("plan", TASK, *TEAM, "--json", "-o", str(saved))
    assert (wrote.code, wrote.out) == (OK, "")
    run = muster("run", "--plan", str(saved), "--json", "-q")
    assert run.code == OK
    assert run.err == ""
    assert run.fingerprints == first.fingerprints


def test_runs_at_the_same_time_do_not_disturb_each_other(
    muster: Shell, first: Answer, tmp_path: Path
) -> None:
    """They share journal, memory and cache, which none of them has seen before."""
    crowd = Shell(muster.folder, tmp_path / "data")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: crowd("run", TASK, *TEAM, "--json", "-q"), range(4)))
    assert [(answer.code, answer.err) for answer in answers] == [(OK, "")] * 4
    assert [answer.fingerprints for answer in answers] == [first.fingerprints] * 4
    listed = {line["id"] for line in crowd("runs", "--json").json()["runs"]}
    assert listed == {answer.json()["run"]["id"] for answer in answers}


# What a run looks at


@pytest.mark.parametrize("pattern", ["sequential", "hierarchical"])
def test_every_pattern_finds_the_same(muster: Shell, first: Answer, pattern: str) -> None:
    """The team that was named, put to work in another way."""
    answer = muster("run", TASK, *TEAM, "--pattern", pattern, "--json", "-q")
    run = answer.json()["run"]
    assert (answer.code, run["plan"]["pattern"]) == (OK, pattern)
    assert {agent["agent"] for agent in run["agents"]} >= {"security-auditor", "code-reviewer"}
    assert {agent["status"] for agent in run["agents"]} == {"completed"}
    assert answer.fingerprints == first.fingerprints


def test_since_counts_only_files_that_changed(own: Shell) -> None:
    """Committed, changed and new ones; a file that stayed is not blamed."""
    start = git(own.folder, "rev-parse", "HEAD")
    (own.folder / "shop" / "late.py").write_text('"""Late."""\n\nimport json\n')
    commit(own.folder)
    (own.folder / "shop" / "use.py").write_text('"""Uses."""\n\nimport sys\n')
    (own.folder / "new.py").write_text('"""New."""\n\nimport re\n')
    answer = own("run", "review the code", "--agents", "code-reviewer", "--since", start, "--json", "-q")
    assert answer.code == OK
    places = {finding["location"]["path"] for finding in answer.findings}
    assert places == {"shop/late.py", "shop/use.py", "new.py"}
    assert answer.json()["run"]["report"]["facts"]["changed"] == 3


# Gates, baselines, exit codes


@pytest.mark.parametrize(
    ("options", "code", "failed"),
    [
        (["--fail-on", "high"], GATE_FAILED, ["high"]),
        (["--gate", "high=2"], OK, []),
        (["--gate", "coverage=80"], PARTIAL, []),
    ],
    ids=["one fails", "all hold", "one is unmeasured"],
)
def test_gates_decide_the_exit_code(
    muster: Shell, first: Answer, options: list[str], code: int, failed: list[str]
) -> None:
    """0 when they hold, 1 when one fails, 5 when one could not be measured."""
    answer = muster("run", TASK, *TEAM, "--json", "-q", *options)
    assert answer.code == code
    assert answer.json()["summary"]["failed_gates"] == failed
    if code == PARTIAL:
        gate = next(gate for gate in answer.json()["run"]["report"]["gates"] if gate["name"] == "coverage")
        assert (gate["verdict"], gate["value"]) == ("unmeasured", None)


# Baselines and the cache


@pytest.fixture(scope="module")
def copy(muster: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell in a copy of the repository that the tests of this part share."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(muster.folder, folder / "shop")
    return Shell(folder / "shop", folder / "data")


@pytest.fixture(scope="module")
def cold(copy: Shell) -> Answer:
    """The first check there, which writes the baseline."""
    return copy("check", "--fail-on", "low", "--write-baseline", "../known.json", "-q", "--json")


@pytest.fixture(scope="module")
def warm(copy: Shell, cold: Answer) -> Answer:
    """The second check, on the same files."""
    return copy("check", "--fail-on", "low", "-q", "--json")


def test_a_second_check_looks_at_nothing_again_and_finds_the_same(cold: Answer, warm: Answer) -> None:
    """Every file comes from the cache, for every tool."""
    assert (cold.code, warm.code) == (GATE_FAILED, GATE_FAILED)
    assert {name for name, one in evidence(cold).items() if one["from_cache"]} == set()
    measured = {name: one for name, one in evidence(warm).items() if one["status"] == "measured"}
    assert {name for name, one in measured.items() if one["from_cache"] != one["looked_at"]} == set()
    assert len(measured) >= 8
    assert warm.findings == cold.findings
    assert warm.json()["summary"]["score"] == cold.json()["summary"]["score"]


def test_a_baseline_makes_what_is_known_pass_and_what_is_new_fail(
    copy: Shell, cold: Answer, warm: Answer
) -> None:
    """Whatever line it has moved to; only the changed file is looked at again."""
    known = json.loads((copy.folder.parent / "known.json").read_text())
    assert set(known["fingerprints"]) == cold.fingerprints
    options = ["check", "--fail-on", "low", "--baseline", "../known.json", "--json", "-q"]
    again = copy(*options)
    assert (again.code, again.findings) == (OK, [])
    assert again.json()["run"]["report"]["known"] == len(cold.findings)
    app = copy.folder / "shop" / "app.py"
    app.write_text(app.read_text().replace("import os\n", "# A remark.\n\nimport os\nimport json\n", 1))
    more = copy(*options)
    assert more.code == GATE_FAILED
    assert [finding["message"] for finding in more.findings] == ["json is imported and never used"]
    assert (evidence(more)["ruff"]["looked_at"], evidence(more)["ruff"]["from_cache"]) == (3, 2)


def evidence(answer: Answer) -> Mapping[str, Any]:
    """The reports of the tools in a run, by name."""
    agents = answer.json()["run"]["agents"]
    return {report["tool"]: report for agent in agents for report in agent["evidence"]}


# Formats

FORMATS = ("text", "markdown", "json", "sarif", "junit", "html")


@pytest.fixture(scope="module")
def written(muster: Shell, first: Answer) -> Mapping[str, str]:
    """The first run in every format."""
    run_id = first.json()["run"]["id"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda name: muster("show", run_id, "--format", name), FORMATS)
        shown = dict(zip(FORMATS, answers, strict=True))
    assert {name: (answer.code, answer.err) for name, answer in shown.items()} == dict.fromkeys(
        FORMATS, (OK, "")
    )
    return {name: answer.out for name, answer in shown.items()}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_the_task_or_the_finding(written: Mapping[str, str], name: str) -> None:
    """And the file it is in."""
    assert "shop/app.py" in written[name]
    assert "S307" in written[name]


def test_sarif_has_the_same_findings_at_relative_places(written: Mapping[str, str], first: Answer) -> None:
    """Fingerprints, too."""
    (run,) = json.loads(written["sarif"])["runs"]
    prints = {value for result in run["results"] for value in result["partialFingerprints"].values()}
    assert prints == first.fingerprints
    uris = [
        location["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
        for location in result["locations"]
    ]
    assert uris
    assert [uri for uri in uris if urlsplit(uri).scheme or uri.startswith("/") or ".." in uri] == []


def test_junit_is_xml_that_counts_what_failed(written: Mapping[str, str], first: Answer) -> None:
    """The attributes agree with the elements."""
    root = ElementTree.fromstring(written["junit"])
    failures = root.findall(".//failure")
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    assert sum(int(suite.get("failures", "0")) for suite in suites) == len(failures)
    assert sum(int(suite.get("tests", "0")) for suite in suites) == len(root.findall(".//testcase"))
    assert len(root.findall(".//testcase")) >= len(first.findings)


def test_the_page_asks_nobody_for_anything(written: Mapping[str, str]) -> None:
    """One file: what is not a link to click is in it or is data, and nothing is loaded by style or script."""
    page = re.sub(r"<a [^>]*>", "", written["html"])
    targets = [match.strip("\"'") for match in TARGET.findall(page)]
    assert targets
    assert [target for target in targets if not target.startswith(("data:", "#"))] == []
    assert REMOTE.search(page) is None
    assert "default-src 'none'" in page


def test_a_report_in_a_file_leaves_stdout_empty(
    muster: Shell, first: Answer, written: Mapping[str, str], tmp_path: Path
) -> None:
    """The same bytes as on stdout, and a word about it on stderr."""
    target = tmp_path / "report.md"
    run_id = first.json()["run"]["id"]
    answer = muster("show", run_id, "--format", "markdown", "--output", str(target))
    assert (answer.code, answer.out) == (OK, "")
    assert target.read_text() == written["markdown"]
    assert answer.err == f"muster: wrote {target.stat().st_size:,} bytes to {target}\n"


@pytest.mark.parametrize(
    ("env", "colored"),
    [
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
    ids=["FORCE_COLOR", "both"],
)
def test_color_goes_where_it_is_wanted(
    muster: Shell, first: Answer, written: Mapping[str, str], env: dict[str, str], colored: bool
) -> None:
    """And only there, which a pipe is not by itself; the words are the same."""
    assert "\x1b" not in written["text"]
    answer = muster("show", first.json()["run"]["id"], env=env)
    assert ("\x1b[" in answer.out) is colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", answer.out) == written["text"]


# Settings


def test_the_nearest_setting_wins_and_doctor_says_where_it_is_from(own: Shell, tmp_path: Path) -> None:
    """Environment before muster.toml before the user's own; muster.toml before pyproject.toml."""
    home = tmp_path / "config"
    (home / "muster").mkdir(parents=True)
    (home / "muster" / "muster.toml").write_text(
        "max_concurrency = 9\ntool_seconds = 9.0\ntool_memory_mb = 999\n"
    )
    own.env["XDG_CONFIG_HOME"] = str(home)
    (own.folder / "pyproject.toml").write_text("[tool.muster]\nmax_concurrency = 5\ntool_seconds = 5.0\n")
    assert settings(own) == {
        "data_dir": (str(own.data), "environment MUSTER_DATA_DIR"),
        "max_concurrency": ("5", "[tool.muster] in pyproject.toml"),
        "tool_seconds": ("5.0", "[tool.muster] in pyproject.toml"),
        "tool_memory_mb": ("999", str(home / "muster" / "muster.toml")),
        "history": ("True", "default"),
    }
    (own.folder / "muster.toml").write_text("max_concurrency = 3\n")
    own.env["MUSTER_TOOL_SECONDS"] = "2"
    own.env["MUSTER_HISTORY"] = "no"
    assert settings(own) == {
        "data_dir": (str(own.data), "environment MUSTER_DATA_DIR"),
        "max_concurrency": ("3", "muster.toml ([tool.muster] in pyproject.toml is not used)"),
        "tool_seconds": ("2.0", "environment MUSTER_TOOL_SECONDS"),
        "tool_memory_mb": ("999", str(home / "muster" / "muster.toml")),
        "history": ("False", "environment MUSTER_HISTORY"),
    }


def settings(shell: Shell) -> dict[str, tuple[str, str]]:
    """Some settings as doctor sees them, with their origin."""
    answer = shell("doctor", "--json")
    assert answer.code == OK
    wanted = ("data_dir", "max_concurrency", "tool_seconds", "tool_memory_mb", "history")
    found = {line["key"]: (line["value"], line["origin"]) for line in answer.json()["settings"]}
    return {key: found[key] for key in wanted}


def test_settings_hold_in_runs_and_flags_before_them(own: Shell) -> None:
    """`fail_on` in the file fails the run; the flag says otherwise."""
    (own.folder / "muster.toml").write_text('fail_on = "high"\nmax_concurrency = 2\n')
    team = [*TEAM, "--json", "-q"]
    strict, lenient = own("run", TASK, *team), own("run", TASK, *team, "--fail-on", "critical")
    assert (strict.code, lenient.code) == (GATE_FAILED, OK)
    assert strict.json()["run"]["plan"]["max_concurrency"] == 2


def test_init_writes_a_file_that_changes_nothing(own: Shell) -> None:
    """Everything in it is commented out; a second time needs --force."""
    before = own("doctor", "--json").json()["settings"]
    assert own("init").code == OK
    after = own("doctor", "--json").json()["settings"]
    assert [(line["key"], line["value"]) for line in after] == [
        (line["key"], line["value"]) for line in before
    ]
    assert own("init").error == "'muster.toml' is there already"


def test_agents_of_one_s_own_work_beside_the_others(own: Shell) -> None:
    """From a folder of YAML files: listed, planned by name, and run."""
    (own.folder / "muster.toml").write_text('agents_dir = "team"\n')
    (own.folder / "team").mkdir()
    (own.folder / "team" / "gatekeeper.yaml").write_text(AGENT)
    listed = {agent["id"] for agent in own("agents", "--json").json()["agents"]}
    assert listed >= {"gatekeeper", "security-auditor"}
    answer = own("run", "find vulnerabilities", "--agents", "gatekeeper", "--json", "-q")
    assert answer.code == OK, answer.err
    assert {finding["rule"] for finding in answer.findings} == {"S307", "S602"}
