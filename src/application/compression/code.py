"""Whether a text is source code."""

from __future__ import annotations

import ast
import re
import warnings

PARSED = 2_000_000
"""Characters beyond which Python is not parsed: the tree takes some hundred times the memory."""

_PYTHON = re.compile(r"^[ \t]*(?:def |class |async def |import |from \w[\w.]* import |@\w)", re.MULTILINE)
_CODE_LINE = re.compile(
    r".*[{};]\s*(?://.*)?$|\s*(?:def|class|import|from|return|if|for|while|else|elif|try|except|with|func|fn|"
    r"function|const|let|var|public|private|protected|static|void|struct|enum|impl|use|package|export|#include|"
    r"#define)\b.*[(){};:=\"'<>]|\s*(?://|/\*|\*/|@\w+|#!).*|\s*[)}\]]+[,;]?\s*$|\s*[\w.\[\]]+\s*[-+*/|&]?=\s*\S.*"
)
LOOKED_AT = 400
SHARE = 0.4
"""Of the lines looked at, so many must look like code."""


def looks_like_code(text: str) -> bool:
    """Whether most of the first lines of `text` look like code; prose that quotes some does not."""
    if text.count("\n") < 2:
        return False
    found = [line[:300] for line in text[:60_000].splitlines() if line.strip()][:LOOKED_AT]
    return bool(found) and sum(1 for line in found if _CODE_LINE.match(line)) >= SHARE * len(found)


def parse_python(text: str) -> ast.Module | None:
    """The syntax tree of `text`; None when it is no Python, is empty of statements, or is too large."""
    if len(text) > PARSED or not _PYTHON.search(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the text escapes wrongly is not ours to tell
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if tree.body else None
