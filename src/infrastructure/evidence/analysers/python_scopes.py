"""Loops, scopes and bindings of Python code: what must be known before a rule says that work repeats."""

from __future__ import annotations

from collections import defaultdict

from tree_sitter import Node, Tree

from .matching import ancestors, captures
from .syntax import text

SCOPES = frozenset({"function_definition", "lambda", "class_definition", "module"})
LOOPS = frozenset({"for_statement", "while_statement"})
COMPREHENSIONS = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)
BINDINGS = """
[
  (assignment left: (_) @target)
  (augmented_assignment left: (identifier) @target)
  (named_expression name: (identifier) @target)
  (for_statement left: (_) @target)
  (for_in_clause left: (_) @target)
  (as_pattern_target (_) @target)
  (delete_statement (_) @target)
  (global_statement (identifier) @target)
  (nonlocal_statement (identifier) @target)
  (parameters (_) @target)
  (import_statement name: (_) @target)
  (import_from_statement name: (_) @target)
  (case_pattern (_) @target)
]
"""


class Bindings:
    """Where each name of a file is bound, by the scope that binds it."""

    def __init__(self, tree: Tree) -> None:
        self._places: dict[tuple[int, str], list[Node]] = defaultdict(list)
        self._shared: set[str] = set()
        for target in captures(tree.root_node, "python", BINDINGS, "target"):
            scope = scope_of(target)
            for name in _names(target):
                self._places[scope.id, text(name)].append(target)
                if target.parent is not None and target.parent.type in {
                    "global_statement",
                    "nonlocal_statement",
                }:
                    self._shared.add(text(name))

    def only_value(self, name: Node) -> Node | None:
        """The value that the name has in its scope when it is bound there exactly once, by an assignment."""
        places = self._places.get((scope_of(name).id, text(name)), [])
        if len(places) != 1 or text(name) in self._shared:
            return None
        return _value_of(places[0])

    def values(self, name: Node) -> list[Node] | None:
        """All values that plain assignments give the name in its scope; None when it is bound otherwise."""
        if text(name) in self._shared:
            return None
        found = []
        for place in self._places.get((scope_of(name).id, text(name)), []):
            if place.parent is not None and place.parent.type == "augmented_assignment":
                continue
            value = _value_of(place)
            if value is None:
                return None
            found.append(value)
        return found

    def bound_within(self, name: Node, region: Node) -> bool:
        """Whether `region` binds the name anew, other than by an augmented assignment."""
        return any(
            region.start_byte <= place.start_byte < region.end_byte
            for place in self._places.get((scope_of(name).id, text(name)), [])
            if place.parent is None or place.parent.type != "augmented_assignment"
        )


def scope_of(node: Node) -> Node:
    """The function, class, lambda or module whose names `node` sees first."""
    below = node
    for above in ancestors(node):
        if above.type in SCOPES and below != above.child_by_field_name("name"):
            return above
        below = above
    return below


def _names(target: Node) -> list[Node]:
    if target.type == "identifier":
        return [target]
    if target.type in {"attribute", "subscript"}:
        return []
    if target.type in {"default_parameter", "typed_parameter", "aliased_import"}:
        return [child for child in target.named_children if child.type == "identifier"][:1] or [target]
    return [name for child in target.named_children for name in _names(child)]


def _value_of(target: Node) -> Node | None:
    """The right side of `name = value` or `name: type = value`."""
    parent = target.parent
    if parent is None or parent.type != "assignment" or target.type != "identifier":
        return None
    return parent.child_by_field_name("right")


def repeated_by(node: Node) -> Node | None:
    """The innermost loop or comprehension that evaluates `node` anew each time round, within its function.

    What a `for` goes over is evaluated once, and so is the first `for` of a comprehension and any `else`.
    """
    below = node
    for above in ancestors(node):
        if above.type in LOOPS and below.type != "else_clause" and below != _once(above):
            return above
        if above.type in COMPREHENSIONS and not _first_source(above, below, node):
            return above
        if above.type in SCOPES:
            return None
        below = above
    return None


def _once(loop: Node) -> Node | None:
    return loop.child_by_field_name("right") if loop.type == "for_statement" else None


def _first_source(comprehension: Node, clause: Node, node: Node) -> bool:
    first = next((child for child in comprehension.named_children if child.type == "for_in_clause"), None)
    if first is None or clause != first:
        return False
    source = first.child_by_field_name("right")
    return source is not None and source.start_byte <= node.start_byte < source.end_byte


def goes_over_few(loop: Node) -> bool:
    """Whether a `for` goes over a literal tuple, list or set, so that it ends after a few rounds."""
    over = loop.child_by_field_name("right") if loop.type == "for_statement" else None
    return over is not None and over.type in {"tuple", "list", "set", "expression_list"}


def leaves_at_once(statement: Node, loop: Node) -> bool:
    """Whether the loop ends after `statement`: a later statement of a block around it leaves."""
    node = statement
    while node != loop:
        after = node.next_named_sibling
        while after is not None:
            if after.type in {"break_statement", "return_statement", "raise_statement"}:
                return True
            after = after.next_named_sibling
        if node.parent is None:
            return False
        node = node.parent
    return False
