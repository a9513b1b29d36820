"""Syntax trees by tree-sitter: newer code than the running Python, and other languages, are read too."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache

from tree_sitter import Language, Node, Parser, Tree

GRAMMARS = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
    "rust": ("tree_sitter_rust", "language"),
}
NAMED_SCOPES = {
    "function_definition", "class_definition",
    "function_declaration", "generator_function_declaration", "class_declaration", "method_definition",
    "method_declaration", "constructor_declaration", "interface_declaration",
    "function_item", "impl_item", "struct_item", "trait_item",
}  # fmt: skip


@cache
def grammar(language: str) -> Language:
    """The grammar of one of `GRAMMARS`."""
    module, function = GRAMMARS[language]
    return Language(getattr(importlib.import_module(module), function)())


@cache
def _parser(language: str) -> Parser:
    return Parser(grammar(language))


def parse(source: bytes, language: str) -> Tree:
    """The syntax tree; it may hold errors, see `first_error`."""
    return _parser(language).parse(source)


def first_error(tree: Tree) -> int | None:
    """The 1-based line of the first syntax error, None when there is none."""
    if not tree.root_node.has_error:
        return None
    wrong = (node for node in walk(tree.root_node) if node.is_error or node.is_missing)
    return next((node.start_point.row + 1 for node in wrong), 1)


def walk(node: Node) -> Iterator[Node]:
    """All nodes below and including `node`, parents first, in order."""
    cursor = node.walk()
    while True:
        current = cursor.node
        if current is not None:
            yield current
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def text(node: Node | None) -> str:
    """The source of a node, "" for none."""
    return (node.text or b"").decode(errors="replace") if node is not None else ""


def enclosing(tree: Tree, line: int) -> str:
    """The qualified name, dotted, of the innermost named function or class around the 1-based `line`."""
    names: list[str] = []
    node: Node | None = tree.root_node
    row = line - 1
    while node is not None:
        if node.type in NAMED_SCOPES:
            name = node.child_by_field_name("name") or node.child_by_field_name("type")
            names.append(text(name))
        node = next((child for child in node.named_children if _holds(child, row)), None)
    return ".".join(name for name in names if name)


def _holds(node: Node, row: int) -> bool:
    """Whether a part of the row is inside; a node that ends at the very start of the row does not hold it."""
    start, end = node.start_point, node.end_point
    return start.row <= row <= end.row and not (end.row == row and end.column == 0)


def quote_of(source: bytes, line: int) -> str:
    """The 1-based line, stripped and at most 200 characters long; "" when there is none."""
    lines = source.split(b"\n")
    if not 1 <= line <= len(lines):
        return ""
    return lines[line - 1].decode(errors="replace").strip()[:200]
