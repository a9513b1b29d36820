"""Looks for the short text in which secrets are found most slowly: `python -m benchmarks.hostile_secrets 600`.

A text is a row of one to six fragments again and again. Fragments are what the rules' own patterns match, whole or cut
off, the words that rules are asked for at all, and lines that people write; what stands in them is drawn anew each
time, or stays. The slowest texts are changed a little and tried again.
"""

from __future__ import annotations

import random
import re
import string
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from benchmarks.bench_secrets import MORE, OF_THEIR_OWN
from benchmarks.drawn import drawn
from muster.infrastructure.evidence.analysers import secret_candidates
from muster.infrastructure.evidence.analysers.secret_commands import PLACES
from muster.infrastructure.evidence.analysers.secret_rules import PAIRS, PROVIDERS
from muster.infrastructure.evidence.secret_masker import RuleMasker
from tests.unit.infrastructure.evidence.test_secrets import HOSTILE

SIZE = 30_000
PATHS = (
    "", "a.py", "a.js", "a.go", "a.java", "a.cs", "a.rb", "a.php", "a.sh", "a.json", "a.yml", ".env", "a.ini", "a.xml",
    "a.md", "a.rst", "a.txt", "a.html", "a.toml", "a.sql", "a.diff", "a.properties", "Dockerfile",
)  # fmt: skip
"""One for each kind of text that is told apart, and some that are not."""
NAMES = (
    "pw", "key", "api",
    "password", "Password", "pass", "pw", "db_pass", "PWD", "secret", "client_secret", "token", "authToken", "API_KEY",
    "api_key", "key", "KEY", "auth", "cred", "credentials", "passwords", "tokens", "apiKeys", "appid", "contraseña",
    "mot de passe", "kennwort", "private_key", "public_token", "stripe key", "heroku_api_key",
)  # fmt: skip
SIGNS = (
    "=", ": ", " = ", ":", " := ", " => ", '"] = ', "', '", '": "', "('", "='", '="', ' == "', " ", " is ", " for a ",
    ": |\n  ", ">", ' or "', ' ?? "', '" value="', "\\\": \\\"", ": [", " = ['", ":\n- ", ", a = 'b', '", ' default="',
    ".equals('", "?", "&quot;",
)  # fmt: skip
ENDS = (
    "\n",
    " ",
    "",
    "'\n",
    '"\n',
    "',",
    '", ',
    "')",
    '"]',
    ";",
    "\\n",
    "</password>",
    "&",
    "|",
    "\r\n",
    "\n+",
    "\n-",
)
BEFORE = (
    "",
    "",
    " ",
    "'",
    '"',
    "{",
    "(",
    "set",
    "get('",
    "export ",
    "a.b_",
    "-",
    "curl -",
    "\n+",
    "strcmp(",
    "<",
    "?",
    "${",
)
LETTERS = string.ascii_letters + string.digits
VALUES = (
    (LETTERS, 6, 6), (LETTERS, 6, 9), (LETTERS, 10, 15), (LETTERS, 16, 40), (LETTERS, 40, 128),
    (LETTERS + "!#%^&*+?~@=$|", 8, 20),
    ("0123456789abcdef", 32, 32), ("0123456789abcdef", 8, 64), (string.digits, 6, 20), (string.ascii_lowercase, 8, 12),
    (string.ascii_letters, 16, 30), (LETTERS + "(){}[]#-_%", 12, 30), (string.punctuation, 6, 20), ("aA1", 6, 30),
    (LETTERS + "+/=", 20, 100), (LETTERS + "_-.", 20, 90),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a text is made: `fragments` joined by `joint`, drawn anew each time when it `varies`."""

    fragments: tuple[str, ...]
    joint: str
    path: str
    varies: bool
    seed: int


class Kitchen:
    """Makes texts; the same recipe always makes the same."""

    def __init__(self) -> None:
        self._patterns = {pattern.pattern: pattern for pattern in _patterns()}
        marks = {mark for place in PLACES for mark in place.marks}
        marks |= {mark for one in PROVIDERS for mark in one.marks}
        self._pieces = sorted({*HOSTILE, *MORE, *OF_THEIR_OWN, *marks})

    def recipe(self, rng: random.Random) -> Recipe:
        """Any recipe."""
        fragments = tuple(self.fragment(rng) for _ in range(rng.randint(1, 6)))
        joint = rng.choice(("", "", " ", "\n", ", ", "; "))
        return Recipe(fragments, joint, rng.choice(PATHS), rng.random() < 0.7, rng.randrange(1 << 30))

    def fragment(self, rng: random.Random) -> str:
        """A pattern with a letter before it that says what becomes of it, or a text with a place for a value."""
        kind = rng.random()
        if kind < 0.3:
            return rng.choice("WWC") + rng.choice(list(self._patterns))
        if kind < 0.5:
            return "T" + rng.choice(self._pieces)
        return "T" + rng.choice(BEFORE) + rng.choice(NAMES) + rng.choice(SIGNS) + "{}" + rng.choice(ENDS)

    def changed(self, recipe: Recipe, rng: random.Random) -> Recipe:
        """A recipe much like it."""
        fragments = list(recipe.fragments)
        what = rng.randrange(6)
        if what == 0 and len(fragments) < 6:
            fragments.insert(rng.randrange(len(fragments) + 1), self.fragment(rng))
        elif what == 1 and len(fragments) > 1:
            del fragments[rng.randrange(len(fragments))]
        elif what == 2:
            return replace(recipe, path=rng.choice(PATHS), seed=rng.randrange(1 << 30))
        elif what == 3:
            return replace(recipe, varies=not recipe.varies, joint=rng.choice(("", " ", "\n", ", ")))
        else:
            fragments[rng.randrange(len(fragments))] = self.fragment(rng)
        return replace(recipe, fragments=tuple(fragments), seed=rng.randrange(1 << 30))

    def text(self, recipe: Recipe, size: int = SIZE) -> str:
        """What the recipe makes, cut to `size` characters."""
        rng, made, length, row = random.Random(recipe.seed), [], 0, ""  # noqa: S311 - repeatable text
        while length < size:
            if recipe.varies or not row:
                row = (
                    recipe.joint.join(self._filled(one, rng) for one in recipe.fragments) + recipe.joint
                    or "a"
                )
            made.append(row)
            length += len(row)
        return "".join(made)[:size]

    def _filled(self, fragment: str, rng: random.Random) -> str:
        how, form = fragment[0], fragment[1:]
        if how == "T":
            alphabet, least, most = rng.choice(VALUES)
            return form.replace("{}", "".join(rng.choices(alphabet, k=rng.randint(least, most))))
        whole = drawn(form, self._patterns[form].flags, rng)
        return whole[: rng.randint(1, max(1, len(whole)))] if how == "C" else whole


def _patterns() -> Iterator[re.Pattern[str]]:
    """All patterns by which secrets are looked for."""
    yield from (place.pattern for place in PLACES)
    yield from (one.pattern for one in PROVIDERS)
    yield from (pattern for pair in PAIRS for pattern in (pair.id, pair.pattern))
    folder = Path(secret_candidates.__file__).parent
    for path in sorted(folder.glob("secret_*.py")):
        module = import_module(f"muster.infrastructure.evidence.analysers.{path.stem}")
        yield from (one for one in vars(module).values() if isinstance(one, re.Pattern))


def cost(text: str, path: str, times: int = 3) -> float:
    """The least of so many times, in seconds of CPU."""
    least = float("inf")
    for _ in range(times):
        started = time.process_time()
        RuleMasker().mask(text, path)
        least = min(least, time.process_time() - started)
    return least


def search(seconds: float, seed: int, kept: int = 24) -> list[tuple[float, Recipe]]:
    """The slowest recipes that are found in so many seconds of CPU."""
    rng, kitchen = random.Random(seed), Kitchen()  # noqa: S311 - repeatable search
    best: list[tuple[float, Recipe]] = []
    until = time.process_time() + seconds
    while time.process_time() < until:
        fresh = len(best) < kept or rng.random() < 0.4
        recipe = kitchen.recipe(rng) if fresh else kitchen.changed(rng.choice(best)[1], rng)
        text = kitchen.text(recipe)
        once = cost(text, recipe.path, 1)
        if len(best) < kept or once > best[-1][0]:
            best.append((min(once, cost(text, recipe.path)), recipe))
            best = sorted(best, key=lambda one: -one[0])[:kept]
    return best


def main(seconds: float, seed: int) -> None:
    """Print the slowest ten."""
    kitchen = Kitchen()
    for spent, recipe in search(seconds, seed)[:10]:
        again = cost(kitchen.text(recipe), recipe.path, 7)
        print(f"{min(spent, again):.3f} s  {recipe}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
