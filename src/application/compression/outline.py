"""Source code as an outline: what declares something, and the bodies below it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .code import parse_python
from .units import whole_lines


@dataclass(frozen=True, slots=True)
class Part:
    """Whole lines of code. A body knows `owner`, the place of the part that declares it, and that one's `name`.

    `level` tells how deep the declaration stands: 0 at the left margin.
    """

    text: str
    level: int = 0
    body: bool = False
    owner: int = -1
    name: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Lines `first` to `last` (from 0, `last` not included) are the body of `name`."""

    first: int
    last: int
    level: int
    name: str


def outline(text: str) -> list[Part]:
    """The parts of `text`, which they make up again: Python by its syntax, all else by braces and indents."""
    lines = whole_lines(text)
    tree = parse_python(text)
    spans = list(_python_bodies(tree, lines)) if tree is not None else list(_deeper_lines(lines))
    return list(_parts(lines, spans))


def _parts(lines: list[str], spans: list[Span]) -> Iterator[Part]:
    at = count = 0
    for span in sorted(spans, key=lambda one: one.first):
        if span.first < at or span.last > len(lines):
            continue
        for line in lines[at : span.first]:
            yield Part(line, _level(line))
        count += span.first - at
        yield Part(
            "".join(lines[span.first : span.last]), span.level, body=True, owner=count - 1, name=span.name
        )
        count, at = count + 1, span.last
    for line in lines[at:]:
        yield Part(line, _level(line))


def _level(line: str) -> int:
    return indent_of(line) // 4


def indent_of(line: str) -> int:
    """Columns before the first word, a tab counting four."""
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def _python_bodies(tree: ast.Module, lines: list[str]) -> Iterator[Span]:
    """Bodies of functions, docstrings left out; functions inside functions belong to the body."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]  # no recursion: a chain of elif is as deep as it is long
    while waiting:
        node, level = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node, clean=False) is not None
            statements = node.body[1:] if documented else node.body
            if statements and _begins_line(statements[0], lines):
                yield Span(_first_line(statements[0]) - 1, node.end_lineno or 0, level + 1, node.name)
        elif isinstance(node, ast.mod | ast.stmt | ast.excepthandler | ast.match_case):
            deeper = level + isinstance(node, ast.ClassDef)
            waiting += [(child, deeper) for child in ast.iter_child_nodes(node)]


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _begins_line(statement: ast.stmt, lines: list[str]) -> bool:
    """Whether nothing stands before a statement on its line, as it does in `def f(): pass`."""
    at = statement.lineno - 1
    return at < len(lines) and not lines[at].encode("utf-8", "replace")[: statement.col_offset].strip()


_NAME = re.compile(
    r"(\w+)\s*(?:<[^<>]*>)?\s*\(|(?:class|struct|enum|trait|interface|module|type|function)\s+(\w+)"
)
_CONTAINER = re.compile(
    r"\b(?:class|struct|interface|trait|impl|namespace|module|object|enum|extension|mod)\b"
)


def _deeper_lines(lines: list[str]) -> Iterator[Span]:
    """Runs of lines that stand deeper than the line before them, unless that one declares a container."""
    at = 0
    while at < len(lines):
        head = _head_before(lines, at)
        if head < 0 or indent_of(lines[at]) <= indent_of(lines[head]) or _CONTAINER.search(lines[head]):
            at += 1
            continue
        end = at
        while end < len(lines) and (not lines[end].strip() or indent_of(lines[end]) > indent_of(lines[head])):
            end += 1
        while end > at and not lines[end - 1].strip():
            end -= 1
        found = _NAME.search(lines[head])
        yield Span(at, end, _level(lines[head]) + 1, (found[1] or found[2]) if found else "")
        at = end


def _head_before(lines: list[str], at: int) -> int:
    """The nearest line with words before `at`, -1 when `at` itself is empty or the first."""
    if not lines[at].strip():
        return -1
    return next((one for one in range(at - 1, -1, -1) if lines[one].strip()), -1)
