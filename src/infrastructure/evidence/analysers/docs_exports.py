"""What a Python module hands on: its `__all__`, and the names that it imports from other modules."""

from __future__ import annotations

from typing import Any

from tree_sitter import Node, Tree

from .matching import ancestors, captures
from .syntax import text

IMPORTS = "(import_from_statement) @import"
ALL = """
[
  (assignment left: (identifier) @name right: (_) @value)
  (augmented_assignment left: (identifier) @name right: (_) @value)
]
"""
INNER = frozenset({"function_definition", "class_definition", "lambda"})


def exports_of(tree: Tree) -> dict[str, Any]:
    """`all`: the names in `__all__`, None without one; `imports`: module and pairs of its name and ours."""
    found = captures(tree.root_node, "python", IMPORTS, "import")
    imports = [_import(node) for node in found if _is_outermost(node)]
    return {"all": _all(tree), "imports": imports}


def _is_outermost(node: Node) -> bool:
    return all(above.type not in INNER for above in ancestors(node))


def _import(node: Node) -> dict[str, Any]:
    names = []
    for one in node.children_by_field_name("name"):
        if one.type == "aliased_import":
            names.append(
                [text(one.child_by_field_name("name")), text(one.child_by_field_name("alias")), True]
            )
        else:
            names.append([text(one), text(one), False])
    if any(child.type == "wildcard_import" for child in node.named_children):
        names.append(["*", "*", False])
    return {"module": text(node.child_by_field_name("module_name")), "names": names}


def _all(tree: Tree) -> list[str] | None:
    """None too when a part of `__all__` is worked out as the module runs: then it is not known."""
    values = [
        value
        for value in captures(tree.root_node, "python", ALL, "value")
        if value.parent is not None and text(value.parent.child_by_field_name("left")) == "__all__"
    ]
    members = [one for value in values for one in value.named_children if one.type != "comment"]
    plain = all(value.type in {"list", "tuple"} for value in values)
    if not values or not plain or any(one.type != "string" for one in members):
        return None
    return [text(one).strip("\"'") for one in members]
