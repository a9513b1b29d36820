"""How fast secrets are found: in ordinary code, in eight times as much, and in short texts made to be slow."""

from __future__ import annotations

import random
import string
import time
from functools import partial
from pathlib import Path

from benchmarks.growth import growth
from muster.infrastructure.evidence.secret_masker import RuleMasker
from tests.unit.infrastructure.evidence.test_secrets import HOSTILE

REPEATS = 5
MEGABYTE = 1_000_000
SMALL = 30_000
"""Characters of a hostile text."""
MORE = [
    "curl a ", "curl -u a:", "mysql a ", "mysql a -p", "login -p ", "echo aaaaaa1 | ", "auth=('a', ", "PDO('a', 'b', ",
    "identified by ", "password ", "password is ", "password\n value",
    'key="', "pass ", "?key=", "key=a&", ":aaaaaaa@tcp(",
    "-u a:a1b2c3d4 ", "curl -u a:a1b2c3d4 ", "curl \\\n", "-H 'token: ", "hash_hmac(a, ", "hmac.new(", "ogin('a', ",
    "PASSWORD ", "password for a b c ", "password: |\n  ", "net use /user:a ", "sqlplus -a ", "BUNDLE_", ":$apr1$a",
    ":*:a:a:", "https://a1b2c3d4e5f6g7h8i9j0k1@", "password=hunter2\n", "secret='aB3dE5fG7hJ'\n", "XKEY='",
    "key='a1b2)c3]d4}e5f6#'\n", "kind: Secret\ndata:\n", "data:\n a: ", "-pass pass:a", "openssl -k ",
    "passwords:\n- a1b2c3d4\n", "passwords=['a1b2c3d4', ", "token, a, ", "(token, 'a1b2c3d4') = ", "strcmp(password, ",
    "'a1b2c3d4' == password ", "strcmp('a1b2c3d4', token ", "stripe key " + "0af1" * 8 + " ", "<pass>a{</",
    "MMMMM", "M.", "a1" * 8 + ".atlasv1.", "pat", "SK", "0123456789abcdef", "ABSK", "auth auth=", "token token ",
    "pw\n", "pw,\n", "pw, pw\n", "a,pw\nb,hunter2x9\n",
    "key:\n", "pw=hunt3r\n", "pw:hunt3r\n", "pw=='hunt3r'\n", 'pw"value=hunt3r\n',
    '?pw: vt0yKP"\n, ', "pw, pw, pw = 'a', 'b'\n", "((((((password, ", "masterauth ", "İ client key ", "host=a token ",
]  # fmt: skip
OF_THEIR_OWN = (
    "key='{}'\n",
    "api_key={}\n",
    "secret: {}\n",
    "password={}\n",
    "://a:{}@b.io ",
    "Bearer {}\n",
    "passwords: ['{}']\n",
    "a, password = 1, '{}'\n",
    "if '{}' == secret:\n",
    "echo {} | ",
)
"""Lines of which each holds another value that passes every gate."""


def bench_secrets() -> None:
    """Print medians of five, and the slowest hostile text at its least; CPU time, so that neighbours count less."""
    code = _cut(_code(), MEGABYTE)
    print(f"\nsecrets, median of {REPEATS}")
    once, eight = partial(_once, code, "a.py"), partial(_once, code * 8, "a.py")
    one, times = growth(once, eight, REPEATS)
    print(f"  ordinary code    {1 / one:6.1f} MB/s       bar: at least 3")
    print(f"  8 MB over 1 MB   {times:6.1f} times      bar: at most 8.8")
    slowest, piece, path = max(
        (_cost(_cut(piece, SMALL), path), piece, path)
        for piece in (*HOSTILE, *MORE)
        for path in ("a.py", "a.yml", "")
    )
    slowest, piece, path = max(
        (slowest, piece, path), *((_cost(_drawn(form), ""), form, "") for form in OF_THEIR_OWN)
    )
    print(f"  hostile 30 kB    {slowest:6.3f} s          bar: at most 0.1   ({piece!r} in {path or 'prose'})")


def _code() -> str:
    root = Path(__file__).parents[1] / "src"
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py")))


def _drawn(form: str) -> str:
    """A hostile text of lines of one form, every value drawn anew."""
    rng = random.Random(form)  # noqa: S311 - repeatable text
    values = ("".join(rng.choices(string.ascii_letters + string.digits, k=18)) for _ in range(SMALL // 20))
    return "".join(form.format(value) for value in values)[:SMALL]


def _cut(text: str, size: int) -> str:
    return (text * (size // len(text) + 1))[:size]


def _cost(text: str, path: str) -> float:
    """The least of five: what neighbours do only adds."""
    return min(_once(text, path) for _ in range(REPEATS))


def _once(text: str, path: str) -> float:
    started = time.process_time()
    RuleMasker().mask(text, path)
    return time.process_time() - started
