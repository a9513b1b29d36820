"""Write docs/reference.md from the code: settings, gates, patterns, agents, tools, formats."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic_core import PydanticUndefined

from muster.application.orchestrators.patterns import ARITIES, PATTERNS
from muster.domain.agents.roster import ROSTER
from muster.domain.orchestration.gates import KINDS
from muster.domain.workflows.checking import Names
from muster.infrastructure.config.settings import Settings
from muster.infrastructure.config.workflow_folder import WorkflowFolder
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.catalogue import all_tools
from muster.infrastructure.evidence.process import ToolRunner
from muster.infrastructure.workflows import BUILT_IN
from muster.presentation.reports import FORMATS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "reference.md"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join(str(cell).replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def settings() -> str:
    """Each setting with its default and what it takes."""
    rows = [
        (f"`{name}`", _default(name, field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]
    return table(("setting", "default", "what it is"), rows)


def _default(name: str, value: object) -> str:
    if name == "data_dir":
        return "the user's data folder"
    return "none" if value in {None, ()} or value is PydanticUndefined else f"`{value}`"


def tools() -> str:
    """Each evidence tool with the categories and languages that it speaks about."""
    rows = []
    for tool in all_tools(ToolRunner(), EvidenceCache(None)):
        about = tool.profile
        categories = ", ".join(sorted(about.categories)) or "none"
        languages = ", ".join(sorted(filter(None, about.languages))) or "any text"
        rows.append((f"`{about.name}`", about.title, categories, languages))
    return table(("tool", "what it looks at", "categories", "languages"), rows)


def agents() -> str:
    """Each built-in agent with what it can do and its tools."""
    rows = [
        (
            f"`{agent.id}`",
            agent.purpose,
            ", ".join(sorted(capability.words for capability in agent.capabilities)),
            ", ".join(f"`{tool}`" for tool in agent.tools) or "none",
            "yes" if agent.needs_judgement else "no",
        )
        for agent in ROSTER
    ]
    return table(("agent", "what it does", "capability", "tools", "needs a language model"), rows)


def options() -> str:
    """What can be set for each pattern."""
    rows = [
        (
            f"`{pattern.name}`",
            f"`{name}`",
            f"`{field.default}`" if field.default != "" else "empty",
            field.description,
        )
        for pattern in PATTERNS.values()
        if hasattr(pattern, "options")
        for name, field in type(pattern.options).model_fields.items()
    ]
    return table(("pattern", "option", "default", "what it is"), rows)


def workflows() -> str:
    """Each built-in workflow with its stages."""
    tools = frozenset(tool.profile.name for tool in all_tools(ToolRunner(), EvidenceCache(None)))
    names = Names(frozenset(agent.id for agent in ROSTER), ARITIES, tools)
    rows = [
        (f"`{flow.name}`", flow.purpose, " → ".join(f"`{stage.id}`" for stage in flow.stages))
        for flow in WorkflowFolder(BUILT_IN, None, names).workflows()
    ]
    return table(("workflow", "what it does", "stages"), rows)


def text() -> str:
    """The whole page."""
    gates = [
        (
            f"`{kind.name}`",
            kind.purpose,
            f"{kind.direction.value} threshold {kind.unit}".strip(),
            f"`{kind.measure}`",
        )
        for kind in KINDS.values()
    ]
    patterns = [(f"`{p.name}`", p.purpose, f"{p.arity.least}–{p.arity.most}") for p in PATTERNS.values()]
    formats = [(f"`{name}`", kind.purpose) for name, kind in FORMATS.items()]
    formats.append(("`yaml`", "plans alone: people edit it, `muster run --plan` runs it"))
    parts = [
        "# Reference",
        "Made by `scripts/reference.py` from the code; a test holds the two equal.",
        "## Settings",
        "Flag > `MUSTER_…` in the environment > `muster.toml` or `[tool.muster]` in the folder > the user's "
        "`muster.toml` > default. `muster doctor` says where each value came from.",
        settings(),
        "## Gates",
        table(("gate", "what is measured", "passes at", "measure"), gates),
        "## Patterns",
        table(("pattern", "meaning", "agents"), patterns),
        "Options stand in the `composition` of a saved plan:",
        options(),
        "## Workflows",
        workflows(),
        "## Agents",
        agents(),
        "## Evidence tools",
        tools(),
        "## Report formats",
        table(("format", "for"), formats),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"wrote {TARGET.name}\n")
