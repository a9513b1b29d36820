"""Whatever is given: one clear line and a hint, or an honest "not covered"; never a traceback, never a hang."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.support import PATIENCE, Answer, Shell, ended, shop

USAGE, INTERNAL, CONFIGURATION, PARTIAL, BROKEN_PIPE = 2, 3, 4, 5, 141
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small repository; tests here do not change it."""
    return shop(tmp_path_factory.mktemp("bad") / "shop")


@pytest.fixture
def muster(project: Path, tmp_path: Path) -> Shell:
    """A shell in the project, with an empty data folder."""
    return Shell(project, tmp_path / "data")


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    """A shell in an empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return Shell(folder, tmp_path / "data")


# What is asked for


@pytest.mark.parametrize("task", ["", "  \t\n "])
def test_a_task_without_words_is_refused(muster: Shell, task: str) -> None:
    """Before anything is read."""
    answer = muster("run", task)
    assert (answer.code, answer.error) == (USAGE, "task must be a non-empty string")


def test_a_task_of_25000_characters_is_refused(muster: Shell) -> None:
    """With both numbers, and without repeating it."""
    answer = muster("run", "review " * 3600)
    assert (answer.code, answer.error) == (USAGE, "the task has 25200 characters, more than 20000")


USAGE_ERRORS = {
    "agent": (["run", "review", "--agents", "security-auditr"], "unknown agent 'security-auditr'", "security-auditor"),
    "pattern": (["run", "review", "--pattern", "swarm"], "unknown pattern 'swarm'", "parallel"),
    "gate": (["run", "review", "--gate", "hgh=0"], "unknown gate 'hgh'", "high"),
    "gate without value": (["run", "review", "--gate", "high"], "gate 'high' has no value", "high=0"),
    "gate that is no number": (["check", "--gate", "high=nan"], "gate 'high' needs a number", "high=0"),
    "format": (["check", "--format", "xml"], "'xml' is not known (known: text, markdown", "muster check --help"),
    "mode": (["check", "--mode", "dayly"], "'dayly' is not known; did you mean daily? (known: daily", "--help"),
    "severity": (["check", "--fail-on", "hgh"], "'hgh' is not known; did you mean high?", "--help"),
    "run": (["show", "run-nope"], "unknown run 'run-nope'", "known: none"),
    "last run of none": (["show"], "no run", "muster run"),
    "fingerprint": (["explain", "ffffffff", "--run", "run-nope"], "unknown run 'run-nope'", "known: none"),
    "ref": (["run", "review", "--since", "nope"], "git revision 'nope' is unknown", "git log"),
    "ref like an option": (["check", "--since=--output=pwned"], "'--output=pwned' is no git revision", "a branch"),
    "folder for output": (["check", "--output", "nope/r.txt"], "the folder 'nope' does not exist", "mkdir -p nope"),
    "plan that is missing": (["run", "--plan", "nope.json"], "'nope.json' could not be read", "muster plan"),
    "baseline that is missing": (["check", "--baseline", "nope"], "the baseline 'nope' could not be read", "--write-"),
    "command": (["chek"], "no such command 'chek'. Did you mean 'check'?", "muster --help"),
    "task without command": (["review this"], "no such command 'review this'", "muster --help"),
    "nothing to run": (["run"], "give a TASK or --plan FILE", "muster run --help"),
    "missing folder": (["check", "nope"], "folder 'nope' does not exist", "spelling"),
    "file as folder": (["check", "shop/app.py"], "'shop/app.py' is a file, not a folder", "its folder"),
    "empty folder name": (["run", "review", "--path", ""], "'' is no file name", "of your own"),
}  # fmt: skip


@pytest.fixture(scope="module")
def refusals(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Answer]:
    """What is answered to each; asked a few at a time, because starting Python is what takes the time."""
    muster = Shell(project, tmp_path_factory.mktemp("nothing") / "data")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda case: muster(*case[0]), USAGE_ERRORS.values())
        return dict(zip(USAGE_ERRORS, answers, strict=True))


@pytest.mark.parametrize("name", USAGE_ERRORS)
def test_what_cannot_be_done_as_asked(project: Path, refusals: Mapping[str, Answer], name: str) -> None:
    """One line names it, the hint helps, the exit code is 2, and no file is left in the project."""
    _, said, hint = USAGE_ERRORS[name]
    answer = refusals[name]
    assert answer.code == USAGE
    assert said in answer.error
    assert hint in answer.err.splitlines()[1]
    assert not (project / "pwned").exists()


def test_with_json_the_error_is_json_too(muster: Shell) -> None:
    """On stderr, so that stdout stays empty for who parses it."""
    answer = muster("run", "review", "--agents", "nobody", "--json")
    assert (answer.code, answer.out) == (USAGE, "")
    error = json.loads(answer.err)["error"]
    assert (error["code"], error["exit_code"], error["message"]) == (
        "unknown-name",
        2,
        "unknown agent 'nobody'",
    )


@pytest.fixture(scope="module")
def planned(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A good plan."""
    answer = Shell(project, tmp_path_factory.mktemp("planned"))("plan", "find dead code", "--json")
    plan: dict[str, Any] = answer.json()["plan"]
    return plan


PLANS = {
    "is not JSON": "{",
    "is not a JSON object": "[]",
    "cannot be used: requirements: Field required": '{"plan": {"root": "."}}',
    "cannot be used": '{"fingerprints": ["0123456789abcdef"], "schema_version": 1}',
}


@pytest.mark.parametrize(("said", "text"), PLANS.items())
def test_a_plan_that_is_broken_or_something_else(muster: Shell, tmp_path: Path, said: str, text: str) -> None:
    """The place of the first mistake, where there is one."""
    (tmp_path / "plan.json").write_text(text)
    answer = muster("run", "--plan", str(tmp_path / "plan.json"))
    assert answer.code == USAGE
    assert said in answer.error


def test_a_plan_from_elsewhere_names_the_folder_that_is_not_here(
    muster: Shell, planned: dict[str, Any], tmp_path: Path
) -> None:
    """A plan remembers its folder: another one must be said, and must be there; --path puts one in its place."""
    elsewhere = str(tmp_path / "elsewhere")
    (tmp_path / "plan.json").write_text(json.dumps({**planned, "root": elsewhere}))
    answer = muster("run", "--plan", str(tmp_path / "plan.json"))
    assert answer.code == USAGE
    assert answer.error == f"the plan is for the folder {elsewhere!r}, and this is another one"
    answer = muster("run", "--plan", str(tmp_path / "plan.json"), "--path", elsewhere)
    assert answer.error == f"folder {elsewhere!r} does not exist"
    here = muster("run", "--plan", str(tmp_path / "plan.json"), "--path", ".", "--json")
    assert here.json()["run"]["plan"]["root"] == str(muster.folder)


def test_a_plan_with_an_agent_that_is_not_here_is_refused(
    muster: Shell, planned: dict[str, Any], tmp_path: Path
) -> None:
    """Edited by hand, or written where somebody had agents of their own."""
    stranger = {**planned["agents"][0], "agent": "refactoring-adviser"}
    (tmp_path / "plan.json").write_text(json.dumps({"plan": {**planned, "agents": [stranger]}}))
    answer = muster("run", "--plan", str(tmp_path / "plan.json"))
    assert (answer.code, answer.error) == (USAGE, "unknown agent 'refactoring-adviser'")
    assert muster("runs").out == "no runs\n"


# Control characters

EVIL = "review \x1b[31mred\x1b[0m \x1b]0;title\x07 \x08\x9b2J code"


def test_control_characters_of_a_task_do_not_reach_the_terminal(muster: Shell) -> None:
    """Neither in the report, nor on stderr, nor in the list of runs."""
    answer = muster("run", EVIL)
    assert answer.code == 0
    said = answer.out + answer.err + muster("runs").out
    assert "review red" in said
    assert [character for character in said if not character.isprintable() and character != "\n"] == []


def test_in_json_a_task_is_kept_as_it_is(muster: Shell) -> None:
    """Escaped as JSON does it."""
    answer = muster("plan", EVIL, "--json")
    assert "\x1b" not in answer.out
    assert answer.json()["plan"]["requirements"]["task"] == EVIL


@pytest.mark.parametrize("args", [["show", "\x1b[31mx"], ["--\x1b[31mx"]])
def test_control_characters_are_not_echoed_in_errors(muster: Shell, args: list[str]) -> None:
    """They are written out, or left out."""
    answer = muster(*args)
    assert answer.code == USAGE
    assert "\x1b" not in answer.err


# Settings

SETTINGS = {
    "is not valid TOML": ("max_concurrency =", "'muster.toml', line 1, is not valid TOML"),
    "has an unknown key": ("\nmax_concurency = 2", "muster.toml, line 2: unknown setting 'max_concurency'"),
    "has a wrong type": ('max_concurrency = "2"', "muster.toml, line 1: max_concurrency cannot be '2'"),
    "has an unknown gate": ("[gates]\nhgh = 0", "there is no gate 'hgh'; known: high"),
    "names a model": ('model = "openai/gpt-5"', "muster.toml, line 1: model cannot be set by a project"),
    "names no folder": ('agents_dir = "nope"', "cannot be read: No such file or directory"),
}


@pytest.fixture(scope="module")
def misled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Answer]:
    """What is answered in a folder with each of these files."""

    def ask(text: str) -> Answer:
        folder = tmp_path_factory.mktemp("misled")
        (folder / "muster.toml").write_text(text)
        return Shell(folder, folder / "data")("plan", "review this project")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(SETTINGS, pool.map(ask, (text for text, _ in SETTINGS.values())), strict=True))


@pytest.mark.parametrize("name", SETTINGS)
def test_a_settings_file_that(misled: Mapping[str, Answer], name: str) -> None:
    """File, line and key, and what would be right; exit code 4."""
    said, answer = SETTINGS[name][1], misled[name]
    assert answer.code == CONFIGURATION
    assert said in answer.error


def test_a_wrong_environment_variable_is_named_as_it_is_written(empty: Shell) -> None:
    """Not as the key that it stands for."""
    answer = empty("plan", "review", env={"MUSTER_MAX_CONCURRENCY": "many"})
    assert answer.code == CONFIGURATION
    assert answer.error.startswith("environment: MUSTER_MAX_CONCURRENCY cannot be 'many'")


def test_an_agent_file_that_is_no_yaml_is_named_with_its_line(empty: Shell) -> None:
    """A team without it would be another team."""
    (empty.folder / "muster.toml").write_text('agents_dir = "mine"\n')
    (empty.folder / "mine").mkdir()
    (empty.folder / "mine" / "broken.yaml").write_text("id: [\n")
    answer = empty("run", "review")
    assert answer.code == CONFIGURATION
    assert f"{Path('mine') / 'broken.yaml'}:2: not valid YAML" in answer.error


# The data folder


def test_a_journal_that_is_no_database_is_left_as_it_is(muster: Shell) -> None:
    """What is in it may be dear to somebody."""
    muster.data.mkdir()
    (muster.data / "runs.db").write_bytes(b"dear to somebody " * 100)
    for command in (["runs"], ["run", "find dead code", "-q"]):
        answer = muster(*command)
        assert answer.code == INTERNAL
        assert answer.error == f"{str(muster.data / 'runs.db')!r} is not a database"
    assert (muster.data / "runs.db").read_bytes() == b"dear to somebody " * 100


def test_a_data_folder_that_is_a_file(muster: Shell) -> None:
    """Named, with what to do."""
    muster.data.write_text("a file")
    answer = muster("run", "find dead code", "-q")
    assert (answer.code, str(muster.data) in answer.error) == (INTERNAL, True)
    assert "data_dir" in answer.err


# Folders and files


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one readable file among everything that is not, and 20,000 notes."""
    folder = tmp_path_factory.mktemp("strange") / "project"
    (folder / "loop").mkdir(parents=True)
    (folder / "loop" / "up").symlink_to("..")
    (folder / "itself").symlink_to("itself")
    (folder / "away.py").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe.py")
    (folder / "binary.py").write_bytes(bytes(range(256)) * 50)
    (folder / "nul.py").write_bytes(b"import os\0\n")
    (folder / "utf16.py").write_bytes("import os\n".encode("utf-16"))
    (folder / "latin.py").write_bytes("# Stra\xdfe\nimport os\n".encode("latin-1"))
    (folder / "broken.py").write_text("def f(:\n")
    (folder / "deep.py").write_text("x = " + "(" * 3000 + "1" + ")" * 3000 + "\n")
    (folder / "large.py").write_bytes(b"import os\n" * (5 * MEGABYTE))
    with (folder / "large.bin").open("wb") as stream:
        stream.truncate(50 * MEGABYTE)
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.py")).write_text("import os\n")
    (folder / "red\x1b[31m.py").write_text("import os\n")
    (folder / "fine.py").write_text("import os\n")
    (folder / "fine.txt").write_text("a note\n")
    for number in range(20_000):
        part = f"{folder}/notes/{number % 100}"
        if number < 100:
            os.makedirs(part)  # noqa: PTH103 - 20,000 Paths take a second
        os.link(folder / "fine.txt", f"{part}/{number}.txt")
    return folder


def test_whatever_a_folder_holds_is_looked_at_or_listed_with_its_reason(
    strange: Path, tmp_path: Path
) -> None:
    """In time, with 20,000 files more, and what can be read is read."""
    answer = Shell(strange, tmp_path / "data")(
        "run", "review the code", "--agents", "code-reviewer", "--json", "-q"
    )
    assert answer.code == 0
    assert {finding["location"]["path"] for finding in answer.findings} >= {"fine.py", "red\x1b[31m.py"}
    reasons = {item["path"]: item["reason"] for item in answer.json()["run"]["report"]["not_covered"]}
    expected = {
        "loop/up": "link",
        "itself": "link",
        "away.py": "link",
        "pipe.py": "special file",
        "binary.py": "binary",
        "nul.py": "binary",
        "utf16.py": "UTF-16",
        "latin.py": "not UTF-8",
        "broken.py": "syntax error at line 1",
        "large.py": "larger than 2 MB",
        "large.bin": "larger than 2 MB",
        "caf\\xe9.py": "its name is not UTF-8",
    }
    assert {path: said for path, said in expected.items() if said not in reasons.get(path, "")} == {}
    assert "fine.py" not in reasons


def test_names_with_escapes_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """In the report, and when the finding is explained."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "red\x1b[31m.py").write_text("import os  # \x1b[5m blinks\n")
    muster = Shell(folder, tmp_path / "data")
    report = muster("run", "review the code", "--agents", "code-reviewer")
    found = muster("show", "--json").findings
    explained = muster("explain", found[0]["fingerprint"])
    assert explained.code == 0
    assert "red.py:1" in explained.out
    assert "blinks" in explained.out
    assert "\x1b" not in report.out + report.err + explained.out


def test_an_empty_folder_is_partial_and_has_no_score(empty: Shell) -> None:
    """Nothing was looked at: that is no perfect score."""
    answer = empty("check", "--json", "-q")
    assert answer.code == PARTIAL
    assert answer.json()["summary"]["score"] is None
    assert answer.json()["summary"]["verdict"] == "partial"


# Permissions


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Shell]:
    """Somebody whom permissions stop."""
    if os.geteuid() == 0 and sys.platform != "linux":
        pytest.skip("root can give up its rights only on Linux")
    (tmp_path / "project").mkdir()
    yield Shell(tmp_path / "project", tmp_path / "data", bound=True)
    for path in (*tmp_path.iterdir(), *(tmp_path / "project").iterdir()):
        path.chmod(0o755)


def test_a_folder_that_may_not_be_read(stranger: Shell) -> None:
    """The whole project, and its settings file."""
    locked = stranger.folder.parent / "locked"
    locked.mkdir(mode=0)
    answer = stranger("check", str(locked))
    assert answer.code in {USAGE, CONFIGURATION}
    assert str(locked) in answer.error
    assert "permission" in answer.err.lower()


def test_files_and_folders_that_may_not_be_read_are_not_covered(stranger: Shell) -> None:
    """The rest is looked at."""
    (stranger.folder / "fine.py").write_text("import os\n")
    (stranger.folder / "secret.py").write_text("import os\n")
    (stranger.folder / "secret.py").chmod(0)
    (stranger.folder / "private").mkdir(mode=0)
    answer = stranger("run", "review the code", "--agents", "code-reviewer", "--json", "-q")
    assert answer.code == 0, answer.err
    assert {finding["location"]["path"] for finding in answer.findings} == {"fine.py"}
    reasons = {item["path"]: item["reason"] for item in answer.json()["run"]["report"]["not_covered"]}
    assert reasons == {
        "private": "not readable: Permission denied",
        "secret.py": "not readable: Permission denied",
    }


def test_a_settings_file_that_may_not_be_read(stranger: Shell) -> None:
    """It may hold what matters: going on without it would be guessing."""
    (stranger.folder / "muster.toml").write_text("max_concurrency = 2\n")
    (stranger.folder / "muster.toml").chmod(0)
    answer = stranger("plan", "review the code")
    assert answer.code == CONFIGURATION
    assert answer.error == "'muster.toml' cannot be read: Permission denied"


def test_an_output_folder_that_cannot_be_written(stranger: Shell) -> None:
    """Said before the work is done."""
    locked = stranger.folder.parent / "locked"
    locked.mkdir(mode=0o555)
    answer = stranger("check", "--output", str(locked / "report.txt"))
    assert answer.code == USAGE
    assert answer.error == f"{str(locked / 'report.txt')!r} cannot be written"


def test_a_data_folder_that_cannot_be_written(stranger: Shell) -> None:
    """The folder is named, and doctor sees it too."""
    stranger.data.mkdir(mode=0o555)
    answer = stranger("run", "review the code", "-q")
    assert answer.code == INTERNAL
    assert str(stranger.data) in answer.error
    doctor = stranger("doctor", "--json")
    assert doctor.code == CONFIGURATION
    problems = [check["name"] for check in doctor.json()["checks"] if check["state"] == "problem"]
    assert problems == ["data folder"]


# Whoever listens


@pytest.mark.parametrize("args", [["--help"], ["agents"]])
def test_a_reader_who_goes_away_is_no_failure_worth_a_word(muster: Shell, args: list[str]) -> None:
    """As after `| head -1`: silence, and the exit code that a shell gives for a broken pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    with ended(muster.start(*args, stdout=writing)) as process:
        os.close(writing)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (BROKEN_PIPE, b"")


def test_piped_to_head_the_first_line_is_there(muster: Shell) -> None:
    """And nothing is said on stderr but progress."""
    with ended(muster.start("agents")) as process:
        head = subprocess.run(
            ["head", "-1"], stdin=process.stdout, capture_output=True, text=True, check=True
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(PATIENCE) in {0, BROKEN_PIPE}
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert head.stdout.strip()


def test_a_full_disk_under_stdout_is_said(muster: Shell) -> None:
    """Exit code 3, and a way out."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    with full.open("wb") as stream, ended(muster.start("agents", stdout=stream)) as process:
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == INTERNAL
    assert err.decode().splitlines() == [
        "muster: stdout could not be written: No space left on device",
        "hint: try --output FILE",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="reads a pseudo-terminal the way Linux lets it")
def test_on_a_terminal_the_escapes_of_a_task_are_gone_and_ours_are_there(muster: Shell) -> None:
    """A real pseudo-terminal: colours of the report, but nothing of what the task wanted."""
    primary, secondary = pty.openpty()
    with ended(muster.start("plan", EVIL, stdout=secondary, stderr=secondary)) as process:
        os.close(secondary)
        said = _read_terminal(primary)
        assert process.wait(PATIENCE) == 0
    os.close(primary)
    assert b"review red" in said
    assert b"\x1b[" in said
    assert b"\x1b[31mred" not in said
    assert b"\x1b]0;" not in said


def _read_terminal(descriptor: int) -> bytes:
    said, until = b"", time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if not select.select([descriptor], [], [], 0.5)[0]:
            continue
        try:
            piece = os.read(descriptor, 65_536)
        except OSError:  # what Linux says when the other side is closed
            break
        if not piece:
            break
        said += piece
    return said
