"""How a turn's document reaches the model: whole, or as an outline with tools that read it."""

from __future__ import annotations

import itertools
import json
from typing import Annotated

from pydantic import Field

from ...domain.ports.tool_executor import ToolExecutor
from ...domain.tools.spec import ToolCategory
from ...domain.workspace.document import DocumentSnapshot
from .document_rules import Chunk, chunk_profile, lines_of
from .executors import FunctionExecutor
from .function_tool import FunctionTool

READ_TOOL, SEARCH_TOOL = "read_document", "search_document"
MARK = "document"
OUTLINE_PARTS = 150
READ_LINES = 400
"""Lines that one call reads at most."""
FOUND_LINES = 50


def whole_text(snapshot: DocumentSnapshot) -> str:
    """The document between marks that tell it from what is asked."""
    mark = _mark(snapshot.content)
    return f"{_opening(snapshot, mark)}\n{snapshot.content}\n</{mark}>"


def outline(snapshot: DocumentSnapshot) -> str:
    """The document's parts by line numbers, and how to read them."""
    chunks, _ = chunk_profile(snapshot.content, snapshot.path)
    parts = [part_line(chunk) for chunk in chunks[:OUTLINE_PARTS]]
    if len(chunks) > OUTLINE_PARTS:
        parts.append(f"… and {len(chunks) - OUTLINE_PARTS} more parts")
    lines = len(lines_of(snapshot.content))
    how = f"Too long to show: {lines} lines. Read them with {READ_TOOL}, find text with {SEARCH_TOOL}. Parts:"
    mark = _mark("\n".join(parts))
    return "\n".join([_opening(snapshot, mark), how, *parts, f"</{mark}>"])


def part_line(chunk: Chunk) -> str:
    """One part of a document, as an outline shows it."""
    first, last, heading = chunk
    return f"{first}-{last}: {heading or '(no heading)'}"


def is_whole(context: str, snapshot: DocumentSnapshot) -> bool:
    """Whether `context` is the document itself rather than its outline."""
    return context == whole_text(snapshot)


def document_tools(snapshot: DocumentSnapshot) -> ToolExecutor:
    """Tools that read this very snapshot: what they show cannot have changed meanwhile."""
    lines = lines_of(snapshot.content)

    def read_document(
        first_line: Annotated[int, Field(ge=1, description="first line to read, from 1")],
        last_line: Annotated[
            int, Field(ge=1, description=f"last line; at most {READ_LINES} are read at once")
        ],
    ) -> dict[str, object]:
        """Read some lines of the document."""
        last = min(last_line, first_line + READ_LINES - 1, len(lines))
        text = "\n".join(lines[first_line - 1 : last])
        return {"first_line": first_line, "last_line": last, "lines_in_document": len(lines), "text": text}

    def search_document(
        text: Annotated[str, Field(min_length=1, description="text to find; case does not matter")],
    ) -> dict[str, object]:
        """Find the lines of the document that hold a text."""
        needle = text.casefold()
        found = [(number, line) for number, line in enumerate(lines, 1) if needle in line.casefold()]
        shown = [{"line": number, "text": line[:300]} for number, line in found[:FOUND_LINES]]
        return {"found": len(found), "lines": shown}

    functions = (read_document, search_document)
    return FunctionExecutor({f.__name__: FunctionTool(f, category=ToolCategory.READ) for f in functions})


def _mark(text: str) -> str:
    """A name for the marks around `text` that it cannot close itself."""
    marks = (MARK if not number else f"{MARK}-{number}" for number in itertools.count())
    return next(mark for mark in marks if f"</{mark}" not in text.casefold())


def _opening(snapshot: DocumentSnapshot, mark: str) -> str:
    path = json.dumps(snapshot.path, ensure_ascii=False).translate({ord("<"): "(", ord(">"): ")"})
    return f'<{mark} path={path} version="{snapshot.version}">'
