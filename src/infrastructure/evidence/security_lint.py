"""Security: ruff's rules, weighed by what stands on the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import SourceFile
from .ruff import RUFF, Remark, RuffTool, Verdict
from .security_rules import OTHER, RULES

SQL = re.compile(
    r"""^\(*\s*[rRbBfF]{0,2}["']{1,3}\s*\(*\s*(?:select|insert|update|delete|with|create|alter|drop|merge|replace)\s""",
    re.IGNORECASE,
)
PLACE = r"(?:\{|(?<!%)%s|(?<!%)%\(|[\"']+\s*\+)"
VALUE = re.compile(rf"'%?{PLACE}|(?:=|<|>|\blike|\bvalues\s*\()\s*{PLACE}", re.IGNORECASE)
SECRET_MEANT = re.compile(
    r"token|secret|passw|pwd|otp\b|nonce|salt|csrf|session|api_?key|reset|_code|code_|captcha|voucher|invite",
    re.IGNORECASE,
)
PASSWORD = re.compile(r"passw|pwd|passphrase|credential", re.IGNORECASE)
COMPILED = re.compile(r"eval\(\s*(?:compile\(|\w*(?:code|compiled|expression|annotation)\w*\b)")
LITERAL = re.compile(r"""["']([^"']*)["']\s*\)?$""")
NAMED = re.compile(r'"([^"]+)"')
PLAIN_PASSWORD = re.compile(
    r"^(?:\w+_)?(?:password|passwd|pwd|passphrase|secret|secret_key|api_key)$", re.IGNORECASE
)
MADE_UP = re.compile(
    r"^(?:test|example|dummy|xxx|your|change|none$|null$|\W+$)|password|passwd|secret|\*\*", re.IGNORECASE
)


class SecurityLintTool(RuffTool):
    """Weaknesses in Python code; tests are left out, and what the author excused by noqa for a line or a rule."""

    version = f"2+ruff{RUFF}"
    select = ("S",)
    ignore = ("S101", "S404", "S603", "S606", "S607")
    category = Category.SECURITY.value
    counts_silenced = True
    sees_through_blankets = True
    about = ToolProfile(
        name="ruff-security",
        title="weaknesses in Python (ruff)",
        categories=frozenset({Category.SECURITY}),
        languages=frozenset({"python"}),
    )

    def wants(self, file: SourceFile) -> bool:
        """Python that is run in earnest: neither tests nor stubs."""
        return super().wants(file) and not file.is_test and not file.path.endswith(".pyi")

    def nothing_to_see(self) -> str:
        """Why there is no input when no file was wanted."""
        return "no python files outside tests"

    def judge(self, remark: Remark) -> Verdict | None:
        """A rule's verdict, weighed by its context where that tells."""
        verdict = RULES.get(remark.code, OTHER)
        weigh = WEIGHED.get(remark.code)
        return verdict if weigh is None else weigh(remark, verdict)


def _query(remark: Remark, verdict: Verdict) -> Verdict | None:
    """A value put into a query is worse than a name; a text that only sounds like SQL is nothing."""
    if not SQL.match(remark.text):
        return None
    return verdict.but("high", 0.7) if VALUE.search(remark.text) else verdict


def _shell(remark: Remark, verdict: Verdict) -> Verdict | None:
    """A command without variable parts can only become dangerous later."""
    if "seems safe" not in remark.message:
        return verdict
    return Verdict("info", 0.6, "", verdict.suggestion, verdict.family, verdict.cwe)


def _evaluated(remark: Remark, verdict: Verdict) -> Verdict | None:
    return verdict.but("medium", 0.4) if COMPILED.match(remark.text) else verdict


def _unpickled(remark: Remark, verdict: Verdict) -> Verdict | None:
    """Unpickling what was pickled on the same line is a way to copy."""
    return None if re.search(r"loads\(\s*\w*\.?dumps\(", remark.text) else verdict


def _hashed(remark: Remark, verdict: Verdict) -> Verdict | None:
    """A fast hash of a password is broken by trying; elsewhere it depends on what the hash is for."""
    if not PASSWORD.search(f"{remark.function} {remark.quote}"):
        return verdict
    return Verdict(
        "high", 0.75, "Passwords under a fast hash are found by trying them all",
        "Use scrypt, Argon2 or bcrypt with a salt of its own for each.", "weak-password-hash", 916,
    )  # fmt: skip


def _random(remark: Remark, verdict: Verdict) -> Verdict | None:
    """Chance in games, tests of load and pauses is no secret."""
    return verdict if SECRET_MEANT.search(f"{remark.function} {remark.quote}") else None


def _secret(remark: Remark, verdict: Verdict) -> Verdict | None:
    """A string that was made to be guessed by nobody is a secret; a word after a name like token is none."""
    literal = LITERAL.search(remark.text)
    value = literal.group(1) if literal else ""
    name = NAMED.search(remark.message)
    if MADE_UP.search(value) or re.search(r"\s", value) or len(value) < 4:
        return None
    if len(value) >= 8 and re.search(r"\d", value) and re.search(r"[A-Za-z]", value):
        return verdict
    plain = name is not None and PLAIN_PASSWORD.match(name.group(1))
    return verdict.but("low", 0.4) if plain else None


Weigh = Callable[[Remark, Verdict], Verdict | None]
WEIGHED: Mapping[str, Weigh] = {
    "S608": _query, "S602": _shell, "S605": _shell, "S307": _evaluated, "S301": _unpickled, "S324": _hashed,
    "S311": _random, "S105": _secret, "S106": _secret, "S107": _secret,
}  # fmt: skip
