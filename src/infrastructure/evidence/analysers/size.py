"""Long functions, and functions with many parameters: lizard proposes, the syntax tree confirms."""

from __future__ import annotations

from typing import Any

import lizard
from tree_sitter import Tree

from ..file_facts import FileFacts, RawFinding
from .functions import function_at, ordered_parameters
from .signatures import is_dictated, may_be_dictated
from .syntax import GRAMMARS, enclosing, first_error, parse, quote_of

MAX_LINES = 80
MAX_PARAMETERS = 6
SUFFIX = {
    "python": "py", "javascript": "js", "typescript": "ts", "tsx": "tsx", "go": "go", "java": "java",
    "rust": "rs", "c": "c", "cpp": "cpp", "csharp": "cs", "ruby": "rb", "php": "php", "kotlin": "kt",
    "swift": "swift", "scala": "scala",
}  # fmt: skip
"""By the suffix lizard chooses how to read a file."""


def analyse(source: bytes, language: str, is_test: bool) -> FileFacts:
    """Functions of more than `MAX_LINES` lines of code or `MAX_PARAMETERS` parameters; tests may be long."""
    tree = parse(source, language) if language in GRAMMARS else None
    wrong = first_error(tree) if tree is not None else None
    if wrong is not None:
        return FileFacts(problem=f"has a syntax error at line {wrong}")
    text = source.decode("utf-8-sig", errors="replace")
    seen = lizard.analyze_file.analyze_source_code(f"x.{SUFFIX[language]}", text).function_list
    measures = {"functions.measured": float(len(seen)), "functions.long": 0.0}
    if is_test:
        return FileFacts(measures=measures)
    findings: list[RawFinding] = []
    for one in seen:
        if one.nloc > MAX_LINES:
            measures["functions.long"] += 1
            findings.append(_too_long(source, tree, one))
        if len(one.full_parameters) > MAX_PARAMETERS:
            findings.extend(_too_many(source, language, tree, one))
    return FileFacts(tuple(findings), measures)


def _too_long(source: bytes, tree: Tree | None, function: Any) -> RawFinding:
    name = _name(tree, function)
    return RawFinding(
        rule="too-long",
        message=f"{name} has {function.nloc} lines of code: it does more than one thing",
        suggestion="Move its steps to functions with names of their own.",
        confidence=0.7,
        **_place(source, name, function),
    )


def _too_many(source: bytes, language: str, tree: Tree | None, function: Any) -> list[RawFinding]:
    node = function_at(tree, function.start_line) if tree is not None else None
    count = ordered_parameters(node) if node is not None else len(function.parameters)
    if count <= MAX_PARAMETERS:
        return []
    method = node if language == "python" else None
    if method is not None and is_dictated(method):
        return []
    name = _name(tree, function)
    return [
        RawFinding(
            rule="too-many-parameters",
            message=f"{name} takes {count} parameters in order: calls are easy to get wrong",
            suggestion="Group what belongs together in an object, or make parameters keyword-only.",
            confidence=0.3 if method is not None and may_be_dictated(method) else 0.6,
            **_place(source, name, function),
        )
    ]


def _name(tree: Tree | None, function: Any) -> str:
    named = enclosing(tree, function.start_line) if tree is not None else ""
    return named or str(function.name).replace("::", ".")


def _place(source: bytes, name: str, function: Any) -> dict[str, Any]:
    return {
        "severity": "low",
        "category": "quality",
        "line": function.start_line,
        "end_line": function.end_line,
        "function": name,
        "quote": quote_of(source, function.start_line),
    }
