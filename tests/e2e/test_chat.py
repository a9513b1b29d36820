"""A conversation at a real terminal, in processes of its own: streaming, Ctrl-C, and worse."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from muster.domain.chat.conversation import Conversation
from muster.domain.errors import ErrorKind
from muster.infrastructure.conversations.sqlite_store import SqliteConversationStore
from tests.fakes.processes import ROOT

PATIENCE = 10.0
CTRL_C, CTRL_D = "\x03", "\x04"


def command(data: Path, *args: str) -> list[str]:
    """The program of `chat_program` with these arguments."""
    return [sys.executable, "-m", "tests.e2e.chat_program", str(data), *args]


def take_terminal() -> None:
    """Make stdin the terminal that sends its signals here."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """Somebody who types, and reads what appears."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self._master = master
        self.seen = ""

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._master, text.encode())

    def read_until(self, wanted: str, times: int = 1) -> None:
        """Wait for `wanted` to have appeared so often; fails when it does not come in time."""
        deadline = time.monotonic() + PATIENCE
        while self.seen.count(wanted) < times:
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"{wanted!r} did not appear in {self.seen!r}")

    def end(self) -> int:
        """Wait for the end of the program; its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline - time.monotonic()):
            pass
        return self.process.wait(max(deadline - time.monotonic(), 0.1))

    def interrupted(self) -> int:
        """The exit code after Ctrl-C, pressed again when readline, about to wait, did not hear it."""
        for _ in range(20):
            self.type(CTRL_C)
            deadline = time.monotonic() + 1.0
            while self._read(deadline - time.monotonic()):
                pass
            if self.process.poll() is not None:
                break
        return self.end()

    def _read(self, seconds: float) -> bool:
        if seconds <= 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            piece = os.read(self._master, 4096)
        except OSError:  # the other end is closed
            return False
        self.seen += piece.decode(errors="replace")
        return bool(piece)


@contextmanager
def terminal(data: Path, *args: str) -> Iterator[Terminal]:
    """The program at a terminal of its own."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command(data, "chat", *args),
        cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 - no other thread is at work
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)


def kept(data: Path) -> Conversation:
    """The last conversation on the disk."""
    store = SqliteConversationStore(data)

    async def last() -> Conversation | None:
        return await store.load((await store.list(1))[0].id)

    try:
        found = asyncio.run(last())
    finally:
        store.close()
    assert found is not None
    return found


def said(conversation: Conversation) -> list[str]:
    """Its messages."""
    return [entry.message.content for entry in conversation.entries]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where conversations are kept."""
    return tmp_path / "data" / "conversations.db"


def test_ctrl_c_ends_an_answer_and_not_the_conversation(data: Path) -> None:
    """What was said so far had appeared and is kept; the next question is answered; Ctrl-D leaves with 0."""
    with terminal(data) as screen:
        screen.read_until("> ")
        screen.type("wait\n")
        screen.read_until("One moment")
        screen.type(CTRL_C)
        screen.read_until("muster: cancelled")
        screen.type("and now?\n")
        screen.read_until("You said: and now?")
        screen.read_until("> ", 3)
        screen.type(CTRL_D)
        assert screen.end() == 0
    assert "muster chat --continue" in screen.seen
    conversation = kept(data)
    assert said(conversation) == ["wait", "One moment", "and now?", "You said: and now?"]
    assert [entry.kind for entry in conversation.entries] == [None, ErrorKind.CANCELLED, None, None]
    assert conversation.entries[1].usage.output > 0


def test_ctrl_c_at_the_prompt_leaves(data: Path) -> None:
    """With the exit code of an interruption, and the way back."""
    with terminal(data) as screen:
        screen.read_until("> ")
        screen.type("hello\n")
        screen.read_until("> ", 2)
        assert screen.interrupted() == 130
    assert f"muster chat --conversation {kept(data).id}" in screen.seen
    assert "Traceback" not in screen.seen


def test_a_second_ctrl_c_leaves_at_once(data: Path) -> None:
    """Also when the model does not listen to the first; the question is kept."""
    with terminal(data) as screen:
        screen.read_until("> ")
        screen.type("stubborn\n")
        screen.read_until("Never")
        screen.type(CTRL_C)
        time.sleep(0.2)
        began = time.monotonic()
        screen.type(CTRL_C)
        assert screen.end() == 130
        assert time.monotonic() - began < 2
    assert "is kept" in screen.seen
    assert said(kept(data)) == ["stubborn"]


def test_errors_at_a_terminal_are_told_and_the_conversation_goes_on(data: Path) -> None:
    """A slip of the pen is no reason to leave."""
    with terminal(data) as screen:
        screen.read_until("> ")
        screen.type("/model nobody\n/nonsense\n/undo\nhello\n")
        screen.read_until("You said: hello")
        screen.type("/quit\n")
        assert screen.end() == 0
    for expected in ("unknown model 'nobody'", "unknown command '/nonsense'", "nothing to undo"):
        assert expected in screen.seen


@pytest.mark.slow
def test_after_a_kill_the_question_is_there_and_is_asked_again(data: Path) -> None:
    """Nobody could say good-bye."""
    with terminal(data) as screen:
        screen.read_until("> ")
        screen.type("please wait\n")
        screen.read_until("One moment")
        screen.process.kill()
        screen.end()
    assert said(kept(data)) == ["please wait"]
    again = subprocess.run(
        command(data, "chat", "--continue"), cwd=ROOT, input=b"go on\n", capture_output=True, check=True
    )
    assert again.stdout.decode() == "You said: please wait\n\ngo on\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_pipe_is_left_at_the_first_signal(data: Path, number: signal.Signals) -> None:
    """Nobody is there to go on; what was said is kept, and the lines that follow are not sent."""
    process = subprocess.Popen(
        command(data, "chat"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(b"wait\nnever sent\n")
    process.stdin.flush()
    assert process.stderr is not None
    assert process.stderr.readline() == b"waiting\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, b"")
    assert b"hint: muster chat --conversation chat-" in err
    assert said(kept(data)) == ["wait", "One moment"]


def test_an_interrupted_ask_shows_what_has_come(data: Path) -> None:
    """On stdout, as if it had been all; then 130."""
    process = subprocess.Popen(
        command(data, "ask", "wait", "--models", "fake"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == b"waiting\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert b"One moment\n(the answer was cancelled)" in out
    assert b"cancelled" in out.splitlines()[-1]
