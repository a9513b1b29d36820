"""Functions whose parameters their author does not choose: a framework or a base class does."""

from __future__ import annotations

from tree_sitter import Node

from .matching import ancestors, captures
from .syntax import text

FILLED_IN = frozenset(
    {"command", "option", "argument", "group", "pass_context", "pass_obj", "fixture", "override", "overload"}
)
"""Last names of decorators: click, pytest and typing decide who passes what."""
ROUTES = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route", "websocket"}
)
FREE_BASES = frozenset({"object", "ABC", "Generic", "Protocol"})
"""Bases that ask for no method."""
CONSTRUCTORS = frozenset({"__init__", "__new__"})
CLASSES = "(class_definition) @class"
RELATIVE = "(import_from_statement module_name: (relative_import) name: (_) @name)"


def is_dictated(function: Node) -> bool:
    """Whether a decorator, or a base class in the same file, says what the parameters are."""
    if any(_fills_in(decorator) for decorator in _decorators(function)):
        return True
    owner, name = _owner(function), text(function.child_by_field_name("name"))
    if owner is None or name in CONSTRUCTORS:
        return False
    classes = _classes(function)
    return any(name in _methods(classes[base]) for base in _bases(owner) if base in classes)


def may_be_dictated(function: Node) -> bool:
    """Whether the class of a method has a base that is neither in this file nor imported from this package."""
    owner = _owner(function)
    if owner is None or text(function.child_by_field_name("name")) in CONSTRUCTORS:
        return False
    known = FREE_BASES | _classes(function).keys() | _relative_names(function)
    return any(base not in known for base in _bases(owner))


def _decorators(function: Node) -> list[Node]:
    above = function.parent
    if above is None or above.type != "decorated_definition":
        return []
    return [one.named_children[0] for one in above.named_children if one.type == "decorator"]


def _fills_in(decorator: Node) -> bool:
    called = decorator.type == "call"
    name = text(decorator.child_by_field_name("function") if called else decorator)
    owner, _, last = name.rpartition(".")
    if last in FILLED_IN:
        return True
    arguments = decorator.child_by_field_name("arguments") if called else None
    first = arguments.named_children[:1] if arguments is not None else []
    return bool(owner) and last in ROUTES and [one.type for one in first] == ["string"]


def _owner(function: Node) -> Node | None:
    """The class of a method, None of any other function."""
    for above in ancestors(function):
        if above.type in {"class_definition", "function_definition"}:
            return above if above.type == "class_definition" else None
    return None


def _bases(owner: Node) -> list[str]:
    """`B` of `B`, of `a.B` and of `B[int]`; keywords are no bases."""
    superclasses = owner.child_by_field_name("superclasses")
    named = [] if superclasses is None else superclasses.named_children
    found = [one for one in named if one.type not in {"keyword_argument", "comment"}]
    return [text(one).partition("[")[0].rpartition(".")[2] for one in found]


def _methods(owner: Node) -> set[str]:
    body = owner.child_by_field_name("body")
    inside = [] if body is None else body.named_children
    plain = [one.child_by_field_name("definition") or one for one in inside]
    return {text(one.child_by_field_name("name")) for one in plain if one.type == "function_definition"}


def _root(node: Node) -> Node:
    return next((above for above in ancestors(node) if above.parent is None), node)


def _classes(node: Node) -> dict[str, Node]:
    found = captures(_root(node), "python", CLASSES, "class")
    return {text(one.child_by_field_name("name")): one for one in found}


def _relative_names(node: Node) -> set[str]:
    found = captures(_root(node), "python", RELATIVE, "name")
    return {text(one.child_by_field_name("alias") or one) for one in found}
