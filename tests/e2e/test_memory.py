"""Memory on the command line, from the first lesson to the last one that is forgotten."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from muster import MemoryConfig, UnifiedMemory

from .support import Shell

MAIL = "marta.klein@mail-fabrik.com"


@pytest.fixture
def muster(tmp_path: Path) -> Shell:
    """A command line with a memory of its own."""
    (tmp_path / "work").mkdir()
    return Shell(tmp_path / "work", tmp_path / "data", {"MUSTER_USER": "ann"})


def test_a_lesson_is_kept_found_carried_and_forgotten(muster: Shell) -> None:
    """And is gone from the files then."""
    kept = muster("remember", "--tag", "area=api", f"Five calls a second, says {MAIL}", "--json").json()[
        "pattern"
    ]
    assert (kept["content"], kept["metadata"]) == (
        "Five calls a second, says [REDACTED-EMAIL]",
        {"area": "api"},
    )
    assert muster("recall", "calls").out.splitlines()[0] == f"{kept['id']}  INTERNAL"
    assert muster("memory", "search", "nobody said this").out == "nothing was found\n"
    shown = muster("memory", "show", kept["id"]).out
    assert f"pattern/{kept['id']}\n" in shown
    assert "ann" in shown
    assert muster("memory", "export", "-o", "all.jsonl").code == 0
    refused = muster("memory", "forget", kept["id"])
    assert (refused.code, "1 entry is not forgotten unasked" in refused.err) == (2, True)
    assert muster("memory", "forget", kept["id"], "--yes").out == "1 entry forgotten\n"
    assert muster("recall", "calls").out == "nothing is remembered about that\n"
    files = b"".join(path.read_bytes() for path in muster.data.iterdir() if path.name.startswith("memory.db"))
    assert b"calls a second" not in files
    assert muster("memory", "import", "all.jsonl").out == "1 entry taken in\n"
    assert [one["content"] for one in muster("recall", "calls", "--json").json()["patterns"]] == [
        kept["content"]
    ]
    assert muster("memory", "verify").out == "1 entry read, all as they were stored\n"


def test_a_lesson_is_put_right_by_its_owner(muster: Shell) -> None:
    """Scanned like what is new; others may not, and a text of no change changes nothing."""
    kept = muster("remember", "--tag", "area=api", "Five calls a second", "--json").json()["pattern"]["id"]
    assert muster("memory", "edit", kept, f"Nine, says {MAIL}").out == f"pattern/{kept} edited\n"
    assert muster("memory", "edit", kept, "-", stdin="Nine, says [REDACTED-EMAIL]\n").out.endswith(
        "unchanged\n"
    )
    found = muster("recall", "nine", "--json").json()["patterns"]
    assert [(one["content"], one["metadata"]) for one in found] == [
        ("Nine, says [REDACTED-EMAIL]", {"area": "api"})
    ]
    assert "there is no terminal to edit at" in muster("memory", "edit", kept).error
    assert (
        "'bob', steward, may not" in muster("memory", "edit", kept, "mine", env={"MUSTER_USER": "bob"}).error
    )
    kinds = [one["event"]["type"] for one in muster("audit", "list", "--json").json()["events"]]
    assert kinds == ["memory-store", "security-violation", "memory-store", "permission-denied"]


def test_a_backup_is_made_once_and_loses_what_is_forgotten(muster: Shell) -> None:
    """In the data folder or elsewhere; it can be put in the place of the memory."""
    for text in ("a lighthouse", "a harbour"):
        assert muster("remember", text).code == 0
    assert "2 entries copied to " in muster("memory", "backup").out
    assert muster("memory", "backup", "copy.db", "--json").json()["backup"]["entries"] == 2
    refused = muster("memory", "backup", "copy.db")
    assert (refused.code != 0, "is there already" in refused.err) == (True, True)
    assert muster("memory", "backup", "copy.db", "--force").code == 0
    found = muster("memory", "search", "lighthouse", "--json").json()["hits"][0]["entry"]["key"]
    assert muster("memory", "forget", found, "--yes").out == "1 entry forgotten\n"
    copies = [*(muster.data / "backups").iterdir(), muster.folder / "copy.db"]
    assert len(copies) == 2
    assert [b"lighthouse" in copy.read_bytes() for copy in copies] == [False] * len(copies)
    assert [b"harbour" in copy.read_bytes() for copy in copies] == [True] * len(copies)


def test_findings_are_told_of_folders_that_there_are(muster: Shell) -> None:
    """A name that is misspelt is not a folder without findings; one that is gone still has its own."""
    missing = muster("findings", "nowhere")
    assert (missing.code, "'nowhere' does not exist" in missing.err) == (2, True)
    place = muster.folder / "code"
    place.mkdir()
    assert muster("findings", "code").out.startswith("no finding is remembered in this folder")
    (place / "a.py").write_text("def run(text):\n    return eval(text)\n")
    muster("check", "code", "-q")
    (place / "a.py").unlink()
    place.rmdir()
    assert "S307" in muster("findings", "code").out


def test_a_file_that_was_cut_or_changed_is_taken_in_not_at_all(muster: Shell) -> None:
    """The line is named."""
    for text in ("one", "two", "three"):
        assert muster("remember", text).code == 0
    lines = muster("memory", "export").out.splitlines(keepends=True)
    cases = {
        "cut": ("".join(lines[:-1]), "line 5 is missing: the file was cut off"),
        "changed": ("".join(lines).replace("two", "2"), "line 5 does not prove the lines before it"),
        "no JSON": ("".join([lines[0], "x\n", *lines[2:]]), "line 2 is not JSON"),
        "empty": ("", "line 1 is missing: the file is empty"),
        "another": ("{}\n" + "".join(lines[1:]), "line 1 does not begin an export of memory"),
    }
    assert muster("memory", "forget", "--prefix", "pattern/", "--yes").out == "3 entries forgotten\n"
    for text, said in cases.values():
        answer = muster("memory", "import", "-", stdin=text)
        assert (answer.code, said in answer.err) == (2, True), answer.err
    assert muster("memory", "list").out == "nothing is remembered under these keys\n"


def test_what_is_sensitive_asks_for_a_key_first(muster: Shell) -> None:
    """Then nothing of it is in any file, and the log says who stored and who read it."""
    refused = muster("remember", "The patient in room 4 is called Otto")
    assert (refused.code, "muster keys init" in refused.err) == (4, True)
    assert muster("keys", "init").code == 0
    assert muster("remember", "The patient in room 4 is called Otto").code == 0
    assert "room 4" in muster("recall", "patients in rooms").out
    assert b"Otto" not in b"".join(path.read_bytes() for path in muster.data.rglob("*") if path.is_file())
    exported = muster("memory", "export")
    assert "1 SENSITIVE entry left out" in exported.err
    assert "Otto" not in exported.out
    events = muster("audit", "list", "--json").json()
    kinds = [one["event"]["type"] for one in events["events"]]
    assert kinds[:4] == ["memory-store", "security-violation", "configuration-change", "memory-store"]
    assert kinds.count("memory-retrieve") >= 2
    assert muster("audit", "verify").code == 0


def test_what_cannot_be_opened_hides_nothing_else(muster: Shell) -> None:
    """Without the key it is named, and everything else is listed, found, told and counted."""
    assert muster("keys", "init").code == 0
    assert muster("remember", "The patient in room 4 is called Otto").code == 0
    plain = muster("remember", "Rooms are cleaned at nine", "--json").json()["pattern"]
    (muster.data / "keys.json").rename(muster.data / "elsewhere.json")
    listed = muster("memory", "list", "--prefix", "pattern/")
    assert listed.code == 0
    shown = [line.split() for line in listed.out.splitlines()[1:]]
    assert [words[0] for words in shown] == [
        f"pattern/{plain['id']}",
        next(iter(muster("memory", "list", "--json").json()["closed"])),
    ]
    assert shown[0][1] == plain["classification"] == "INTERNAL"
    assert "cannot be opened: the key" in listed.out
    for words in ((), ("rooms",)):
        found = muster("recall", *words, "--json")
        assert [one["id"] for one in found.json()["patterns"]] == [plain["id"]]
        assert "the key" in found.err
    assert muster("memory", "stats", "--json").json()["memory"]["long_term"]["entries"] == 2


def test_a_long_lesson_is_shown_by_its_beginning(muster: Shell) -> None:
    """Whole where it is asked for."""
    said = muster("remember", "-", stdin="\n".join(f"line {number}" for number in range(1, 101)))
    lines = said.out.splitlines()
    assert (lines[1], lines[20]) == ("  line 1", "  line 20")
    assert lines[21] == f"  … 80 more lines: muster memory show {lines[0].split()[0]}"
    assert "line 100" in muster("memory", "show", lines[0].split()[0]).out


def test_stats_tell_what_is_under_way(muster: Shell) -> None:
    """Queues that hold a task, and sessions that have a member."""

    async def work() -> None:
        async with UnifiedMemory("ann", MemoryConfig(data_dir=muster.data)) as memory:
            for number in range(3):
                await memory.queue("pages").push(number)
            assert await memory.queue("pages").take() is not None
            await memory.sessions.open("review", "ann")

    asyncio.run(work())
    told = muster("memory", "stats")
    assert told.out.splitlines()[-2:] == ["queue pages: 2 waiting, 1 under way", "1 session"]
    status = muster("memory", "stats", "--json").json()["memory"]
    assert (status["queues"], status["sessions"]) == ({"pages": {"waiting": 2, "under_way": 1}}, 1)


def test_memory_in_a_folder_of_files_is_the_same_to_its_user(tmp_path: Path) -> None:
    """And people can read what is not sensitive in it."""
    (tmp_path / "work").mkdir()
    muster = Shell(tmp_path / "work", tmp_path / "data", {"MUSTER_MEMORY": "json"})
    kept = muster("remember", "Five calls a second", "--json").json()["pattern"]
    assert muster("recall", "calls").out.splitlines()[0] == f"{kept['id']}  INTERNAL"
    texts = [path.read_text() for path in (muster.data / "memory").rglob("*.json")]
    assert [text for text in texts if "Five calls a second" in text]
    assert "json: 1 entry" in muster("memory", "stats").out
    assert not (muster.data / "memory.db").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("remember", " "), "the content of a pattern is blank"),
        (("remember", "x", "--type", "Two words"), "is not a word of a-z"),
        (("remember", "x", "--tag", "nothing"), "tag 'nothing' has no name"),
        (("remember", "x", "--class", "secret"), "'secret' is not known"),
        (("recall", "x", "--limit", "0"), "limit 0 finds nothing"),
        (("memory", "search", " "), "there is nothing to search for"),
        (("memory", "forget"), "say which entries"),
        (("memory", "show", "../../etc/passwd"), "../../etc/passwd"),
    ],
)
def test_what_cannot_be_done_is_said_and_how_to_ask(muster: Shell, args: tuple[str, ...], said: str) -> None:
    """In one line, with a hint; nothing is kept."""
    answer = muster(*args)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert "hint: " in answer.err
    assert json.loads(muster("memory", "stats", "--json").out)["memory"]["long_term"]["entries"] == 0
