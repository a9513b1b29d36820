"""What our documents show is what happens."""

from __future__ import annotations

import ast
import asyncio
import inspect
import shutil
import types
from pathlib import Path

import pytest

from tests.e2e.documents import ROOT, Block, blocks

snippets = blocks("python")


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example project with a folder src/auth, as the current folder."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "parcels", folder)
    (folder / "src" / "auth").mkdir(parents=True)
    (folder / "src" / "auth" / "login.py").write_text("def check(given):\n    return eval(given)\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path / "data"))
    return folder


def test_there_are_snippets_to_run() -> None:
    """The reader of documents is not blind."""
    assert {block.document for block in snippets} >= {"README.md", "embedding.md"}


@pytest.mark.parametrize("block", snippets, ids=str)
def test_every_python_snippet_runs(block: Block, workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it stands in the document, in a fresh namespace; and it prints something."""
    code = compile(block.text, str(block), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    module = types.ModuleType("snippet")
    if code.co_flags & inspect.CO_COROUTINE:
        function = types.FunctionType(code, module.__dict__)
        asyncio.run(function())
    else:
        exec(code, module.__dict__)
    assert capsys.readouterr().out.strip()
