"""Switches of Django, Flask, FastAPI and JWT libraries in Python, by the syntax tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node, Tree

from ..file_facts import RawFinding
from .matching import captures, weakness_at
from .syntax import first_error, parse, text

MARKS = re.compile(
    rb"\bDEBUG\b|ALLOWED_HOSTS|_COOKIE_SECURE|_COOKIE_HTTPONLY|CORS|verify_signature|jwt|jose|WTF_CSRF_ENABLED"
    rb"|PASSWORD_HASHERS|\bdebug\s*=\s*True"
)
ASSIGNMENTS = "(module (expression_statement (assignment left: (identifier) right: (_)) @it))"
ITEMS = "(assignment left: (subscript) right: (_)) @it"
CALLS = "(call function: [(identifier) (attribute)] arguments: (argument_list)) @it"
SETTINGS = frozenset({
    "ALLOWED_HOSTS", "SECRET_KEY", "INSTALLED_APPS", "MIDDLEWARE", "DATABASES", "ROOT_URLCONF", "TEMPLATES",
    "DATABASE_URL", "STATIC_URL", "WSGI_APPLICATION", "SQLALCHEMY_DATABASE_URI", "SESSION_COOKIE_SECURE", "DATABASE",
    "CSRF_COOKIE_SECURE", "ENV", "TESTING", "LOGGING", "AUTH_USER_MODEL", "BASE_DIR", "PASSWORD_HASHERS",
})  # fmt: skip
COOKIES = {
    "SESSION_COOKIE_SECURE": 614, "CSRF_COOKIE_SECURE": 614, "REMEMBER_COOKIE_SECURE": 614,
    "SESSION_COOKIE_HTTPONLY": 1004, "REMEMBER_COOKIE_HTTPONLY": 1004,
}  # fmt: skip
ANY_ORIGIN = frozenset({"CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"})
WEAK_HASHERS = (
    "MD5PasswordHasher",
    "SHA1PasswordHasher",
    "UnsaltedMD5",
    "UnsaltedSHA1",
    "CryptPasswordHasher",
)
ANY = frozenset(
    {'"*"', "'*'", '["*"]', "['*']", '("*",)', "('*',)", 'r".*"', "r'.*'", '[r".*"]', '".*"', "'.*'"}
)


def python(source: bytes, language: str) -> Iterator[RawFinding]:
    """Findings of one module; those without a mark are not parsed. Raises ValueError for a syntax error."""
    if not MARKS.search(source):
        return
    tree = parse(source, language)
    wrong = first_error(tree)
    if wrong is not None:
        raise ValueError(f"has a syntax error at line {wrong}")
    lines = source.split(b"\n")
    yield from _module_level(tree, lines)
    for item in captures(tree.root_node, "python", ITEMS, "it"):
        yield from _item(item, lines)
    for call in captures(tree.root_node, "python", CALLS, "it"):
        yield from _called(call, lines)


def _module_level(tree: Tree, lines: list[bytes]) -> Iterator[RawFinding]:
    """The last value of each name counts; a file with few names of settings is not one of settings."""
    values = {
        text(one.child_by_field_name("left")): one
        for one in captures(tree.root_node, "python", ASSIGNMENTS, "it")
    }
    if not SETTINGS.intersection(values):
        return
    credentials = _value(values.get("CORS_ALLOW_CREDENTIALS")) == "True"
    for name, node in values.items():
        yield from _switch(name, _value(node), node, lines, credentials)


def _value(assignment: Node | None) -> str:
    return text(assignment.child_by_field_name("right")).replace(" ", "") if assignment is not None else ""


def _switch(name: str, value: str, node: Node, lines: list[bytes], credentials: bool) -> Iterator[RawFinding]:
    if name == "DEBUG" and value == "True":
        yield weakness_at(
            node, lines, "debug-on", "high", 0.7,
            "Debug mode is on wherever this module is used: error pages show code, settings and variables to everybody",
            "Read it from the environment, and leave it off by default.", 489,
        )  # fmt: skip
    elif name == "ALLOWED_HOSTS" and value in ANY:
        yield weakness_at(
            node, lines, "allowed-hosts-any", "medium", 0.8,
            "Requests for any host name are answered: links in mails and caches can be made to point elsewhere",
            "List the host names under which the service is reached.", 644,
        )  # fmt: skip
    elif name in COOKIES and value == "False":
        yield weakness_at(
            node, lines, "cookie-unprotected", "medium", 0.6,
            f"{name} is off: "
            + ("scripts can read the cookie" if "HTTPONLY" in name else "the cookie also travels over plain HTTP"),
            "Turn it on; where development needs it off, do so in the settings of development only.", COOKIES[name],
        )  # fmt: skip
    elif name in ANY_ORIGIN and value == "True":
        yield _any_origin(node, lines, credentials)
    elif name == "WTF_CSRF_ENABLED" and value == "False":
        yield _without_csrf(node, lines)
    elif name == "PASSWORD_HASHERS" and any(hasher in value.split(",", 1)[0] for hasher in WEAK_HASHERS):
        yield weakness_at(
            node, lines, "weak-password-hash", "high", 0.8,
            "New passwords are stored in a form that is guessed in seconds once it leaks",
            "Put Argon2 or PBKDF2 first; keep the old one last, to read old passwords.", 916,
        )  # fmt: skip


def _item(node: Node, lines: list[bytes]) -> Iterator[RawFinding]:
    """Flask: app.config["DEBUG"] = True."""
    left = node.child_by_field_name("left")
    if left is None or not text(left.child_by_field_name("value")).endswith("config"):
        return
    name = text(left.child_by_field_name("subscript")).strip("\"'")
    if name in COOKIES or name in {"DEBUG", "WTF_CSRF_ENABLED"}:
        yield from _switch(name, _value(node), node, lines, credentials=False)


def _without_csrf(node: Node, lines: list[bytes]) -> RawFinding:
    return weakness_at(
        node, lines, "csrf-off", "medium", 0.7,
        "Forms are taken from any site: another page can act in the name of a visitor who is signed in",
        "Leave the protection on, and exempt single views that need no cookie.", 352,
    )  # fmt: skip


def _any_origin(node: Node, lines: list[bytes], credentials: bool) -> RawFinding:
    return weakness_at(
        node, lines, "cors-any-origin", "medium" if credentials else "low", 0.85 if credentials else 0.6,
        "Every site may read the answers" + (", with the cookies of the visitor" if credentials else ""),
        "List the origins that may.", 942,
    )  # fmt: skip


def _called(call: Node, lines: list[bytes]) -> Iterator[RawFinding]:
    function = text(call.child_by_field_name("function"))
    last = function.rpartition(".")[2]
    given = _keywords(call)
    if last == "decode" and re.search(r"(?:^|[._])jw[ts]\b|\bjose\b|PyJWT", function):
        yield from _decoded(call, given, lines)
    elif last == "CORS" or (last == "add_middleware" and "CORSMiddleware" in text(call)):
        with_cookies = "True" in {given.get("supports_credentials"), given.get("allow_credentials")}
        origins = given.get("origins", given.get("allow_origins", given.get("allow_origin_regex", "")))
        if with_cookies and (origins in ANY or (last == "CORS" and not origins and "resources" not in given)):
            yield _any_origin(call, lines, credentials=True)
    elif last in {"FastAPI", "Starlette"} and given.get("debug") == "True":
        yield weakness_at(
            call, lines, "debug-on", "medium", 0.7,
            "Debug mode is on: error pages show code and variables to everybody",
            "Read it from the environment, and leave it off by default.", 489,
        )  # fmt: skip


def _keywords(call: Node) -> Mapping[str, str]:
    arguments = call.child_by_field_name("arguments")
    pairs = (
        [one for one in arguments.named_children if one.type == "keyword_argument"]
        if arguments is not None
        else []
    )
    return {
        text(one.child_by_field_name("name")): text(one.child_by_field_name("value")).replace(" ", "")
        for one in pairs
    }


def _decoded(call: Node, given: Mapping[str, str], lines: list[bytes]) -> Iterator[RawFinding]:
    options = given.get("options", "")
    unverified = (
        re.search(r"""["']?verify_signature["']?[:=]False""", options) or given.get("verify") == "False"
    )
    unsigned = re.search(
        r"""["']none["']""", given.get("algorithms", given.get("algorithm", "")), re.IGNORECASE
    )
    if unverified or unsigned:
        yield weakness_at(
            call, lines, "jwt-not-verified", "critical" if unverified else "high", 0.75,
            "A token is believed without its signature: anybody can write one in any name",
            "Decode it with the key and the one algorithm that it was signed with.", 347,
        )  # fmt: skip
