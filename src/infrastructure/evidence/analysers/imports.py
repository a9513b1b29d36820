"""Reads the imports of one file, and when each of them happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node, Tree

from .matching import ancestors, captures, line_of
from .syntax import text

PYTHON = "[(import_statement) (import_from_statement)] @import"
SCRIPT = """
[
  (import_statement source: (string) @source)
  (export_statement source: (string) @source)
  (call_expression function: (identifier) @called arguments: (arguments . (string) @required .))
]
"""
DEFERRED = frozenset(
    {
        "function_definition", "lambda",
        "function_declaration", "function_expression", "arrow_function", "method_definition",
        "generator_function", "generator_function_declaration",
    }
)  # fmt: skip
NEVER_AT_LOAD = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING")


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: `module` as written, without its `level` leading dots, and the names taken.

    `typing` imports never happen at run time; `at_load` ones happen while the importing module is loaded.
    """

    module: str
    line: int
    level: int = 0
    names: tuple[str, ...] = ()
    at_load: bool = True
    typing: bool = False


def imports_of(tree: Tree, language: str) -> list[Import]:
    """The imports of a file, in order."""
    if language == "python":
        statements = captures(tree.root_node, language, PYTHON, "import")
        return [one for statement in statements for one in _python(statement)]
    return sorted(_script(tree, language), key=lambda one: one.line)


def _python(statement: Node) -> Iterator[Import]:
    names = tuple(_imported_name(node) for node in statement.children_by_field_name("name"))
    typing, at_load = _typing_only(statement), _at_load(statement)
    module = statement.child_by_field_name("module_name")
    if module is None:
        for name in names:
            yield Import(name, line_of(statement), at_load=at_load, typing=typing)
        return
    written = text(module)
    bare = written.lstrip(".")
    level = len(written) - len(bare)
    yield Import(bare.strip(), line_of(statement), level, names, at_load, typing)


def _imported_name(node: Node) -> str:
    return text(node.child_by_field_name("name") if node.type == "aliased_import" else node)


def _typing_only(statement: Node) -> bool:
    """Whether the statement stands in the body of `if TYPE_CHECKING:`."""
    below = statement
    for above in ancestors(statement):
        if above.type == "if_statement" and text(above.child_by_field_name("condition")) in NEVER_AT_LOAD:
            return below == above.child_by_field_name("consequence")
        below = above
    return False


def _at_load(statement: Node) -> bool:
    for above in ancestors(statement):
        if above.type in DEFERRED:
            return False
        if above.type == "if_statement" and "__main__" in text(above.child_by_field_name("condition")):
            return False
    return not _typing_only(statement)


def _script(tree: Tree, language: str) -> Iterator[Import]:
    for node in captures(tree.root_node, language, SCRIPT, "source"):
        statement = node.parent
        typing = statement is not None and any(child.type == "type" for child in statement.children)
        yield Import(_unquoted(node), line_of(node), at_load=not typing, typing=typing)
    for node in captures(tree.root_node, language, SCRIPT, "required"):
        call = node.parent.parent if node.parent is not None else None
        if call is not None and text(call.child_by_field_name("function")) == "require":
            yield Import(_unquoted(node), line_of(node), at_load=_at_load(node))


def _unquoted(node: Node) -> str:
    return text(node)[1:-1]
