"""JavaScript and TypeScript: pages and servers that trust what they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from ..file_facts import RawFinding
from .matching import captures, weakness_at
from .syntax import first_error, parse, text

MARKS = (b"innerHTML", b"outerHTML", b"document.write", b"eval(", b"Function(", b"rejectUnauthorized",
         b"NODE_TLS_REJECT_UNAUTHORIZED", b"dangerouslySetInnerHTML", b"insertAdjacentHTML")  # fmt: skip
ASSIGNMENTS = "(assignment_expression) @it (augmented_assignment_expression) @it"
CALLS = "(call_expression) @it (new_expression) @it"
PAIRS = "(pair) @it"
LONGEST_LINE = 1000
"""Characters; files with longer lines are bundled or minified, and their source is elsewhere."""
CLEANED = re.compile(
    r"purif|sanit|escape|encode|DOMPurify|trusted|i18n|gettext|translate|\bt\(", re.IGNORECASE
)
HTML = frozenset({"innerHTML", "outerHTML"})


def script(source: bytes, language: str) -> Iterator[RawFinding]:
    """Findings of one script; raises ValueError for one with a syntax error."""
    if not any(mark in source for mark in MARKS):
        return
    lines = source.split(b"\n")
    if max(map(len, lines)) > LONGEST_LINE:
        return
    tree = parse(source, language)
    wrong = first_error(tree)
    if wrong is not None:
        raise ValueError(f"has a syntax error at line {wrong}")
    for node in captures(tree.root_node, language, ASSIGNMENTS, "it"):
        yield from _assigned(node, lines)
    for node in captures(tree.root_node, language, CALLS, "it"):
        yield from _called(node, lines)
    for node in captures(tree.root_node, language, PAIRS, "it"):
        yield from _paired(node, lines)


def _is_constant(node: Node | None) -> bool:
    """Text without anything filled in, or a choice or sum of such."""
    if node is None or node.type in {"string", "number", "null", "undefined", "true", "false"}:
        return True
    if node.type == "template_string":
        return all(child.type != "template_substitution" for child in node.named_children)
    if node.type == "binary_expression":
        return all(_is_constant(child) for child in node.named_children)
    if node.type == "ternary_expression":
        branches = (node.child_by_field_name("consequence"), node.child_by_field_name("alternative"))
        return all(_is_constant(child) for child in branches)
    return node.type == "parenthesized_expression" and all(
        _is_constant(child) for child in node.named_children
    )


def _assigned(node: Node, lines: list[bytes]) -> Iterator[RawFinding]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    name = text(left.child_by_field_name("property")) if left is not None else ""
    if name in HTML and not _is_harmless(right):
        yield _written(node, lines, name)
    elif name == "NODE_TLS_REJECT_UNAUTHORIZED" and text(right).strip("\"'`") == "0":
        yield _unverified(node, lines)


def _is_harmless(value: Node | None) -> bool:
    if _is_constant(value) or CLEANED.search(text(value)):
        return True
    return (
        value is not None
        and value.type == "member_expression"
        and text(value).endswith(("innerHTML", "outerHTML"))
    )


def _written(node: Node, lines: list[bytes], how: str) -> RawFinding:
    return weakness_at(
        node, lines, "html-from-variable", "medium", 0.5,
        f"{how} is set from a variable: if a visitor can set its text, he can run scripts for others",
        "Set textContent, or clean the HTML first.", 79,
    )  # fmt: skip


def _unverified(node: Node, lines: list[bytes]) -> RawFinding:
    return weakness_at(
        node, lines, "tls-not-verified", "high", 0.85,
        "The certificate of the server is not checked: anybody on the way can read and change what is sent",
        "Leave the check on; give the certificate authority as `ca` where it is a private one.", 295,
    )  # fmt: skip


def _called(node: Node, lines: list[bytes]) -> Iterator[RawFinding]:
    called = text(node.child_by_field_name("function") or node.child_by_field_name("constructor"))
    arguments = node.child_by_field_name("arguments")
    given = (
        [one for one in arguments.named_children if one.type != "comment"] if arguments is not None else []
    )
    if called in {"eval", "window.eval", "globalThis.eval", "Function"} and given:
        if not all(_is_constant(one) or one.type == "spread_element" for one in given):
            yield weakness_at(
                node, lines, "eval", "high", 0.6,
                "Text is run as a program: whoever can set it can do all that this script can",
                "Parse the value (JSON.parse), or look it up in a table of functions.", 95,
            )  # fmt: skip
    elif called in {"document.write", "document.writeln"} and given and not _is_harmless(given[0]):
        yield _written(node, lines, called)
    elif called.endswith(".insertAdjacentHTML") and len(given) > 1 and not _is_harmless(given[1]):
        yield _written(node, lines, "insertAdjacentHTML")


def _paired(node: Node, lines: list[bytes]) -> Iterator[RawFinding]:
    key = text(node.child_by_field_name("key")).strip("\"'")
    value = node.child_by_field_name("value")
    if key == "rejectUnauthorized" and text(value) == "false":
        yield _unverified(node, lines)
    elif key == "__html" and not _is_harmless(value):
        yield _written(node, lines, "dangerouslySetInnerHTML")
