"""What agents look up, and what is compared with it, holds no secret."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from muster.application.services.agent_tools import AgentTools
from muster.application.services.document_cache import DocumentCache
from muster.application.services.evidence_desk import EvidenceDesk
from muster.application.services.quoting import still_says
from muster.application.services.run_files import RunFiles
from muster.domain.errors import WorkspaceError
from muster.infrastructure.evidence.secret_masker import RuleMasker
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.clock import FakeClock
from tests.unit.infrastructure.evidence.test_secrets import made_up

KEY = [made_up(64 - n) for n in range(20)]
HEAD, END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"


@pytest.fixture
async def tools(tmp_path: Path) -> AgentTools:
    """Tools on a project with a private key, and with a password in a very long line."""
    (tmp_path / "a.pem").write_text("\n".join([HEAD, *KEY, END, ""]))
    (tmp_path / "b.js").write_text(f"f({{token: '{KEY[0]}'}});" + "g();" * 1000 + "\n")
    workspace = FilesystemWorkspace(FakeClock())
    snapshot = await workspace.scan(str(tmp_path))
    desk = EvidenceDesk({}, snapshot, frozenset(), RuleMasker())
    files = RunFiles(workspace, snapshot, RuleMasker(), DocumentCache(FakeClock()))
    return AgentTools(desk, [], files, RuleMasker())


async def test_a_part_of_a_private_key_is_masked_without_its_beginning(tools: AgentTools) -> None:
    """Read or searched for; lines keep their numbers."""
    part = await tools.read("a.pem", first=20, count=3)
    assert (part["lines"], part["total"]) == (["****", "****", END], 23)
    found = await tools.search([KEY[3], "END"])
    assert [(match["place"], match["text"]) for match in found["matches"]] == [
        ("a.pem:5", "****"),
        ("a.pem:22", END),
    ]


async def test_a_long_line_is_masked_once_it_is_cut(tools: AgentTools) -> None:
    """Where it is data, a name tells nothing."""
    (match,) = (await tools.search(["token"]))["matches"]
    assert match["text"].startswith("f({token: '****'});g();")


def test_a_line_is_compared_as_it_is_shown() -> None:
    """Masked or not when it was quoted, cut or whole; a line that no longer holds a secret is another one."""
    masker, line = RuleMasker(), f"  token = '{KEY[0]}'  # of the shop"
    assert still_says(line, "token = '****'  # of the shop", masker, "a.py")
    assert still_says(line, line.strip(), masker, "a.py")
    assert still_says(line, "token = '****'", masker, "a.py")
    assert not still_says("token = read()", "token = '****'", masker, "a.py")
    long = line.strip() + "x" * 2000
    assert still_says(long, masker.mask(long[:200], "a.py"), masker, "a.py")


async def test_a_file_that_is_not_in_the_snapshot_is_not_read(tmp_path: Path) -> None:
    """Ignored and excluded files, and those of git, are nobody's business: a model may ask, and is told no."""
    (tmp_path / "app.py").write_text("x = 1\n")
    (tmp_path / ".env").write_text("A_PASSWORD=nobody-should-read-this\n")
    (tmp_path / ".gitignore").write_text(".env\n")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "pay.txt").write_text("salaries\n")
    await anyio.run_process(["git", "init", "-q", str(tmp_path)])
    workspace = FilesystemWorkspace(FakeClock(), ("private/",))
    snapshot = await workspace.scan(str(tmp_path))
    files = RunFiles(workspace, snapshot, RuleMasker(), DocumentCache(FakeClock()))
    desk = EvidenceDesk({}, snapshot, frozenset(), RuleMasker())
    tools = AgentTools(desk, [], files, RuleMasker())

    assert (await tools.read("./app.py"))["lines"] == ["x = 1", ""]
    for path in (".env", "private/pay.txt", ".git/config", "../project/app.py", str(tmp_path / "app.py")):
        with pytest.raises(
            WorkspaceError, match=r"is not among the files of this run|leads outside|is not relative"
        ):
            await tools.read(path)
