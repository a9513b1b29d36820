"""Public definitions of a file, and whether a reader is told what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node, Tree

from .matching import ancestors, captures, line_of, qualified
from .syntax import text

PYTHON = "[(function_definition) (class_definition)] @definition"
EXPORTED = {
    "javascript": "(export_statement declaration: [(function_declaration) (generator_function_declaration) "
    "(class_declaration)] @definition)",
    "go": "[(function_declaration) (method_declaration) (type_spec)] @definition",
    "rust": "[(function_item) (struct_item) (enum_item) (trait_item)] @definition",
    "java": "[(class_declaration) (interface_declaration) (enum_declaration) (method_declaration)] "
    "@definition",
}
EXPORTED["typescript"] = EXPORTED["tsx"] = (
    "(export_statement declaration: [(function_declaration) (generator_function_declaration) "
    "(class_declaration) (abstract_class_declaration) (interface_declaration)] @definition)"
)
EXEMPT = re.compile(
    r"@(?:[\w.]*\.)?(?:overload|override|wraps)\b|@\w+\.(?:setter|deleter|getter|register)\b"
    r"|@Override\b"
)
COMMENTS = frozenset({"comment", "line_comment", "block_comment"})
SETTINGS_CLASSES = frozenset({"Meta", "Config"})
"""Inner classes that only hold settings for a framework."""
NOT_A_WORD = frozenset({"attribute_item", "decorator"})

Definition = dict[str, Any]
"""kind, name, line, quote, function (qualified), documented, owner (of a method), bases (of a class)."""


def definitions_of(tree: Tree, source: bytes, language: str) -> list[Definition]:
    """The public definitions, in order."""
    lines = source.split(b"\n")
    if language == "python":
        found = captures(tree.root_node, language, PYTHON, "definition")
        return [_python(node, lines) for node in found if _is_public(node)]
    found = captures(tree.root_node, language, EXPORTED[language], "definition")
    return [_other(node, lines, language) for node in found if _is_exported(node, language)]


def _is_public(node: Node) -> bool:
    """Public to its outermost scope, no dunder, no part of a function, and no second face of another one."""
    name = text(node.child_by_field_name("name"))
    if name.startswith("_") or name in SETTINGS_CLASSES:
        return False
    for above in ancestors(node):
        if above.type in {"function_definition", "lambda"}:
            return False
        if above.type == "class_definition" and text(above.child_by_field_name("name")).startswith("_"):
            return False
        if above.type == "if_statement" and "__main__" in text(above.child_by_field_name("condition")):
            return False
    return not EXEMPT.search(_decorators(node))


def _decorators(node: Node) -> str:
    parent = node.parent
    if parent is None or parent.type != "decorated_definition":
        return ""
    return "\n".join(text(child) for child in parent.named_children if child.type == "decorator")


def _python(node: Node, lines: list[bytes]) -> Definition:
    owner = next((above for above in ancestors(node) if above.type == "class_definition"), None)
    superclasses = node.child_by_field_name("superclasses")
    bases = [] if superclasses is None else [_last_name(one) for one in superclasses.named_children]
    return {
        **_common(node, lines),
        "kind": "class" if node.type == "class_definition" else "method" if owner is not None else "function",
        "documented": _has_docstring(node),
        "owner": text(owner.child_by_field_name("name")) if owner is not None else "",
        "bases": [base for base in bases if base],
    }


def _common(node: Node, lines: list[bytes]) -> Definition:
    row = node.start_point.row
    return {
        "name": text(node.child_by_field_name("name")),
        "line": line_of(node),
        "quote": lines[row].decode(errors="replace").strip()[:200],
        "function": qualified(node),
    }


def _last_name(base: Node) -> str:
    """`B` of `a.B` and of `B[int]`; "" for keywords and calls."""
    if base.type == "subscript":
        return text(base.child_by_field_name("value")).rpartition(".")[2]
    return text(base).rpartition(".")[2] if base.type in {"identifier", "attribute"} else ""


def _has_docstring(node: Node) -> bool:
    body = node.child_by_field_name("body")
    statements = [] if body is None else [one for one in body.named_children if one.type != "comment"]
    if not statements or statements[0].type != "expression_statement":
        return False
    first = statements[0].named_children
    return len(first) == 1 and first[0].type in {"string", "concatenated_string"}


def _is_exported(node: Node, language: str) -> bool:
    name = text(node.child_by_field_name("name"))
    if language == "go":
        return name[:1].isupper() and not _is_method_of_hidden(node)
    if language == "rust":
        return any(child.type == "visibility_modifier" and text(child) == "pub" for child in node.children)
    if language == "java":
        modifiers = next((text(child) for child in node.children if child.type == "modifiers"), "")
        return "public" in modifiers.split() and not EXEMPT.search(modifiers)
    return True


def _is_method_of_hidden(node: Node) -> bool:
    receiver = text(node.child_by_field_name("receiver"))
    owner = re.search(r"(\w+)(?:\[[^\]]*\])?\s*\)$", receiver)
    return owner is not None and not owner.group(1)[:1].isupper()


def _other(node: Node, lines: list[bytes], language: str) -> Definition:
    kind = "class" if "function" not in node.type and "method" not in node.type else "function"
    return {
        **_common(node, lines),
        "kind": kind,
        "documented": _has_comment(node, language),
        "owner": "",
        "bases": [],
    }


def _has_comment(node: Node, language: str) -> bool:
    """Whether a comment of the kind that documents stands right before the definition."""
    top = node
    while top.parent is not None and top.parent.type in {"export_statement", "type_declaration"}:
        top = top.parent
    return any(_documents(text(comment), language) for comment in _comments_before(top))


def _comments_before(node: Node) -> Iterator[Node]:
    before = node.prev_sibling
    while before is not None and before.type in COMMENTS | NOT_A_WORD:
        if before.type in COMMENTS:
            yield before
        before = before.prev_sibling


def _documents(comment: str, language: str) -> bool:
    return comment.startswith({"go": ("//", "/*"), "rust": ("///", "/**", "//!")}.get(language, "/**"))
