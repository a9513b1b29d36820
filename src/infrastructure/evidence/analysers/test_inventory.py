"""Counts the tests of a file, those that are skipped, and those that check nothing."""

from __future__ import annotations

import re

from tree_sitter import Node

from ..file_facts import FileFacts, RawFinding
from .matching import finding_at
from .syntax import first_error, parse
from .tests_python import python_tests
from .tests_script import other_tests, script_tests

MARKS = {
    "python": re.compile(rb"\bdef test|\bunittest\b"),
    "javascript": re.compile(rb"\b(?:it|test)\b"),
    "go": re.compile(rb"\bfunc Test"),
    "rust": re.compile(rb"\btest\]"),
    "java": re.compile(rb"@(?:Test|ParameterizedTest|RepeatedTest)\b"),
}
MARKS["typescript"] = MARKS["tsx"] = MARKS["javascript"]


def analyse(source: bytes, language: str, is_test: bool) -> FileFacts:
    """Look at one file; only those with a mark of a test are parsed, and Rust keeps tests beside the code."""
    measures = {"lines": float(source.count(b"\n"))}
    if not (is_test or language == "rust") or not MARKS[language].search(source):
        return FileFacts(measures=measures)
    tree = parse(source, language)
    wrong = first_error(tree)
    if wrong is not None:
        return FileFacts(problem=f"has a syntax error at line {wrong}")
    if language == "python":
        tests = python_tests(tree)
    elif language in {"javascript", "typescript", "tsx"}:
        tests = script_tests(tree, language)
    else:
        tests = other_tests(tree, language)
    lines = source.split(b"\n")
    findings = [_asserts_nothing(one.node, one.name, lines) for one in tests if one.checks_nothing]
    measures |= {"tests": float(len(tests)), "skipped": float(sum(one.skipped for one in tests))}
    return FileFacts(tuple(findings), measures)


def _asserts_nothing(node: Node, name: str, lines: list[bytes]) -> RawFinding:
    return finding_at(
        node,
        lines,
        rule="test-without-assertion",
        family="test-without-assertion",
        message=f"The test {name} checks nothing: it passes whatever comes out, unless something raises",
        severity="low",
        confidence=0.7,
        category="coverage",
        suggestion="Assert the outcome, or say in its name that only the absence of an error is meant.",
    )
