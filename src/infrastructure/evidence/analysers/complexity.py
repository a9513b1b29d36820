"""Cognitive complexity of each function, by complexipy."""

from __future__ import annotations

import complexipy
from tree_sitter import Tree

from ..file_facts import FileFacts, RawFinding
from .functions import function_at
from .syntax import enclosing, first_error, parse, quote_of

HARD = 15
"""Above this, the authors of the measure hold a function to be hard to follow."""
VERY_HARD = 25


def analyse(source: bytes, _language: str, is_test: bool) -> FileFacts:
    """Findings, and `data` = complexities of all functions in order; tests are judged more mildly."""
    try:
        seen = complexipy.code_complexity(source.decode("utf-8-sig"), with_plans=False)
    except ValueError as error:
        return FileFacts(problem=_problem(source, error))
    limit = VERY_HARD if is_test else HARD
    hard = [one for one in seen.functions if one.complexity > limit]
    tree = parse(source, "python") if hard else None
    findings = [
        _finding(source, tree, one.line_start, one.line_end, one.complexity, is_test)
        for one in hard
        if tree is not None
    ]
    return FileFacts(tuple(findings), data=[one.complexity for one in seen.functions])


def _problem(source: bytes, error: ValueError) -> str:
    line = first_error(parse(source, "python"))
    return f"has a syntax error at line {line}" if line is not None else f"cannot be parsed: {error}"[:200]


def _finding(source: bytes, tree: Tree, start: int, end: int, value: int, is_test: bool) -> RawFinding:
    function = function_at(tree, start)
    line = function.start_point.row + 1 if function is not None else start
    name = enclosing(tree, line)
    bad = value > VERY_HARD and not is_test
    return RawFinding(
        rule="cognitive-complexity",
        family="cognitive-complexity",
        message=f"{name} has a cognitive complexity of {value}: nested branches and loops hide what it does",
        severity="medium" if bad else "low",
        confidence=0.8 if bad else 0.6,
        category="quality",
        line=line,
        end_line=end,
        function=name,
        quote=quote_of(source, line),
        suggestion="Return early, and move each nested block to a function with a name.",
    )
