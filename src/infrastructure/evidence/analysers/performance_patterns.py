"""Work that is done again in each round of a Python loop, as far as the syntax tree alone proves it."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node, Tree

from ..file_facts import FileFacts, RawFinding
from .matching import captures, finding_at
from .python_scopes import Bindings, goes_over_few, leaves_at_once, repeated_by
from .syntax import first_error, parse, text

CALLS = "(call function: [(identifier) (attribute)] arguments: (argument_list)) @call"
COMPARISONS = "(comparison_operator) @comparison"
SUBSCRIPTS = "(subscript value: (call function: (identifier))) @subscript"
ADDITIONS = '(augmented_assignment left: (identifier) operator: "+=") @addition'
IMPORTED_RE = "(import_statement name: (dotted_name) @name)"
SHORT = 4
"""A list of fewer constants is searched as fast as a set."""
SHORT_LITERAL = 10
"""Written where it is searched, a list of constants is a tuple that is made once: only a long one is slow."""
CONSTANTS = frozenset({"string", "integer", "float", "true", "false", "none"})


def analyse(source: bytes, language: str, is_test: bool) -> FileFacts:
    """Look at one Python file; tests may be slow."""
    if is_test:
        return FileFacts()
    tree = parse(source, language)
    wrong = first_error(tree)
    if wrong is not None:
        return FileFacts(problem=f"has a syntax error at line {wrong}")
    return FileFacts(findings=tuple(sorted(_findings(tree, source), key=lambda one: (one.line, one.column))))


def _findings(tree: Tree, source: bytes) -> Iterator[RawFinding]:
    lines = source.split(b"\n")
    bindings = Bindings(tree)
    root = tree.root_node
    imports_re = any(text(name) == "re" for name in captures(root, "python", IMPORTED_RE, "name"))
    for call in captures(root, "python", CALLS, "call"):
        if imports_re and text(call.child_by_field_name("function")) == "re.compile":
            yield from _compiled_again(call, lines)
        yield from _taken_from_front(call, bindings, lines)
    for comparison in captures(root, "python", COMPARISONS, "comparison"):
        yield from _searched_list(comparison, bindings, lines)
    for subscript in captures(root, "python", SUBSCRIPTS, "subscript"):
        yield from _sorted_for_one(subscript, lines)
    grown: set[str] = set()
    for addition in captures(root, "python", ADDITIONS, "addition"):
        for finding in _grown_text(addition, bindings, lines):
            text_of_scope = finding.message + finding.function
            if text_of_scope not in grown:  # several additions to one text are one problem
                grown.add(text_of_scope)
                yield finding


def _arguments(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    return [] if arguments is None else _members(arguments)


def _is_constant_text(node: Node) -> bool:
    return node.type == "string" and all(child.type != "interpolation" for child in node.named_children)


def _compiled_again(call: Node, lines: list[bytes]) -> Iterator[RawFinding]:
    loop = repeated_by(call)
    arguments = _arguments(call)
    if loop is None or goes_over_few(loop) or not arguments or not _is_constant_text(arguments[0]):
        return
    yield _finding(
        call, lines, "regex-in-loop", 0.95,
        "The same regular expression is compiled again in each round of the loop; its value never changes",
        "Compile it once, at module level or before the loop.",
    )  # fmt: skip


def _searched_list(comparison: Node, bindings: Bindings, lines: list[bytes]) -> Iterator[RawFinding]:
    operands = comparison.named_children
    operators = [text(child) for child in comparison.children if not child.is_named or "in" in child.type]
    if len(operands) != 2 or not {"in", "not in"}.intersection(operators):
        return
    loop = repeated_by(comparison)
    if loop is None or goes_over_few(loop):
        return
    judged = _slow_search(operands[0], operands[1], loop, bindings)
    if judged is not None:
        yield _finding(comparison, lines, "list-membership-in-loop", *judged)


def _slow_search(member: Node, value: Node, loop: Node, bindings: Bindings) -> tuple[float, str, str] | None:
    """Confidence, message and suggestion when `value` is a list that `loop` searches again and again."""
    if _long_constant_list(value, SHORT_LITERAL):
        message = f"Up to {len(_members(value))} constants are compared one after the other in each round"
        return 0.9, message, "Make it a set, which is asked in one step: {…} instead of […]."
    if value.type == "call" and text(value.child_by_field_name("function")) == "list":
        message = "A whole list is copied in each round of the loop, only to be searched once"
        return 0.85, message, "Ask the original, or a set that is made before the loop."
    if value.type != "identifier" or bindings.bound_within(value, loop) or member.type in CONSTANTS:
        return None  # whoever looks for a constant looks for a mark in a list that changes
    bound = bindings.only_value(value)
    if bound is None or not (_long_constant_list(bound) or _is_built_list(bound)):
        return None
    message = f"{text(value)!r} is a list, and is searched from its start in each round of the loop"
    return 0.8, message, f"Keep a set beside {text(value)!r} if its members can be hashed, and ask that."


def _long_constant_list(node: Node, least: int = SHORT) -> bool:
    members = _members(node)
    return node.type == "list" and len(members) >= least and all(one.type in CONSTANTS for one in members)


def _members(node: Node) -> list[Node]:
    return [one for one in node.named_children if one.type != "comment"]


def _is_built_list(node: Node) -> bool:
    """A list of unknown, hence possibly great, length."""
    if node.type == "list_comprehension":
        return True
    return node.type == "call" and text(node.child_by_field_name("function")) in {"list", "sorted"}


def _sorted_for_one(subscript: Node, lines: list[bytes]) -> Iterator[RawFinding]:
    call = subscript.child_by_field_name("value")
    index = text(subscript.child_by_field_name("subscript"))
    if call is None or index not in {"0", "-1"}:
        return
    if text(call.child_by_field_name("function")) != "sorted" or not _arguments(call):
        return
    backwards = any(text(one).replace(" ", "") == "reverse=True" for one in _arguments(call))
    instead = "max" if (index == "0") == backwards else "min"
    yield _finding(
        subscript, lines, "sorted-first", 0.9,
        "Everything is sorted, and all but one member thrown away",
        f"Use {instead}(…) with the same key: one pass instead of a sort"
        + ("." if index == "0" else "; among equals it takes the first, not the last."),
    )  # fmt: skip


def _grown_text(addition: Node, bindings: Bindings, lines: list[bytes]) -> Iterator[RawFinding]:
    name = addition.child_by_field_name("left")
    statement = addition.parent
    loop = repeated_by(addition)
    if name is None or statement is None or loop is None or goes_over_few(loop):
        return
    values = bindings.values(name)
    if not values or any(value.type not in {"string", "concatenated_string"} for value in values):
        return
    if any(text(value)[:2].lower().startswith(("b'", 'b"', "rb", "br")) for value in values):
        return
    if bindings.bound_within(name, loop) or leaves_at_once(statement, loop):
        return
    yield _finding(
        addition, lines, "string-concat-in-loop", 0.85,
        f"The text {text(name)!r} grows by += in a loop, which may copy all of it in each round",
        "Collect the pieces in a list and join them after the loop.",
    )  # fmt: skip


def _taken_from_front(call: Node, bindings: Bindings, lines: list[bytes]) -> Iterator[RawFinding]:
    function = call.child_by_field_name("function")
    if function is None or function.type != "attribute":
        return
    name, method = function.child_by_field_name("object"), text(function.child_by_field_name("attribute"))
    arguments = [text(one) for one in _arguments(call)]
    front = (method == "pop" and arguments == ["0"]) or (method == "insert" and arguments[:1] == ["0"])
    loop = repeated_by(call) if front else None
    if loop is None or name is None or name.type != "identifier" or goes_over_few(loop):
        return
    bound = bindings.only_value(name)
    if bound is None or bindings.bound_within(name, loop):
        return
    if bound.type != "list" and not _is_built_list(bound):
        return
    done = "taken from" if method == "pop" else "put at"
    yield _finding(
        call, lines, "list-front-in-loop", 0.85,
        f"A member is {done} the front of the list {text(name)!r} in each round, and all others are moved",
        "Use collections.deque, which has popleft and appendleft.",
    )  # fmt: skip


def _finding(
    node: Node, lines: list[bytes], rule: str, confidence: float, message: str, suggestion: str
) -> RawFinding:
    return finding_at(
        node,
        lines,
        rule=rule,
        family=rule,
        message=message,
        severity="low",
        confidence=confidence,
        category="performance",
        suggestion=suggestion,
    )
