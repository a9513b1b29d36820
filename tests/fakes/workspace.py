"""A folder that is only a dictionary."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from muster.domain.errors import WorkspaceError
from muster.domain.ports.clock import Clock
from muster.domain.ports.workspace import Workspace
from muster.domain.workspace.document import DocumentSnapshot
from muster.domain.workspace.files import NotCovered, RepositoryFacts, SourceFile, WorkspaceSnapshot
from muster.domain.workspace.languages import CODE, is_test_path, language_of

from .clock import FakeClock


class FakeWorkspace(Workspace):
    """One folder `root` with `files` (path to text), which tests may change; `changed` by revision."""

    def __init__(
        self,
        files: Mapping[str, str],
        root: str = "/project",
        changed: Mapping[str, Iterable[str]] | None = None,
        not_covered: Iterable[NotCovered] = (),
        clock: Clock | None = None,
    ) -> None:
        self.files = dict(files)
        self._root = root
        self._changed = dict(changed or {})
        self._not_covered = tuple(not_covered)
        self._clock = clock or FakeClock()

    async def scan(self, root: str, since: str | None = None) -> WorkspaceSnapshot:
        """The dictionary as a snapshot."""
        self._check(root)
        if since is not None and since not in self._changed:
            raise WorkspaceError(f"git revision {since!r} is unknown", hint="this is a fake")
        files = tuple(_source(path, text) for path, text in sorted(self.files.items()))
        changed = None if since is None else frozenset(self._changed[since]) & self.files.keys()
        lines: dict[str, int] = {}
        for file in files:
            if file.language:
                lines[file.language] = lines.get(file.language, 0) + file.lines
        tests = sum(file.is_test and file.language in CODE for file in files)
        count = None if changed is None else len(changed)
        facts = RepositoryFacts(len(files), lines, tests, is_git=bool(self._changed), changed=count)
        return WorkspaceSnapshot(self._root, files, self._not_covered, facts, changed)

    async def read(self, root: str, path: str) -> DocumentSnapshot:
        """One entry."""
        self._check(root)
        if path not in self.files:
            raise WorkspaceError(f"file {path!r} does not exist", hint="this is a fake")
        return DocumentSnapshot(path, path, self.files[path], self._clock.now())

    async def lines(self, root: str, path: str, numbers: frozenset[int]) -> dict[int, str]:
        """Lines of one entry."""
        existing = dict(enumerate(self.files.get(path, "").splitlines(), 1))
        return {number: existing[number] for number in sorted(numbers & existing.keys())}

    def _check(self, root: str) -> None:
        if root != self._root:
            raise WorkspaceError(f"folder {root!r} does not exist", hint=f"the fake is {self._root!r}")


def _source(path: str, text: str) -> SourceFile:
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()
    lines = len(text.splitlines())
    return SourceFile(path, len(content), lines, digest, language_of(path), is_test_path(path))
