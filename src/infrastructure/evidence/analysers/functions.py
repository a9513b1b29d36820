"""Finds the function that a library means by a line, and the parameters that a caller has to put in order."""

from __future__ import annotations

from tree_sitter import Node, Tree

from .matching import captures

PYTHON_SCOPES = "[(function_definition) (class_definition)] @scope"
FUNCTIONS = frozenset(
    {
        "function_definition", "function_declaration", "generator_function_declaration", "method_definition",
        "function_expression", "arrow_function", "generator_function", "method_declaration",
        "constructor_declaration", "function_item",
    }
)  # fmt: skip
RECEIVERS = frozenset({"self", "cls", "mcs", "mcls", "this"})
ENDS_OF_ORDER = frozenset({"keyword_separator", "list_splat_pattern"})
NOT_COUNTED = frozenset(
    {
        "comment", "line_comment", "block_comment", "positional_separator", "dictionary_splat_pattern",
        "self_parameter", "rest_pattern", "variadic_parameter_declaration", "spread_parameter",
        "receiver_parameter", "attribute_item",
    }
)  # fmt: skip


def function_at(tree: Tree, line: int) -> Node | None:
    """The outermost function that begins on the 1-based `line`, its decorators included."""
    row = line - 1
    node: Node | None = tree.root_node
    while node is not None:
        if node.type == "decorated_definition" and node.start_point.row == row:
            node = node.child_by_field_name("definition")
            return node if node is not None and node.type in FUNCTIONS else None
        if node.type in FUNCTIONS and node.start_point.row == row:
            return node
        node = next((child for child in node.named_children if _reaches(child, row)), None)
    return None


def names_by_line(tree: Tree) -> dict[int, str]:
    """The dotted name of the innermost Python function or class around each 1-based line that has one."""
    names: dict[int, str] = {}
    for scope in captures(tree.root_node, "python", PYTHON_SCOPES, "scope"):
        first = scope.start_point.row + 1
        own = (scope.child_by_field_name("name") or scope).text or b""
        around = names.get(first, "")
        name = f"{around}.{own.decode(errors='replace')}".lstrip(".")
        names.update(dict.fromkeys(range(first, scope.end_point.row + 2), name))
    return names


def ordered_parameters(function: Node) -> int:
    """How many arguments a caller may have to put in order: no receiver, no *args, nothing after it."""
    parameters = function.child_by_field_name("parameters")
    if parameters is None:
        return 0
    count = 0
    for place, one in enumerate(parameters.named_children):
        kind = _kind(one)
        if kind in ENDS_OF_ORDER:
            break
        if kind in NOT_COUNTED or (place == 0 and _name(one) in RECEIVERS):
            continue
        count += max(1, len(one.children_by_field_name("name")))
    return count


def _kind(parameter: Node) -> str:
    """The kind of a parameter, looking through its annotation."""
    first = parameter.named_children[0].type if parameter.named_children else ""
    return first if first in ENDS_OF_ORDER | NOT_COUNTED else parameter.type


def _name(parameter: Node) -> str:
    named = parameter.child_by_field_name("name") or parameter
    return (named.text or b"").decode(errors="replace").partition(":")[0].strip()


def _reaches(node: Node, row: int) -> bool:
    return node.start_point.row <= row <= node.end_point.row
