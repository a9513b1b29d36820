"""Agents of one's own, in YAML."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from muster.domain.agents.capability import Capability
from muster.domain.agents.template import AgentTemplate
from muster.domain.errors import ConfigurationError
from muster.domain.models.tier import ModelTier
from muster.infrastructure.config.agent_folder import AgentFolder
from tests.fakes.builders import template
from tests.fakes.unprivileged import as_nobody, open_folder

TOOLS = frozenset({"ruff", "secrets"})
BUILTIN = (template("reviewer", Capability.CODE_REVIEW), template("critic", Capability.CRITIQUE))
MINE = """\
id: style-guard
role: Style guard
purpose: holds our own rules
capabilities: [code_review, documentation]
tools:
  - ruff
instructions: |
  Look at names.
  Nothing else.
"""


def load(folder: Path, text: str | bytes, name: str = "mine.yaml") -> tuple[AgentTemplate, ...]:
    """The catalogue with one file in its folder."""
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return AgentFolder(BUILTIN, folder, TOOLS).templates()


def test_without_a_folder_there_are_the_built_in_agents() -> None:
    """As they are given."""
    assert AgentFolder(BUILTIN, None, TOOLS).templates() == BUILTIN


def test_an_agent_of_ones_own_comes_after_the_built_in_ones(tmp_path: Path) -> None:
    """With the template's defaults for what it leaves out."""
    assert load(tmp_path, MINE) == (
        *BUILTIN,
        AgentTemplate(
            "style-guard", "Style guard", "holds our own rules",
            frozenset({Capability.CODE_REVIEW, Capability.DOCUMENTATION}),
            ModelTier.CAPABLE, ("ruff",), "Look at names.\nNothing else.",
        ),
    )  # fmt: skip


def test_a_file_may_hold_several_agents_or_none(tmp_path: Path) -> None:
    """A list, an empty file, only a comment; other files are not looked at."""
    one = "id: agent-{}, role: R, purpose: p, capabilities: [planning], instructions: i"
    more = "tier: premium, needs_judgement: true, max_iterations: 3"
    listed = "".join(f"- {{{one.format(number)}, {more}}}\n" for number in (1, 2))
    (tmp_path / "a.yml").write_text("")
    (tmp_path / "b.yaml").write_text("# nobody yet\n")
    (tmp_path / "notes.txt").write_text("id: [")
    (tmp_path / ".hidden.yaml").write_text("id: [")
    agents = load(tmp_path, listed)[2:]
    assert [agent.id for agent in agents] == ["agent-1", "agent-2"]
    assert (agents[0].tier, agents[0].needs_judgement, agents[0].max_iterations) == (
        ModelTier.PREMIUM,
        True,
        3,
    )


def test_the_later_of_one_id_wins_in_the_place_of_the_first(tmp_path: Path) -> None:
    """A file replaces a built-in agent, a later file an earlier one."""
    (tmp_path / "a.yaml").write_text(MINE.replace("style-guard", "reviewer"))
    agents = load(
        tmp_path, MINE.replace("style-guard", "reviewer").replace("Style guard", "The last"), "b.yaml"
    )
    assert [agent.id for agent in agents] == ["reviewer", "critic"]
    assert agents[0].role == "The last"
    assert agents[1] == replace(BUILTIN[1])


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "hint"),
    [
        ("  - ruff", "  - secrets\n  - rufff", 7, "tools: unknown tool 'rufff'", "did you mean ruff?"),
        ("documentation]", "documentaton]", 4, "capabilities: unknown capability 'documentaton'",
         "did you mean documentation"),
        ("role:", "tier: cheapest\nrole:", 2, "tier: unknown tier 'cheapest'", "did you mean cheap"),
        ("role:", "roles:", 2, "roles: unknown key 'roles'", "did you mean role"),
        ("role: Style guard\n", "", 1, "role: is missing", "an agent needs id, role, purpose"),
        ("style-guard", "Style Guard", 1, "id: cannot be 'Style Guard'", "see 'muster agents'"),
        ("role: Style guard", "role: '  '", 2, "role: cannot be", "see 'muster agents'"),
        ("role: Style guard", "role: yes", 2, "role: cannot be True", "see 'muster agents'"),
        ("[code_review, documentation]", "[]", 4, "capabilities: cannot be", "see 'muster agents'"),
        ("[code_review, documentation]", "code_review", 4, "capabilities: cannot be 'code_review'", "see"),
        ("role:", "max_iterations: 0\nrole:", 2, "max_iterations: cannot be 0", "see 'muster agents'"),
        ("role:", "id: again\nrole:", 2, "id: is there twice", "keep one of them"),
        ("role:", "role: [\n", 4, "not valid YAML: ", "check indentation"),
        ("role:", "  role:", 2, "not valid YAML: ", "check indentation"),
        ("role: Style guard", "role: &a x\npurpose: *a", 3, "aliases (*name) are not supported", "write"),
        ("role: Style guard", "role: !!python/object:os.system x", 2, "not valid YAML: ", "check"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, message: str, hint: str
) -> None:
    """In one sentence, with what would be right."""
    assert old in MINE
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, MINE.replace(old, new, 1))
    assert caught.value.message.startswith(f"{tmp_path / 'mine.yaml'}:{line}: {message}")
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"just words", "1: not an agent"),
        (b"- id: a\n  <<: 3\n", "2: not valid YAML"),
        (b"- 3\n", "1: not an agent"),
        (b"a: 1\n---\nb: 2\n", "2: not valid YAML"),
        ("id: für".encode("latin-1"), "1: not UTF-8 text"),
        (b"id: \x07", "1: not valid YAML"),
        (b"[" * 5000, "1: nested too deeply"),
        (b"? [a]\n: b\n", "1: a key is not a plain word"),
        (b"#" * 300_000, "1: cannot be read: it is larger than 256 kB"),
        (b"id: 2024-99-99\n", "1: "),
    ],
)
def test_a_file_that_is_no_agent_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    """Never a traceback, whatever is in it."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, content)
    assert caught.value.message.startswith(f"{tmp_path / 'mine.yaml'}:{message}")


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """With the setting that names it."""
    with pytest.raises(ConfigurationError, match="missing' cannot be read") as caught:
        AgentFolder(BUILTIN, tmp_path / "missing", TOOLS).templates()
    assert caught.value.hint == "check the setting agents_dir"


def test_a_file_that_may_not_be_read_is_named() -> None:
    """Its agents are not silently left out."""
    with open_folder() as folder:
        (folder / "mine.yaml").write_text(MINE)
        (folder / "mine.yaml").chmod(0)
        with as_nobody(), pytest.raises(ConfigurationError, match=r"mine\.yaml:1: cannot be read"):
            AgentFolder(BUILTIN, folder, TOOLS).templates()


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("style-guard", "reviewer", 1, "id: a project cannot replace the built-in agent 'reviewer'"),
        ("role:", "tier: premium\nrole:", 2, "tier: a project's agent cannot be premium"),
        ("role:", "max_iterations: 9\nrole:", 2,
         "max_iterations: a project's agent has at most 8 rounds, not 9"),
    ],
)  # fmt: skip
def test_a_project_s_agents_neither_replace_ours_nor_spend_more(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    """A folder that the user named may do all of it."""
    (tmp_path / "mine.yaml").write_text(MINE.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        AgentFolder(BUILTIN, tmp_path, TOOLS, project=tmp_path).templates()
    assert caught.value.message == f"{tmp_path / 'mine.yaml'}:{line}: {message}"
    assert caught.value.hint.startswith("set agents_dir in your own settings")
    assert AgentFolder(BUILTIN, tmp_path, TOOLS).templates()


def test_a_project_may_add_agents_within_bounds(tmp_path: Path) -> None:
    """At the cheap and the capable tier, with as many rounds as any; a later file still replaces an earlier one."""
    (tmp_path / "a.yaml").write_text(MINE)
    (tmp_path / "b.yaml").write_text(MINE + "tier: cheap\nmax_iterations: 8\n")
    agents = AgentFolder(BUILTIN, tmp_path, TOOLS, project=tmp_path).templates()
    assert [(agent.id, agent.tier) for agent in agents[2:]] == [("style-guard", ModelTier.CHEAP)]


def test_a_file_that_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    """Whoever named the folder: a pipe would be waited for without end."""
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(ConfigurationError, match=r"a\.yaml:1: cannot be read: it is not a regular file"):
        AgentFolder(BUILTIN, tmp_path, TOOLS).templates()
    (tmp_path / "a.yaml").unlink()
    (tmp_path / "a.yaml").symlink_to("/dev/zero")
    with pytest.raises(ConfigurationError, match="it is not a regular file"):
        AgentFolder(BUILTIN, tmp_path, TOOLS).templates()


def test_a_project_s_agents_lie_inside_it_and_links_inside_are_followed(tmp_path: Path) -> None:
    """What lies outside could be quoted in a message; the user's own folder may link to wherever it likes."""
    project, folder = tmp_path / "project", tmp_path / "project" / "agents"
    folder.mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(MINE)
    (folder / "a.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(ConfigurationError, match="it is a link that leads out of the project"):
        AgentFolder(BUILTIN, folder, TOOLS, project=project).templates()
    assert len(AgentFolder(BUILTIN, folder, TOOLS).templates()) == 3
    (folder / "a.yaml").unlink()
    (project / "inside.yaml").write_text(MINE)
    (folder / "a.yaml").symlink_to(project / "inside.yaml")
    assert len(AgentFolder(BUILTIN, folder, TOOLS, project=project).templates()) == 3
