"""Agents from the built-in roster and from a folder of YAML files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from ...domain.agents.capability import Capability
from ...domain.agents.template import AgentTemplate
from ...domain.errors import ConfigurationError, UnknownName
from ...domain.models.tier import ModelTier
from ...domain.ports.agent_catalog import AgentCatalog
from .yaml_entries import Entry, read_entries

SUFFIXES = {".yaml", ".yml"}
ROUNDS = 8
"""Rounds of model calls unless an agent says otherwise."""
OWN = "set agents_dir in your own settings, or MUSTER_AGENTS_DIR, to trust these agents as your own"


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1)]


class AgentEntry(BaseModel):
    """One agent as it is written in a file; what it leaves out has the template's default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)
    role: Text
    purpose: Text
    capabilities: frozenset[Capability] = Field(min_length=1)
    instructions: Text
    tier: ModelTier = ModelTier.CAPABLE
    tools: tuple[str, ...] = ()
    needs_judgement: StrictBool = False
    max_iterations: StrictInt = Field(ROUNDS, ge=1, le=64)

    def template(self) -> AgentTemplate:
        """The agent as the domain knows it."""
        return AgentTemplate(
            id=self.id,
            role=self.role,
            purpose=self.purpose,
            capabilities=self.capabilities,
            tier=self.tier,
            tools=tuple(dict.fromkeys(self.tools)),
            instructions=self.instructions,
            needs_judgement=self.needs_judgement,
            max_iterations=self.max_iterations,
        )


class AgentFolder(AgentCatalog):
    """The built-in agents in their order, then those of the folder by file name; the later of one id wins.

    A file (`*.yaml`, `*.yml`) is one agent, or a list of agents. `tools` are the names that may be held. `project`
    is the folder of a project that named the agents by its own word: such agents replace no built-in one, take no
    tier above `capable`, no more rounds than the default, and no link leads their files out of the project.
    """

    def __init__(
        self,
        builtin: Iterable[AgentTemplate],
        folder: Path | None,
        tools: frozenset[str],
        project: Path | None = None,
    ) -> None:
        self._builtin = tuple(builtin)
        self._folder = folder
        self._tools = tools
        self._project = project
        self._taken = frozenset(template.id for template in self._builtin)

    def templates(self) -> tuple[AgentTemplate, ...]:
        """Every agent once; the files are read anew each time."""
        found = {template.id: template for template in self._builtin}
        for path in self._files():
            for entry in read_entries(path, within=self._project):
                template = self._template(entry)
                found[template.id] = template
        return tuple(found.values())

    def _files(self) -> list[Path]:
        if self._folder is None:
            return []
        try:
            paths = sorted(self._folder.iterdir())
        except OSError as error:
            message = f"agents folder {str(self._folder)!r} cannot be read: {error.strerror}"
            raise ConfigurationError(message, hint="check the setting agents_dir") from error
        return [path for path in paths if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")]

    def _template(self, entry: Entry) -> AgentTemplate:
        try:
            agent = AgentEntry.model_validate(entry.values)
        except ValidationError as error:
            # A misspelt key is also a missing one; what is written there tells more.
            first = min(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
            raise _refused(entry, first) from error
        for index, tool in enumerate(agent.tools):
            if tool not in self._tools:
                unknown = UnknownName.of("tool", tool, self._tools)
                raise _fault(entry, ("tools", index), unknown.message, unknown.hint)
        if self._project is not None:
            self._refuse_overreach(entry, agent)
        return agent.template()

    def _refuse_overreach(self, entry: Entry, agent: AgentEntry) -> None:
        """A project that was only just cloned may add agents, and neither replace ours nor spend more than they."""
        if agent.id in self._taken:
            raise _fault(entry, ("id",), f"a project cannot replace the built-in agent {agent.id!r}", OWN)
        if agent.tier is ModelTier.PREMIUM:
            raise _fault(entry, ("tier",), f"a project's agent cannot be {agent.tier.value}", OWN)
        if agent.max_iterations > ROUNDS:
            message = f"a project's agent has at most {ROUNDS} rounds, not {agent.max_iterations}"
            raise _fault(entry, ("max_iterations",), message, OWN)


def _fault(entry: Entry, place: tuple[int | str, ...], message: str, hint: str) -> ConfigurationError:
    key = str(place[0]) if place else ""
    where = f"{entry.path}:{entry.line(place)}"
    details = {"file": str(entry.path), "line": entry.line(place), "key": key}
    return ConfigurationError(f"{where}: {key}: {message}", details=details, hint=hint)


def _refused(entry: Entry, error: Mapping[str, Any]) -> ConfigurationError:
    """The first thing that is wrong with the entry, at its line."""
    place, given = error["loc"], error["input"]
    kind = {"capabilities": Capability, "tier": ModelTier}.get(str(place[0]))
    if error["type"] == "extra_forbidden":
        unknown = UnknownName.of("key", str(place[0]), AgentEntry.model_fields)
    elif error["type"] == "enum" and kind is not None:
        unknown = UnknownName.of("capability" if kind is Capability else "tier", str(given), list(kind))
    elif error["type"] == "missing":
        needed = [name for name, field in AgentEntry.model_fields.items() if field.is_required()]
        return _fault(entry, place, "is missing", f"an agent needs {', '.join(needed)}")
    else:
        return _fault(
            entry, place, f"cannot be {given!r}: {error['msg']}", "see 'muster agents' for examples"
        )
    return _fault(entry, place, unknown.message, unknown.hint)
