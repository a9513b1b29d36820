"""Tests in JavaScript, TypeScript, Go, Rust and Java files."""

from __future__ import annotations

import re

from tree_sitter import Node, Tree

from .matching import captures
from .syntax import text
from .tests_python import Test

SCRIPT_CALLS = "(call_expression function: [(identifier) (member_expression) (call_expression)]) @call"
NAMES = re.compile(r"^(x|f)?(it|test|specify)(?:\.(\w+))?(?:\(|$|\.)")
CHECKING = re.compile(
    r"expect|assert|should|check|verif|fail|throw|\bt\.|valid|snapshot|ensure|must|match|equal|test"
)
OTHERS = {
    "go": "(function_declaration name: (identifier) @name) @test",
    "rust": "(attribute_item) @mark",
    "java": "(method_declaration) @test",
}
SKIPPED_GO = re.compile(r"\bt\.Skip(?:f|Now)?\(")
JAVA_TEST = re.compile(r"@(?:Test|ParameterizedTest|RepeatedTest)\b")
RUST_TEST = re.compile(r"#\[(?:\w+::)*test(?:\(.*\))?\]")


def script_tests(tree: Tree, language: str) -> list[Test]:
    """Calls of it, test and specify with a title; a body without any call that may check is silent."""
    found = []
    for call in captures(tree.root_node, language, SCRIPT_CALLS, "call"):
        name = NAMES.match(text(call.child_by_field_name("function")))
        arguments = call.child_by_field_name("arguments")
        if name is None or arguments is None or arguments.type != "arguments":
            continue
        title = next(iter(arguments.named_children), None)
        if title is None or title.type not in {"string", "template_string"}:
            continue
        skipped = name.group(1) == "x" or name.group(3) in {"skip", "todo", "failing"}
        found.append(Test(call, text(title)[1:-1], skipped, not skipped and _is_silent(arguments, language)))
    return found


def _is_silent(arguments: Node, language: str) -> bool:
    body = next((one for one in arguments.named_children[1:] if "function" in one.type), None)
    if body is None or CHECKING.search(text(body)):
        return False
    calls = captures(body, language, SCRIPT_CALLS, "call")
    return bool(calls) and all("." in text(call.child_by_field_name("function")) for call in calls)


def other_tests(tree: Tree, language: str) -> list[Test]:
    """Tests of Go, Rust and Java by their names and marks; what they check is not judged."""
    if language == "rust":
        marks = captures(tree.root_node, language, OTHERS[language], "mark")
        return [_rust(mark) for mark in marks if RUST_TEST.fullmatch(text(mark))]
    functions = captures(tree.root_node, language, OTHERS[language], "test")
    if language == "go":
        return [_go(one) for one in functions if _is_go_test(one)]
    return [_java(one) for one in functions if JAVA_TEST.search(_modifiers(one))]


def _rust(mark: Node) -> Test:
    following = mark.next_named_sibling
    marks = ""
    while following is not None and following.type != "function_item":
        marks += text(following)
        following = following.next_named_sibling
    before = mark.prev_named_sibling
    marks += text(before) if before is not None and before.type == "attribute_item" else ""
    name = text(following.child_by_field_name("name")) if following is not None else ""
    return Test(following or mark, name, "#[ignore" in marks, checks_nothing=False)


def _is_go_test(function: Node) -> bool:
    name = text(function.child_by_field_name("name"))
    takes = text(function.child_by_field_name("parameters"))
    return re.match(r"Test(?![a-z])", name) is not None and "testing.T" in takes


def _go(function: Node) -> Test:
    name = text(function.child_by_field_name("name"))
    body = text(function.child_by_field_name("body"))
    first = body.strip("{ \t\n").split("\n", 1)[0]
    return Test(function, name, SKIPPED_GO.match(first) is not None, checks_nothing=False)


def _modifiers(method: Node) -> str:
    return next((text(child) for child in method.children if child.type == "modifiers"), "")


def _java(method: Node) -> Test:
    skipped = re.search(r"@(?:Disabled|Ignore)\b", _modifiers(method)) is not None
    return Test(method, text(method.child_by_field_name("name")), skipped, checks_nothing=False)
