"""What a file documents: public definitions with and without words, and what Markdown links to."""

from __future__ import annotations

from ..file_facts import FileFacts
from .docs_code import definitions_of
from .docs_exports import exports_of
from .docs_markdown import anchors_of, links_of
from .syntax import first_error, parse


def analyse(source: bytes, language: str, is_test: bool) -> FileFacts:
    """Look at one file; `data` holds "definitions" and (Python) "exports", or "links" and "anchors"."""
    if language == "markdown":
        page = source.decode(errors="replace")
        return FileFacts(data={"links": links_of(page), "anchors": sorted(anchors_of(page))})
    if is_test:
        return FileFacts(data={"definitions": []})
    tree = parse(source, language)
    wrong = first_error(tree)
    if wrong is not None:
        return FileFacts(problem=f"has a syntax error at line {wrong}")
    definitions = {"definitions": definitions_of(tree, source, language)}
    return FileFacts(data=definitions | ({"exports": exports_of(tree)} if language == "python" else {}))
