"""`init` and `completion`."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from muster.infrastructure.config.loader import load_settings
from muster.infrastructure.config.settings import USERS_OWN, Settings

from .conftest import Muster


def test_init_writes_a_file_that_changes_nothing(muster: Muster, tmp_path: Path) -> None:
    """Everything in it is commented out."""
    answer = muster("init")

    assert (answer.code, answer.out) == (0, "")
    assert tomllib.loads((tmp_path / "muster.toml").read_text()) == {}
    assert answer.err == f"muster: wrote {(tmp_path / 'muster.toml').stat().st_size:,} bytes to muster.toml\n"


def test_every_setting_is_in_it_and_every_line_of_it_holds(muster: Muster, tmp_path: Path) -> None:
    """Taking the comment marks off gives settings that load; where data are kept is for the user to say."""
    muster("init")
    text = (tmp_path / "muster.toml").read_text()
    live = [
        line.removeprefix("# ")
        for line in text.splitlines()
        if line.startswith("# [")
        or (line.startswith("# ") and line[2:].split(" = ")[0].isidentifier() and " = " in line)
    ]
    (tmp_path / "muster.toml").write_text("\n".join(live))

    loaded = load_settings(tmp_path, {}, {"HOME": str(tmp_path)})

    assert set(tomllib.loads("\n".join(live))) == set(Settings.model_fields) - USERS_OWN
    assert all(name in text for name in USERS_OWN)
    assert loaded.values.model == "offline/evidence"
    assert loaded.values.gates == {"critical": 0, "coverage": 80}


def test_init_never_replaces_a_file_unasked(muster: Muster, tmp_path: Path) -> None:
    """Not even a dangling link; --force is how to ask."""
    (tmp_path / "muster.toml").write_text("max_concurrency = 2\n")

    refused = muster("init")

    assert refused.code == 2
    assert refused.err == "muster: 'muster.toml' is there already\nhint: --force replaces it\n"
    assert (tmp_path / "muster.toml").read_text() == "max_concurrency = 2\n"
    assert muster("init", "--force").code == 0
    assert (tmp_path / "muster.toml").read_text().startswith("# Settings of Muster")


def test_init_wants_a_folder(muster: Muster) -> None:
    """It makes none."""
    answer = muster("init", "nowhere")

    assert answer.code == 2
    assert answer.err.startswith("muster: 'nowhere' is not a folder\nhint: ")


@pytest.mark.parametrize(
    ("shell", "words"),
    [("bash", "complete -o nosort -F"), ("zsh", "#compdef muster"), ("fish", "complete --no-files")],
)
def test_completion_prints_the_script(shell: str, words: str, muster: Muster) -> None:
    """And nothing else."""
    answer = muster("completion", shell)

    assert (answer.code, answer.err) == (0, "")
    assert words in answer.out
    assert "_MUSTER_COMPLETE" in answer.out


def test_completion_takes_the_shell_in_use(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown one is said to be unclear."""
    monkeypatch.setenv("SHELL", "/usr/bin/zsh")
    assert muster("completion").out.startswith("#compdef muster")

    monkeypatch.setenv("SHELL", "/bin/nush")
    answer = muster("completion")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines()[1] == "hint: name one: muster completion bash|zsh|fish"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("muster r", ["plain,run", "plain,resume", "plain,runs", "plain,remember", "plain,recall"]),
        ("muster check --mo", ["plain,--mode", "plain,--model"]),
        ("muster check --mode d", ["plain,daily"]),
    ],
)
def test_the_shell_gets_commands_options_and_choices(
    words: str, expected: list[str], muster: Muster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the script in the shell asks for them."""
    monkeypatch.setenv("_MUSTER_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))

    answer = muster()

    assert (answer.code, answer.out.split()) == (0, expected)
    assert os.environ["COMP_WORDS"] == words
