"""Every path that leads out, through every command's every parameter: refused, nothing read, nothing written.

The commands are found by walking the tree that click has. For each there is a line by which it is called, and for each
parameter that takes text it is said what that stands for (tests/fakes/command_lines.py); a new one fails the first test
until somebody says so. The house is real, with a run, a finding, a checkpoint and all else that a command may name, so
that each is refused for the one word that is wrong.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.command_lines import KINDS, LINES, Slot, Takes, commands, slots
from tests.fakes.kept_house import KeptHouse, Said, lived_in, said
from tests.fakes.path_vectors import REFUSED, meant, nobodys
from tests.fakes.path_watch import watched

CANARY = "canary-7f3a: nobody may read this"

ALL = tuple(slots())
NOBODYS = tuple(path for path in REFUSED if nobodys(path))
"""What not even a person may name."""
BLANK_IS_NONE = frozenset(
    {"run pattern", "plan pattern", "costs run_id", "learned forget run", "undo which", "memory backup path"}
)
"""Where a blank says that nothing is chosen."""
SHARES = 24
SLOW = frozenset({"run task", "run key", "generate task", "ask question"})
"""Each of these is a whole run."""


def of(kind: Takes) -> list[object]:
    """The parameters of that kind, for a test each."""
    return [pytest.param(slot, id=slot.words) for slot in ALL if slot.takes is kind]


def test_of_every_command_and_parameter_it_is_said_what_it_takes() -> None:
    """What this test does not know has to be put into one of the two tables, and what is gone is taken off them."""
    assert len(ALL) > 150
    assert [slot.words for slot in ALL if slot.takes is None] == []
    assert set(commands()) == set(LINES)
    assert KINDS.keys() - {slot.name for slot in ALL} - {slot.words for slot in ALL} == set()


@dataclass(frozen=True, slots=True)
class Place:
    """A project with a canary beside it, and what is there to be named."""

    top: Path
    real: dict[str, str]

    @property
    def project(self) -> Path:
        """Where one stands."""
        return self.top / "project"

    def files(self) -> dict[str, bytes]:
        """Everything beside what the house keeps for itself."""
        found = (path for path in self.top.rglob("*") if not path.is_relative_to(self.top / "home"))
        return {
            str(path): b"" if path.is_dir() else path.read_bytes()
            for path in found
            if ".git/" not in str(path)
        }

    def led_out(self) -> list[str]:
        """The whole list, the canary by its own name, and a link to it."""
        return [*REFUSED, str(self.top / "canary.txt"), "link.txt", "../../project/link.txt"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, KeptHouse]]:
    """A small project in which something has been done."""
    top = tmp_path_factory.mktemp("paths").resolve()
    project = top / "project"
    (project / "a" / "b").mkdir(parents=True)
    (top / "home").mkdir()
    (top / "canary.txt").write_text(CANARY)
    (project / "app.py").write_text("def f(x):\n    return eval(x)\n")
    (project / "link.txt").symlink_to("../canary.txt")
    house = KeptHouse()
    try:
        with lived_in(house, top / "home", project):
            yield Place(top, _done(project)), house
    finally:
        house.close()


def _done(project: Path) -> dict[str, str]:
    """Do one thing of each kind; what each kind of argument may be called by."""
    for line in (
        ["init", "-q"],
        ["add", "app.py"],
        ["-c", "user.name=a", "-c", "user.email=a@example.invalid", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *line], cwd=project, check=True)
    run = _json("run", "review the security", "--json", "--quiet")["run"]
    _ok("remember", "the lighthouse is white")
    _ok("checkpoints", "create", "--label", "first")
    _ok("keys", "init")
    exported = project / "exported.jsonl"
    _ok("memory", "export", "--output", str(exported))
    _ok("runs", "export", run["id"], "--output", str(project / "run.jsonl"))
    checkpoint = _json("checkpoints", "list", "--json")["checkpoints"][0]["id"]
    names = {
        "run": run["id"], "before": run["id"], "after": run["id"], "run_id": "none", "checkpoint": checkpoint,
        "which": checkpoint, "fingerprint": run["report"]["findings"][0]["fingerprint"],
        "key": "lesson", "keys": "lesson",
    }  # fmt: skip
    words = dict.fromkeys(("task", "question", "text", "words"), "the lighthouse")
    files = {"directory": ".", "path": "", "files": "app.py", "file": "app.py"}
    own = {
        "workflow run name": "health-check", "workflow show name": "health-check",
        "models show name": "offline/evidence",
        "runs import file": "run.jsonl", "memory import file": "exported.jsonl",
    }  # fmt: skip
    return {**names, **words, **files, **own}


def _json(*line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_ok(*line).out)
    return found


def _ok(*line: str) -> Said:
    done = said(list(line))
    assert done.code in {0, 1}, (line, done)
    return done


@pytest.fixture
def place(kept: tuple[Place, KeptHouse]) -> Iterator[Place]:
    """The project, to stand in; whatever a test does there, it leaves as it was."""
    place, house = kept
    with lived_in(house, place.top / "home", place.project):
        before = place.files()
        yield place
        assert place.files() == before


def tried(slot: Slot, words: Sequence[str], place: Place) -> Iterator[tuple[str, Said]]:
    """What the command answers to each of `words`: nothing of the canary, and nothing outside is so much as opened."""
    never = frozenset(path for word in words for path in meant(word, place.project))
    for word in words:
        if slot.option or not word.startswith("-"):
            with watched(place.top, place.project, place.top / "home", never=never) as seen:
                one = said(slot.line(word, place.real))
            assert "7f3a" not in one.out + one.err, (slot.words, word)
            assert seen.seen == [], (slot.words, word)
            yield word, one


def complaint(word: str, one: Said) -> str:
    """What is said in one clear line and a hint; raises AssertionError when it is not refused so."""
    assert one.code not in {0, 1}, (word, one)
    lines = one.err.splitlines()
    assert len(lines) == 2, (word, one)
    assert lines[0].startswith("muster: "), (word, one)
    assert lines[1].strip().startswith("hint: "), (word, one)
    return lines[0]


@pytest.mark.parametrize("slot", of(Takes.NAME))
def test_a_name_that_leads_out_is_refused(slot: Slot, place: Place) -> None:
    """All of the list, by each command that takes a name."""
    words = [word for word in place.led_out() if word.strip() or slot.words not in BLANK_IS_NONE]
    complaints = [complaint(word, one) for word, one in tried(slot, words, place)]
    assert len(complaints) > 80


@pytest.mark.parametrize("slot", [*of(Takes.READ), *of(Takes.WRITTEN), *of(Takes.FOLDER)])
def test_what_is_nobody_s_is_refused_though_a_person_names_it(slot: Slot, place: Place) -> None:
    """The folders of the system, and what is no file name; and that is what the complaint is about."""
    words = [word for word in NOBODYS if word.strip() or slot.words not in BLANK_IS_NONE]
    for word, one in tried(slot, words, place):
        line = complaint(word, one)
        assert "is no f" in line or "lies in a folder of the system" in line, (word, line)


@pytest.mark.parametrize("slot", of(Takes.READ))
def test_a_name_of_another_system_is_no_file_to_be_read(slot: Slot, place: Place) -> None:
    """A home by its sign, a drive, a server, and what is a path only when it is decoded."""
    words = (
        "~root/.ssh/id_rsa",
        "~/x",
        "C:\\x",
        "\\\\server\\share\\x",
        "%2fetc%2fpasswd",
        "%2e%2e/canary.txt",
    )
    assert len([complaint(word, one) for word, one in tried(slot, words, place)]) == len(words)


@pytest.mark.parametrize("slot", of(Takes.WORDS))
def test_words_open_nothing(slot: Slot, place: Place) -> None:
    """All of the list in one text, and a share of it word by word."""
    vectors = place.led_out()
    alone = vectors[ALL.index(slot) % SHARES :: SHARES] if slot.words not in SLOW else []
    assert list(tried(slot, [" ".join(vectors), *alone], place))
