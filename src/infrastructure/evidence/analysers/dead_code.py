"""What a Python file defines and which names it uses, by vulture; who uses what is decided over all files."""

from __future__ import annotations

import ast
import re
from typing import Any

from vulture import Vulture
from vulture.lines import get_first_line_number

from ..file_facts import FileFacts, RawFinding
from .functions import names_by_line
from .syntax import parse

PLAIN_DECORATORS = frozenset(
    {
        "staticmethod",
        "classmethod",
        "property",
        "cached_property",
        "cache",
        "lru_cache",
        "contextmanager",
        "wraps",
    }
)
"""These register nothing: what they decorate is called by its name or not at all."""
NAME_IN_TEXT = re.compile(r"[A-Za-z_][\w.:]{0,200}")
PARSED = 0


class _Scan(Vulture):  # type: ignore[misc]  # vulture ships no types
    """Also sees names in strings, and definitions that a framework or a base class may call."""

    def __init__(self) -> None:
        super().__init__()
        self.called_by_others: set[int] = set()
        self.prefixes: set[str] = set()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802 – ast names visitors by node
        """A public method of a class with a base may be a hook of that base."""
        super().visit_ClassDef(node)
        if node.decorator_list or node.keywords:
            self.called_by_others.add(get_first_line_number(node))
        if node.bases or node.keywords:
            functions = (one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
            public = (one for one in functions if not one.name.startswith("_"))
            self.called_by_others.update(get_first_line_number(one) for one in public)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802
        """Whoever imports a name wants it, if only to pass it on."""
        super().visit_ImportFrom(node)
        self.used_names.update(one.name for one in node.names)

    def visit_FunctionDef(self, node: Any) -> None:  # noqa: N802
        """A decorator may hand the function to somebody."""
        super().visit_FunctionDef(node)
        if any(_last_name(one) not in PLAIN_DECORATORS for one in node.decorator_list):
            self.called_by_others.add(get_first_line_number(node))

    def visit_Constant(self, node: ast.Constant) -> None:  # noqa: N802
        """A string that looks like a name may be one: getattr, entry points, routes, settings."""
        if isinstance(node.value, str) and NAME_IN_TEXT.fullmatch(node.value):
            self.used_names.update(re.split(r"[.:]", node.value))
            if node.value.endswith("_"):
                self.prefixes.add(node.value)


def analyse(source: bytes, _language: str, is_test: bool) -> FileFacts:
    """Unreachable code as findings; `data` = used, prefixes, defined.

    `prefixes` begin names that are put together; `defined` are the definitions that nothing in the file uses.
    """
    text = source.decode("utf-8-sig")
    scan = _Scan()
    scan.scan(text, "module.py")
    if scan.exit_code != PARSED:
        return FileFacts(problem=_problem(text))
    defined, unreachable = ([], []) if is_test else _seen(source, scan)
    data = {
        "used": sorted(scan.used_names),
        "prefixes": sorted(scan.prefixes),
        "defined": defined,
    }
    return FileFacts(tuple(one for one in unreachable if not one.quote.startswith("yield")), data=data)


def _last_name(decorator: ast.expr) -> str:
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _problem(text: str) -> str:
    try:
        ast.parse(text, type_comments=True)
    except SyntaxError as error:
        return f"cannot be read by this Python: line {error.lineno}: {error.msg}"
    except ValueError as error:
        return f"cannot be read by this Python: {error}"
    return "has a type comment that cannot be read"


def _seen(source: bytes, scan: _Scan) -> tuple[list[dict[str, Any]], list[RawFinding]]:
    """Functions, classes, methods and properties that the file itself does not use; code that is never reached."""
    groups = (scan.unused_funcs, scan.unused_classes, scan.unused_methods, scan.unused_props)
    items = [item for group in groups for item in group if item.first_lineno not in scan.called_by_others]
    if not items and not scan.unreachable_code:
        return [], []
    names = names_by_line(parse(source, "python"))
    lines = source.split(b"\n")
    found = []
    for item in sorted(items, key=lambda one: (one.first_lineno, str(one.name))):
        line = _definition_line(lines, item)
        found.append(
            {
                "kind": item.typ,
                "name": item.name,
                "line": line,
                "end_line": item.last_lineno,
                "function": names.get(line, ""),
                "quote": _quote(lines, line),
                "confidence": item.confidence / 100,
            }
        )
    return found, [_unreachable(item, names, lines) for item in scan.unreachable_code]


def _quote(lines: list[bytes], line: int) -> str:
    return lines[line - 1].decode(errors="replace").strip()[:200] if line <= len(lines) else ""


def _definition_line(lines: list[bytes], item: Any) -> int:
    """The line of def or class: vulture points at the first decorator."""
    mark = re.compile(rb"\s*(?:async\s+)?(?:def|class)\s+" + str(item.name).encode() + rb"\b")
    rows = range(item.first_lineno, min(item.last_lineno, len(lines)) + 1)
    return next((row for row in rows if mark.match(lines[row - 1])), int(item.first_lineno))


def _unreachable(item: Any, names: dict[int, str], lines: list[bytes]) -> RawFinding:
    line = int(item.first_lineno)
    return RawFinding(
        rule="unreachable-code",
        family="unreachable-code",
        message=f"This is never run: {item.message}",
        severity="info" if "condition" in item.message else "low",
        confidence=0.9,
        category="quality",
        line=line,
        end_line=int(item.last_lineno),
        function=names.get(line, ""),
        quote=_quote(lines, line),
        suggestion="Remove it, or correct the condition before it.",
    )
