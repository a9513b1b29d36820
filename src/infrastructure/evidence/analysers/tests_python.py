"""Tests in a Python file, as pytest and unittest collect them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node, Tree

from .matching import ancestors, captures
from .syntax import text

FUNCTIONS = "(function_definition name: (identifier) @name) @function"
CALLS = "(call) @call"
CHECKS = "[(assert_statement) (raise_statement)] @check"
IMPORTS = "(import_from_statement) @import"
CHECKING = re.compile(
    r"assert|expect|rais|fail|warn|check|verif|valid|should|must|ensure|match|compare|approx|snapshot|deprecated"
    r"|logged|exit|skip|mypy|reveal|equal|same",
    re.IGNORECASE,
)
MEANT_TO_RUN_ONLY = re.compile(r"smoke|not_raise|no_error|no_exception|does_?n[o']?t|without_error|no_crash")
SCOPES = frozenset({"function_definition", "class_definition", "lambda"})
SKIPPED = re.compile(r"\bskip\b|\bskipIf\b|\bskipUnless\b|\bskipif\b|\bxfail\b|\bexpectedFailure\b")


@dataclass(frozen=True, slots=True)
class Test:
    """One test; `checks_nothing` only when that is sure enough to say."""

    __test__ = False

    node: Node
    name: str
    skipped: bool
    checks_nothing: bool


def python_tests(tree: Tree) -> list[Test]:
    """All functions and methods that are collected as tests, in order."""
    own = _own_names(tree)
    functions = captures(tree.root_node, "python", FUNCTIONS, "function")
    return [_test(one, own) for one in functions if _is_collected(one)]


def _own_names(tree: Tree) -> frozenset[str]:
    """Functions that the file defines or takes from other test code: they may check on behalf of a test."""
    defined = {text(name) for name in captures(tree.root_node, "python", FUNCTIONS, "name")}
    taken = {
        text(name.child_by_field_name("alias") or name)
        for statement in captures(tree.root_node, "python", IMPORTS, "import")
        if re.search(
            r"^\.|test|conftest|helper|util|support", text(statement.child_by_field_name("module_name"))
        )
        for name in statement.children_by_field_name("name")
    }
    return frozenset(defined | taken)


def _is_collected(function: Node) -> bool:
    """A function of the module or of a class of tests, that gives nothing back."""
    gives = text(function.child_by_field_name("return_type"))
    if not text(function.child_by_field_name("name")).startswith("test") or gives not in {"", "None"}:
        return False
    scopes = [one for one in ancestors(function) if one.type in SCOPES]
    return all(_holds_tests(scope) for scope in scopes) and "fixture" not in _decorators(function)


def _holds_tests(scope: Node) -> bool:
    """pytest wants a class called Test…, unittest one with a base class."""
    if scope.type != "class_definition":
        return False
    name = text(scope.child_by_field_name("name"))
    return name.startswith("Test") or scope.child_by_field_name("superclasses") is not None


def _decorators(node: Node) -> str:
    parent = node.parent
    if parent is None or parent.type != "decorated_definition":
        return ""
    return " ".join(text(child) for child in parent.named_children if child.type == "decorator")


def _test(function: Node, own: frozenset[str]) -> Test:
    holders = [function, *(one for one in ancestors(function) if one.type == "class_definition")]
    decorators = " ".join(_decorators(one) for one in holders)
    name = ".".join(text(one.child_by_field_name("name")) for one in reversed(holders))
    skipped = bool(SKIPPED.search(decorators))
    meant = MEANT_TO_RUN_ONLY.search(name)
    silent = not (skipped or meant or _decorators(function)) and _is_silent(function, own)
    return Test(function, name, skipped, silent)


def _is_silent(function: Node, own: frozenset[str]) -> bool:
    """Whether nothing in the test can check anything; a call that might is the benefit of the doubt."""
    body = function.child_by_field_name("body")
    if body is None or captures(body, "python", CHECKS, "check"):
        return False
    calls = captures(body, "python", CALLS, "call")
    if not calls or "yield" in text(body):
        return False
    given = frozenset(_parameters(function))
    return not any(_may_check(text(call.child_by_field_name("function")), own, given) for call in calls)


def _parameters(function: Node) -> Iterator[str]:
    parameters = function.child_by_field_name("parameters")
    for one in parameters.named_children if parameters is not None else ():
        yield text(one.named_children[0] if one.named_children else one)


def _may_check(called: str, own: frozenset[str], given: frozenset[str]) -> bool:
    """Whether a call may assert: by its name, or because a fixture, a helper or its class does."""
    if CHECKING.search(called):
        return True
    first, dot, _ = called.partition(".")
    if first in {"self", "cls", "super()"} or first in own:
        return True
    return not dot and (first in given or not first.isidentifier())
