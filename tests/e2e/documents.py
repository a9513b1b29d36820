"""Reads the code blocks of our documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its document, the line it starts on, its language and its text."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def blocks(language: str) -> list[Block]:
    """All blocks of one language in README, CONTRIBUTING and docs."""
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [block for document in documents for block in _read(document) if block.language == language]


def _read(document: Path) -> Iterator[Block]:
    text = document.read_text("utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(document.name, line, match.group(1), match.group(2))


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a console block, and the output that the document shows."""

    block: Block
    line: str
    shown: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.block}: {self.line}"


def commands() -> list[Command]:
    """Every `$ …` line of every console block, with the lines below it; what make prints may hold such lines."""
    found: list[Command] = []
    for block in blocks("console"):
        whole = [block.text.removeprefix("$ ")] if block.text.startswith("$ make") else None
        for part in whole or re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, *shown = part.rstrip("\n").split("\n")
            found.append(Command(block, line.split("  #")[0].strip(), tuple(shown)))
    return found


def pattern_of(shown: str) -> re.Pattern[str]:
    """A shown line as a pattern: `…` stands for anything, seconds and ids differ from run to run."""
    pattern = re.escape(" ".join(shown.split()))
    pattern = pattern.replace("…", ".*")
    pattern = re.sub(r"\d+(?:\\\.\d+)?\\ (m?s)\b", r"[\\d.]+\\ \1", pattern)
    return re.compile(re.sub(r"run\\-[0-9a-z]+", "run-[0-9a-z]+", pattern))
