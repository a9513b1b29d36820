"""The tools that agents are given: the evidence tools of a run, and ways to look things up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from threading import Event
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field

from ...domain.agents.template import AgentTemplate
from ...domain.errors import WorkspaceError
from ...domain.evidence.report import ToolProfile
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.security.paths import inside
from ...domain.tools.spec import ToolCategory
from ...domain.workspace.document import DocumentSnapshot
from ..turns.function_tool import FunctionTool
from ..turns.waiting import in_thread
from .evidence_desk import EvidenceDesk, digest
from .run_files import RunFiles
from .tool_registry import ToolRegistry
from .word_search import Match, WordSearch

SEARCH, READ = "search-workspace", "read-file"
LOOK_UP_TOOLS = frozenset({SEARCH, READ})
MAX_MATCHES = 50
MAX_LINES = 400
MAX_TEXT = 200
"""Characters of a line that a search shows."""
MAX_READ = 50_000
"""Characters that one read shows: a line of minified code may be a whole file."""
NOTHING: Mapping[str, FunctionTool] = MappingProxyType({})
BATCH = 4_000_000
"""Characters that a search looks through before it reads more files."""


Watched = Callable[[ToolExecutor, str, frozenset[str]], ToolExecutor]
"""Puts something around the tools of an agent, which may use them as it is granted."""


def unwatched(tools: ToolExecutor, _agent: str, _granted: frozenset[str]) -> ToolExecutor:
    """As they are."""
    return tools


class AgentTools:
    """Makes each agent's tools for one run; two runs share nothing."""

    def __init__(
        self,
        desk: EvidenceDesk,
        profiles: Iterable[ToolProfile],
        files: RunFiles,
        masker: SecretMasker,
        added: Mapping[str, FunctionTool] = NOTHING,
        watched: Watched = unwatched,
    ) -> None:
        """`added` are tools of this run alone, such as those that edit files; `watched` goes around all of them."""
        self._desk = desk
        self._files = files
        self._masker = masker
        self._watched = watched
        self._registry = ToolRegistry()
        for profile in profiles:
            self._registry.register(profile.name, self._evidence(profile))
        self._registry.register(SEARCH, FunctionTool(self.search, category=ToolCategory.SEARCH))
        self._registry.register(READ, FunctionTool(self.read, category=ToolCategory.READ))
        for name, tool in added.items():
            self._registry.register(name, tool)

    def executor(self, template: AgentTemplate, granted: frozenset[str]) -> ToolExecutor:
        """The tools of `template` that this Muster has, and no others: a host may bring fewer evidence tools."""
        here = {spec.name for spec in self._registry.list_tools()}
        tools = self._registry.executor([name for name in template.tools if name in here], granted)
        return self._watched(tools, template.id, granted)

    async def search(
        self,
        terms: Annotated[list[str], Field(min_length=1, max_length=10)],
        limit: Annotated[int, Field(ge=1, le=MAX_MATCHES)] = 20,
    ) -> dict[str, Any]:
        """Lines of the workspace that hold any of the terms as whole words, those with the rarest terms first."""
        wanted = dict.fromkeys(term.strip().lower() for term in terms)
        search = WordSearch([term for term in wanted if term and "\n" not in term], limit)
        async with (
            self._files.searching
        ):  # in parallel they would only keep each other, and the event loop, waiting
            await self._look(search)
        best = await in_thread(search.best)
        lines = {path: await self._lines(path) for path in dict.fromkeys(match.path for match in best)}
        shown = await in_thread(lambda: [self._shown(match, lines[match.path]) for match in best])
        return {"matches": shown, "more": max(0, search.total - limit)}

    async def read(
        self,
        path: str,
        first: Annotated[int, Field(ge=1)] = 1,
        count: Annotated[int, Field(ge=1, le=MAX_LINES)] = 200,
    ) -> dict[str, Any]:
        """Lines of one file, from line `first` (1 is the first) on; fewer than `count` where they are very long."""
        path = inside(path)
        if not self._files.knows(path):  # what is ignored or excluded is nobody's business
            raise WorkspaceError(
                f"{path!r} is not among the files of this run", hint="search for another one"
            )
        lines = (await self._files.now(path)).lines
        part = await in_thread(partial(self._cut, lines[first - 1 : first - 1 + count], path))
        return {"path": path, "first": first, "lines": part, "total": len(lines)}

    async def _look(self, search: WordSearch) -> None:
        """Add all files to `search`, some at a time; a search that nobody waits for any more ends soon."""
        stop, batch = Event(), list[DocumentSnapshot]()
        try:
            for file in self._files.snapshot.files if search.terms else ():
                document = await self._files.recent(file.path)
                batch += [document] if document else []
                if sum(len(one.content) for one in batch) > BATCH:
                    await in_thread(partial(search.add, batch, stop))
                    batch = []
            await in_thread(partial(search.add, batch, stop))
        finally:
            stop.set()

    async def _lines(self, path: str) -> Sequence[str]:
        document = await self._files.recent(path)
        return () if document is None else (await self._files.masked(document)).lines

    def _shown(self, match: Match, lines: Sequence[str]) -> dict[str, str]:
        """The line as it is now, cut; in a very long one a value tells nothing until it is cut."""
        line = lines[match.line - 1] if match.line <= len(lines) else ""
        text = self._masker.mask(line.strip()[:MAX_TEXT], match.path)
        return {"place": f"{match.path}:{match.line}", "text": text}

    def _cut(self, lines: Sequence[str], path: str) -> list[str]:
        """As many of `lines` as may be shown, at least the beginning of the first."""
        room, shown = MAX_READ, list[str]()
        for line in lines:
            if shown and len(line) > room:
                break
            cut = len(line) > room
            shown.append(self._masker.mask(line[:room], path) if cut else line)
            room -= len(line)
        return shown

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
