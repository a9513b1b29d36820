"""Every path that leads out, through every command that takes a name: refused, nothing read, nothing written.

The commands are found by walking the tree that click has, and each parameter that takes text is decided upon below: a
new one fails the first test until somebody says what it is.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from muster.presentation.cli.entry import answer
from muster.presentation.cli.group import muster
from tests.fakes.path_vectors import REFUSED

CANARY = "canary-7f3a: nobody may read this"

NAMES: dict[str, list[str]] = {
    "show run": ["show", "{}"],
    "explain fingerprint": ["explain", "{}"],
    "explain run": ["explain", "abcd1234", "--run", "{}"],
    "dismiss fingerprint": ["dismiss", "{}", "--why", "x"],
    "resume run": ["resume", "{}"],
    "cancel run": ["cancel", "{}"],
    "approve run": ["approve", "{}"],
    "deny run": ["deny", "{}"],
    "watch run": ["watch", "{}"],
    "fork run": ["fork", "{}", "--from", "x"],
    "runs steps run": ["runs", "steps", "{}"],
    "runs diff before": ["runs", "diff", "{}", "run-1"],
    "runs diff after": ["runs", "diff", "run-1", "{}"],
    "runs export run": ["runs", "export", "{}"],
    "runs compact run": ["runs", "compact", "{}"],
    "runs delete run": ["runs", "delete", "--yes", "{}"],
    "learned forget run": ["learned", "forget", "{}"],
    "costs run_id": ["costs", "--run", "{}"],
    "workflow run name": ["workflow", "run", "{}"],
    "workflow show name": ["workflow", "show", "{}"],
    "workflow cancel run_id": ["workflow", "cancel", "{}"],
    "workflow resume run_id": ["workflow", "resume", "{}"],
    "checkpoints restore checkpoint": ["checkpoints", "restore", "{}"],
    "checkpoints show checkpoint": ["checkpoints", "show", "{}"],
    "undo which": ["undo", "{}"],
    "memory show key": ["memory", "show", "{}"],
    "memory forget keys": ["memory", "forget", "--yes", "{}"],
    "chat which": ["chat", "--conversation", "{}"],
    "run pattern": ["run", "review it", "--pattern", "{}"],
    "run agents": ["run", "review it", "--agents", "{}"],
    "run since": ["run", "review it", "--since", "{}"],
    "plan pattern": ["plan", "review it", "--pattern", "{}"],
    "plan agents": ["plan", "review it", "--agents", "{}"],
    "plan since": ["plan", "review it", "--since", "{}"],
    "check since": ["check", "--since", "{}"],
    "models show name": ["models", "show", "{}"],
}
"""Names that the house keeps: what they are put for is a run, a finding, a key, an agent, never a file."""

FILES: dict[str, list[str]] = {
    "tokens files": ["tokens", "{}"],
    "compress file": ["compress", "{}", "--ratio", "2"],
    "generate context": ["generate", "write it", "--context", "{}"],
}
"""Files that the user names to be read for a model: his own and the ends of pipes, but none of the system's."""

HIS_RIGHT = frozenset(
    {
        "path", "output", "baseline", "write_baseline", "plan", "check directory", "findings directory",
        "init directory", "runs import file", "memory import file", "memory backup path",
    }
)  # fmt: skip
"""Folders to work in and files to write or read that the user names himself: they may lie anywhere."""

NO_PATHS = frozenset(
    {
        "task", "question", "text", "words", "query", "label", "reason", "why", "system", "language",
        "requirements", "constraints", "inputs", "tags", "model", "models", "reviewer_model", "provider", "providers",
        "needs", "max_input_price", "max_output_price", "gates", "approve_tools", "approve_steps", "step",
        "run key", "prefix",
        "pattern_type", "kind", "since", "costs baseline",
    }
)  # fmt: skip
"""Text that names nothing that is kept: tasks, filters, models, steps within a run that has been found."""

SHARES = 14
"""The whole list through every command would take minutes; each vector goes through two or three of them."""

BLANK_IS_NONE = frozenset({"run pattern", "plan pattern", "costs run_id", "learned forget run"})
"""Where a blank says that nothing is chosen."""

NOBODYS = (
    "/etc/passwd", "/etc", "/proc/self/environ", "/proc/1/root/etc/passwd", "/sys/kernel", "/dev/zero",
    "//etc/passwd", "/./etc/passwd", "/../etc/passwd", "../" * 20 + "etc/passwd", "", " ",
    "\t", "\0", "a\0b", "../\0", "\ud800", "~root/.ssh/id_rsa", "C:\\x", "\\\\server\\share\\x", "%2fetc%2fpasswd",
)  # fmt: skip


def parameters(command: click.Command, context: click.Context, words: str = "") -> Iterator[str]:
    """Every command's every parameter that takes text, as `command parameter`."""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None
            yield from parameters(one, click.Context(one, parent=context), f"{words} {name}".strip())
        return
    closed = (click.Choice, click.types.IntParamType, click.types.FloatParamType)
    for parameter in command.params:
        flag = isinstance(parameter, click.Option) and (parameter.is_flag or parameter.count)
        if not flag and not isinstance(parameter.type, closed):
            yield f"{words} {parameter.name}"


def test_of_every_parameter_it_is_said_whether_it_may_lead_anywhere() -> None:
    """What this test does not know has to be put into one of the tables above."""
    found = set(parameters(muster, click.Context(muster)))
    open_ends = HIS_RIGHT | NO_PATHS
    assert len(found) > 100
    unknown = {
        one for one in found - {*NAMES, *FILES} if one not in open_ends and one.split()[-1] not in open_ends
    }
    assert unknown == set()
    assert {*NAMES, *FILES} - found == set()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project to stand in, with a canary beside it and a link to it."""
    project = tmp_path / "project"
    (project / "a" / "b").mkdir(parents=True)
    (tmp_path / "canary.txt").write_text(CANARY)
    (project / "link.txt").symlink_to("../canary.txt")
    monkeypatch.chdir(project)
    return tmp_path


def files_in(place: Path) -> set[str]:
    """Everything beside what the house keeps for itself."""
    return {str(path.relative_to(place)) for path in place.rglob("*")}


def said(line: list[str], word: str) -> tuple[int, str, str]:
    """The exit code, and what is printed and complained of, when `word` is put into `line`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = answer([word if part == "{}" else part for part in line])
    return code, out.getvalue(), err.getvalue()


def assert_refused(name: str, line: list[str], words: list[str], place: Path) -> None:
    """Each word is refused in one clear line and perhaps a hint; the canary is whole, and nothing is new."""
    before = files_in(place)
    for word in words:
        code, out, err = said(line, word)
        assert "7f3a" not in out + err, (name, word)
        assert code not in {0, 1}, (name, word, out, err)
        lines = err.splitlines()
        assert lines, (name, word)
        assert lines[0].startswith("muster: "), (name, word, err)
        assert len(lines) <= 2, (name, word, err)
    assert (place / "canary.txt").read_text() == CANARY
    assert files_in(place) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_a_way_out_is_refused_by_its_command(name: str, place: Path) -> None:
    """Each command has its share of the list, each vector goes through several commands: all of both are met."""
    vectors = [*REFUSED, "link.txt", str(place / "canary.txt"), "../../project/link.txt"]
    share = [vectors[number] for number in range(list(NAMES).index(name) % SHARES, len(vectors), SHARES)]
    words = [
        word for word in share if not word.startswith("-") and (word.strip() or name not in BLANK_IS_NONE)
    ]
    assert len(words) >= len(vectors) // SHARES - 4
    assert_refused(name, NAMES[name], words, place)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_the_user_s_is_not_read_for_a_model(name: str, place: Path) -> None:
    """Nor one that has no name."""
    assert_refused(name, FILES[name], list(NOBODYS), place)
