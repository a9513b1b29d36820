"""Tools that look at all files together."""

from __future__ import annotations

import asyncio
import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from ...domain.workspace.files import NotCovered, SourceFile, WorkspaceSnapshot
from .cached_tool import CHANGED_MEANWHILE, CachedTool, Conclusion, Look, changed_files

CONCLUSION = TypeAdapter(Conclusion)


class WholeProjectTool(CachedTool):
    """Looks at the project as one thing, and again only when one of its files has changed."""

    @abstractmethod
    async def look(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Conclusion:
        """Findings and measures; raises EvidenceUnavailable when there can be none."""

    async def _seen(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Look:
        key = _project_key(snapshot.root, files)
        remembered = await asyncio.to_thread(self._recall, key)
        if remembered is not None:
            return Look(remembered, len(files), len(files))
        end = await self.look(snapshot, files)
        changed = await asyncio.to_thread(changed_files, snapshot.root, files)
        if changed:
            return Look(_with_changed(end, self.about.name, changed), len(files))
        await asyncio.to_thread(self._cache.put_many, self._key, {key: CONCLUSION.dump_json(end)})
        return Look(end, len(files))

    def _recall(self, key: str) -> Conclusion | None:
        stored = self._cache.get_many(self._key, [key]).get(key)
        try:
            return CONCLUSION.validate_json(stored) if stored else None
        except ValidationError:
            return None  # a damaged entry is a miss


def _with_changed(end: Conclusion, tool: str, paths: Sequence[str]) -> Conclusion:
    """The conclusion, with the files of which nobody knows which content it rests on."""
    told = {one.path for one in end.not_covered}
    more = (NotCovered(path, f"{tool}: {CHANGED_MEANWHILE}") for path in paths if path not in told)
    return replace(end, not_covered=(*end.not_covered, *more))


def _project_key(root: str, files: Sequence[SourceFile]) -> str:
    """SHA-256 over root, paths and contents: any file added, removed, renamed or changed gives another key."""
    digest = hashlib.sha256(root.encode("utf-8", "surrogateescape"))
    for file in sorted(files, key=lambda one: one.path):
        digest.update(f"\0{file.path}\0{file.digest}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
