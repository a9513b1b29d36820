"""Finds pieces of a syntax tree by pattern, at the speed of the parser, and makes findings of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from tree_sitter import Node, Query, QueryCursor

from ..file_facts import RawFinding
from .syntax import NAMED_SCOPES, grammar, text


@cache
def _query(language: str, pattern: str) -> Query:
    return Query(grammar(language), pattern)


def captures(node: Node, language: str, pattern: str, name: str) -> list[Node]:
    """The nodes below `node` that `pattern` captures as `@name`, in order of the text, each once."""
    found = QueryCursor(_query(language, pattern)).captures(node).get(name, [])
    return sorted({one.id: one for one in found}.values(), key=lambda one: (one.start_byte, one.end_byte))


def ancestors(node: Node) -> Iterator[Node]:
    """Parent, grandparent, … up to the root."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def line_of(node: Node) -> int:
    """The 1-based line on which a node begins."""
    return node.start_point.row + 1


def qualified(node: Node) -> str:
    """The dotted name of the function or class that holds `node`, itself included; "" at module level."""
    names = [
        text(scope.child_by_field_name("name") or scope.child_by_field_name("type"))
        for scope in (node, *ancestors(node))
        if scope.type in NAMED_SCOPES
    ]
    return ".".join(name for name in reversed(names) if name)


def finding_at(node: Node, lines: list[bytes], **about: Any) -> RawFinding:
    """A finding on the place of `node`; `lines` are the file's lines, `about` the other fields."""
    start, end = node.start_point, node.end_point
    quote = lines[start.row].decode(errors="replace").strip()[:200] if start.row < len(lines) else ""
    return RawFinding(
        line=start.row + 1,
        column=start.column + 1,
        end_line=end.row + 1,
        end_column=end.column + 1,
        function=qualified(node),
        quote=quote,
        **about,
    )


def weakness_at(
    node: Node,
    lines: list[bytes],
    rule: str,
    severity: str,
    confidence: float,
    message: str,
    suggestion: str,
    cwe: int,
) -> RawFinding:
    """A finding of the category security, whose family is its rule."""
    return finding_at(
        node, lines, rule=rule, family=rule, message=message, severity=severity, confidence=confidence,
        category="security", suggestion=suggestion, cwe=cwe,
    )  # fmt: skip
