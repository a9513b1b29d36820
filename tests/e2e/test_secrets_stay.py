"""A secret that stands in a file is in nothing that Muster keeps or shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.infrastructure.evidence.test_secrets import made_up

from .support import Shell

VALUE = made_up(40)
CODE = f'''\
"""Keys."""


def connect() -> None:
    """Forget the key."""
    aws_secret_access_key = "{VALUE}"
'''


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Somebody whose project has a key in its code and another in its environment file."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "keys.py").write_text(CODE)
    (folder / ".env").write_text(f"DEBUG=1\nSTRIPE_API_KEY=sk_live_{VALUE}\n")
    return Shell(folder, tmp_path / "data")


def kept(shell: Shell, *names: str) -> bytes:
    """All bytes of the files in the data folder, or of those that begin with one of `names`."""
    files = [file for file in shell.data.rglob("*") if file.is_file()]
    return b"".join(file.read_bytes() for file in files if not names or file.name.startswith(names))


def test_another_tool_s_finding_on_its_line_tells_it_nowhere(shell: Shell) -> None:
    """With one agent whose tools know nothing of secrets: in the run, shown again, explained, or in the journal."""
    ran = shell("run", "review keys.py", "--agents", "code-reviewer", "--json", "-q")
    (unused,) = [finding for finding in ran.findings if finding["rule"] == "F841"]
    assert unused["quote"] == 'aws_secret_access_key = "****"'

    shown = shell("show", "--json")
    explained = shell("explain", unused["fingerprint"], "--json")
    said = [ran.out, shown.out, explained.out, shell("show").out, shell("explain", unused["fingerprint"]).out]
    assert not any(VALUE[:12] in text for text in said)
    assert VALUE[:12].encode() not in kept(shell, "runs.db", "memory.db")

    explanation = explained.json()["explanation"]
    assert explanation["still_there"] is True
    assert [6, '    aws_secret_access_key = "****"'] in [list(line) for line in explanation["context"]]


def test_what_is_looked_up_tells_it_nowhere(shell: Shell) -> None:
    """The line is found by its name, and shown without the value."""
    ran = shell("run", "where is STRIPE_API_KEY configured", "--agents", "researcher", "--json", "-q")
    text = json.dumps(ran.json())
    assert "STRIPE_API_KEY=****" in text
    assert VALUE[:12] not in text + ran.err + shell("show").out
    assert VALUE[:12].encode() not in kept(shell)
