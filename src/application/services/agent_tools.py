"""The tools that agents are given: the evidence tools of a run, and ways to look things up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from ...domain.agents.template import AgentTemplate
from ...domain.errors import WorkspaceError
from ...domain.evidence.report import ToolProfile
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.ports.workspace import Workspace
from ...domain.tools.spec import ToolCategory
from ...domain.workspace.document import DocumentSnapshot
from ...domain.workspace.files import WorkspaceSnapshot
from ..turns.function_tool import FunctionTool
from .evidence_desk import EvidenceDesk, digest
from .tool_registry import ToolRegistry

SEARCH, READ = "search-workspace", "read-file"
LOOK_UP_TOOLS = frozenset({SEARCH, READ})
MAX_MATCHES = 50
MAX_LINES = 400
MAX_TEXT = 200
"""Characters of a line that a search shows."""


class AgentTools:
    """Makes each agent's tools for one run; two runs share nothing."""

    def __init__(
        self,
        desk: EvidenceDesk,
        profiles: Iterable[ToolProfile],
        workspace: Workspace,
        snapshot: WorkspaceSnapshot,
        masker: SecretMasker,
    ) -> None:
        self._desk = desk
        self._masker = masker
        self._workspace = workspace
        self._snapshot = snapshot
        self._registry = ToolRegistry()
        for profile in profiles:
            self._registry.register(profile.name, self._evidence(profile))
        self._registry.register(SEARCH, FunctionTool(self.search, category=ToolCategory.SEARCH))
        self._registry.register(READ, FunctionTool(self.read, category=ToolCategory.READ))

    def executor(self, template: AgentTemplate, granted: frozenset[str]) -> ToolExecutor:
        """The tools of `template` that this Muster has, and no others: a host may bring fewer evidence tools."""
        here = {spec.name for spec in self._registry.list_tools()}
        return self._registry.executor([name for name in template.tools if name in here], granted)

    async def search(
        self,
        terms: Annotated[list[str], Field(min_length=1, max_length=10)],
        limit: Annotated[int, Field(ge=1, le=MAX_MATCHES)] = 20,
    ) -> dict[str, Any]:
        """Lines of the workspace that hold any of the terms as whole words, those with the rarest terms first."""
        wanted = [term.strip() for term in terms if term.strip()]
        if not wanted:
            return {"matches": [], "more": 0}
        pattern = re.compile("|".join(rf"(?<!\w){re.escape(term)}(?!\w)" for term in wanted), re.IGNORECASE)
        found: list[_Match] = []
        for file in self._snapshot.files:
            document = await self._document(file.path)
            if document is not None:
                found += _matches(document, pattern)
        best = _best_first(found)[:limit]
        masked = {path: await self._masked_lines(path) for path in {match.path for match in best}}
        shown = [
            {"place": f"{match.path}:{match.line}", "text": self._text(match, masked[match.path])}
            for match in best
        ]
        return {"matches": shown, "more": max(0, len(found) - limit)}

    async def read(
        self,
        path: str,
        first: Annotated[int, Field(ge=1)] = 1,
        count: Annotated[int, Field(ge=1, le=MAX_LINES)] = 200,
    ) -> dict[str, Any]:
        """Lines of one file, from line `first` (1 is the first) on."""
        document = await self._workspace.read(self._snapshot.root, path)
        lines = self._masker.mask(document.content, document.path).split("\n")
        part = lines[first - 1 : first - 1 + count]
        return {"path": path, "first": first, "lines": part, "total": len(lines)}

    async def _document(self, path: str) -> DocumentSnapshot | None:
        """The file as it is now; None when it has gone since the scan."""
        try:
            return await self._workspace.read(self._snapshot.root, path)
        except WorkspaceError:
            return None

    async def _masked_lines(self, path: str) -> list[str]:
        """The whole file is masked, for a private key takes many lines."""
        document = await self._document(path)
        return [] if document is None else self._masker.mask(document.content, path).split("\n")

    def _text(self, match: _Match, lines: Sequence[str]) -> str:
        """The line as it is now, cut; in a very long one a value tells nothing until it is cut."""
        line = lines[match.line - 1] if match.line <= len(lines) else ""
        return self._masker.mask(line.strip()[:MAX_TEXT], match.path)

    def _evidence(self, profile: ToolProfile) -> FunctionTool:
        return FunctionTool(
            self._asking(profile.name),
            description=f"{profile.title}: findings and numbers about the whole workspace.",
            category=ToolCategory.ANALYSIS,
        )

    def _asking(self, name: str) -> Callable[[], Awaitable[dict[str, Any]]]:
        async def ask() -> dict[str, Any]:
            return digest(await self._desk.ask(name))

        return ask


@dataclass(frozen=True, slots=True)
class _Match:
    path: str
    line: int
    terms: frozenset[str]


def _matches(document: DocumentSnapshot, pattern: re.Pattern[str]) -> list[_Match]:
    """The lines of a document that hold a term."""
    if not pattern.search(document.content):
        return []
    found = []
    for number, line in enumerate(document.content.split("\n"), 1):
        terms = frozenset(match.lower() for match in pattern.findall(line))
        if terms:
            found.append(_Match(document.path, number, terms))
    return found


def _best_first(found: Sequence[_Match]) -> list[_Match]:
    """A term weighs one over the number of lines that hold it; equals stay in the order of the workspace."""
    lines = Counter(term for match in found for term in match.terms)
    return sorted(found, key=lambda match: -sum(1 / lines[term] for term in match.terms))
