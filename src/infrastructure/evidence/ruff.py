"""Runs ruff, and makes facts about files of what it prints."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from ...domain.errors import EvidenceUnavailable
from ...domain.evidence.finding import MASKED
from ...domain.workspace.files import SourceFile
from ..common.confined import read_below
from .analysers.functions import names_by_line
from .analysers.syntax import parse
from .file_facts import FileFacts, RawFinding
from .per_file import CHANGED, PerFileTool
from .process import find_program
from .ruff_said import MAX_SHOWN, Said, copy_without_blankets, that_may_suppress, what_was_said

RUFF = version("ruff")
NEWEST = "py314"
"""The Python that code is read as: with an older one, new syntax would be an error."""
BATCH_FILES = 500
BATCH_BYTES = 60_000
RULE = re.compile(r"[A-Z]+[0-9]+")
NOT_READ = "E902"
LITERAL = re.compile(r"""(["'])(?:\\.|(?!\1).)*(?:\1|$)""")
"""A string on a line; what a secret stands in is not quoted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule means to us.

    An empty message leaves ruff's own; `{name}` in it is the first name that ruff quotes.
    """

    severity: str
    confidence: float
    message: str = ""
    suggestion: str = ""
    family: str = ""
    cwe: int | None = None

    def but(self, severity: str, confidence: float) -> Verdict:
        """The same problem, weighed for one place."""
        return replace(self, severity=severity, confidence=confidence)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that ruff said, with what it is about: `text` is the source it points at."""

    code: str
    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    path: str
    is_test: bool
    function: str = ""
    quote: str = ""
    text: str = ""


class RuffTool(PerFileTool):
    """One set of ruff's rules; a subclass sets `select`, `ignore` and `category`, and judges each remark."""

    select: Sequence[str]
    ignore: Sequence[str] = ()
    category: str
    counts_silenced = False
    """Whether remarks that comments keep silent are counted, as `<name>.suppressed`."""
    sees_through_blankets = False
    """Whether a comment that silences all rules in a file is overruled; needs `counts_silenced`."""

    @abstractmethod
    def judge(self, remark: Remark) -> Verdict | None:
        """How bad and how sure a remark is here, None when it says nothing worth reporting."""

    def counted(self, codes: Mapping[str, int]) -> Mapping[str, float]:
        """Measures of one file by how often each rule spoke; none by default."""
        return {}

    def content_key(self, file: SourceFile) -> str:
        """Ruff reads packages' `__init__` and stubs by rules of their own."""
        return f"{super().content_key(file)}:{_kind(file.path)}"

    async def look(self, root: str, files: Sequence[SourceFile]) -> dict[str, FileFacts]:
        """Facts of each of `files`; raises EvidenceUnavailable when ruff cannot say anything."""
        program = find_program("ruff")
        facts: dict[str, FileFacts] = {}
        real = await asyncio.to_thread(os.path.realpath, root)
        for batch in _batches(files):
            facts.update(await self._look_at(program, real, batch))
        return facts

    async def _look_at(self, program: str, root: str, batch: Sequence[SourceFile]) -> dict[str, FileFacts]:
        try:
            said = await self._ask(program, root, batch)
            silenced = await self._uncover(program, root, said, batch) if self.counts_silenced else {}
        except EvidenceUnavailable as error:
            return await self._in_halves(program, root, batch, error)
        return await asyncio.to_thread(self._facts, root, batch, said, silenced)

    async def _ask(
        self, program: str, root: str, files: Sequence[SourceFile], *options: str
    ) -> dict[str, Said]:
        argv = [program, "check", "--isolated", "--no-cache", "--quiet", "--output-format", "json-lines"]
        argv += ["--target-version", NEWEST, "--select", ",".join(self.select)]
        argv += ["--ignore", ",".join(self.ignore)] if self.ignore else []
        argv += [*options, "--", *(f"./{file.path}" for file in files)]
        return what_was_said(await self._runner.run(argv, cwd=root), root, files)

    async def _uncover(
        self, program: str, root: str, said: dict[str, Said], batch: Sequence[SourceFile]
    ) -> dict[str, int]:
        """How many remarks comments keep silent, by path; what a blanket hides is put into `said` where it counts."""
        marked = await asyncio.to_thread(that_may_suppress, root, batch)
        if not marked:
            return {}
        everything = await self._ask(program, root, marked, "--ignore-noqa")
        marked = [one for one in marked if self._count(everything[one.path]) > self._count(said[one.path])]
        if self.sees_through_blankets:
            with tempfile.TemporaryDirectory(prefix="muster-ruff-") as folder:
                real = await asyncio.to_thread(os.path.realpath, folder)
                copies = await asyncio.to_thread(copy_without_blankets, root, marked, real)
                said.update(await self._ask(program, real, copies) if copies else {})
        return {one.path: self._count(everything[one.path]) - self._count(said[one.path]) for one in marked}

    def _count(self, said: Said) -> int:
        return sum(count for code, count in said.codes.items() if self._reports(code))

    async def _in_halves(
        self, program: str, root: str, batch: Sequence[SourceFile], error: EvidenceUnavailable
    ) -> dict[str, FileFacts]:
        """One file that makes ruff talk without end does not hide the others."""
        if error.code != "too-much-output":
            raise error
        if len(batch) == 1:
            return {batch[0].path: FileFacts(problem=error.message, transient=True)}
        middle = len(batch) // 2
        first = await self._look_at(program, root, batch[:middle])
        return first | await self._look_at(program, root, batch[middle:])

    def _facts(
        self,
        root: str,
        batch: Sequence[SourceFile],
        said: Mapping[str, Said],
        silenced: Mapping[str, int],
    ) -> dict[str, FileFacts]:
        facts = {}
        for file in batch:
            one = self._of_file(root, file, said[file.path])
            count = silenced.get(file.path, 0)
            if count and not one.problem:
                one = replace(one, measures={**one.measures, f"{self.about.name}.suppressed": float(count)})
            facts[file.path] = one
        return facts

    def _of_file(self, root: str, file: SourceFile, said: Said) -> FileFacts:
        entries = said.entries
        wrong = next((one for one in entries if not RULE.fullmatch(one["code"] or "")), None)
        if wrong is not None:
            return FileFacts(problem=f"has a syntax error at line {wrong['location']['row']}")
        unread = next((one["message"] for one in entries if one["code"] == NOT_READ), None)
        if unread is not None:
            return FileFacts(problem=f"could not be read: {unread}", transient=True)
        measures = dict(self.counted(said.codes))
        silent = sum(
            count - MAX_SHOWN
            for code, count in said.codes.items()
            if self._reports(code) and count > MAX_SHOWN
        )
        if silent:
            measures[f"{self.about.name}.not_shown"] = float(silent)
        try:
            source = read_below(root, file.path)
        except OSError as error:
            return FileFacts(problem=f"could not be read: {error.strerror}", transient=True)
        if hashlib.sha256(source).hexdigest() != file.digest:
            return CHANGED
        return FileFacts(tuple(self._findings(file, source, entries)), measures)

    def _findings(
        self, file: SourceFile, source: bytes, entries: Sequence[Mapping[str, Any]]
    ) -> Iterator[RawFinding]:
        names: Mapping[int, str] | None = None
        lines = re.split(r"\r\n|\r|\n", source.decode(errors="replace"))
        for entry in entries:
            if not self._reports(entry["code"]):
                continue
            names = names_by_line(parse(source, "python")) if names is None else names
            remark = _remark(file, entry, lines)
            remark = replace(remark, function=names.get(remark.line, ""))
            verdict = self.judge(remark)
            if verdict is not None:
                yield _finding(remark, verdict, self.category)

    def _reports(self, code: str) -> bool:
        return code.startswith(tuple(self.reported))

    @property
    def reported(self) -> Sequence[str]:
        """Prefixes of the rules that become findings; what else is selected is only counted."""
        return self.select


def _kind(path: str) -> str:
    name = path.rpartition("/")[2]
    return name if name in {"__init__.py", "__init__.pyi"} else name.rpartition(".")[2]


def _batches(files: Sequence[SourceFile]) -> Iterator[Sequence[SourceFile]]:
    """Runs of files that fit in one command line."""
    batch: list[SourceFile] = []
    size = 0
    for file in files:
        length = len(os.fsencode(file.path)) + 3
        if batch and (len(batch) == BATCH_FILES or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += length
    if batch:
        yield batch


def _remark(file: SourceFile, entry: Mapping[str, Any], lines: Sequence[str]) -> Remark:
    start, end = entry["location"], entry["end_location"]
    line = lines[start["row"] - 1] if start["row"] <= len(lines) else ""
    inside = "\n".join([line, *lines[start["row"] : end["row"]]])
    cut = end["column"] - 1 if start["row"] == end["row"] else len(inside)
    return Remark(
        code=entry["code"],
        message=entry["message"],
        line=start["row"],
        column=start["column"],
        end_line=end["row"],
        end_column=end["column"],
        path=file.path,
        is_test=file.is_test,
        quote=line.strip()[:200],
        text=inside[start["column"] - 1 : cut],
    )


def _finding(remark: Remark, verdict: Verdict, category: str) -> RawFinding:
    named = re.search(r"`([^`]+)`", remark.message)
    name = named.group(1) if named else remark.quote
    return RawFinding(
        rule=remark.code,
        message=verdict.message.replace("{name}", name) or remark.message,
        severity=verdict.severity,
        confidence=verdict.confidence,
        category=category,
        line=remark.line,
        column=remark.column,
        end_line=remark.end_line,
        end_column=remark.end_column,
        function=remark.function,
        quote=LITERAL.sub('"****"', remark.quote) if verdict.family.startswith(MASKED) else remark.quote,
        family=verdict.family or remark.code,
        suggestion=verdict.suggestion,
        cwe=verdict.cwe,
    )


def tally(codes: Mapping[str, int], sets: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """How many of `codes` belong to each named set of prefixes; a set without any counts 0."""
    return {
        name: float(sum(count for code, count in codes.items() if code.startswith(tuple(prefixes))))
        for name, prefixes in sets.items()
    }
