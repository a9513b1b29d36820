"""Code that stands in two places: what counts as the same, and what does not."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceStatus
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.duplicates import DuplicatesTool
from muster.infrastructure.evidence.process import ToolRunner

from .support import look, snapshot_of

ORIGINAL = '''def totals(entries, limit):
    """Sum up entries by town."""
    found = {}
    for entry in entries:
        town = entry["town"].strip().title()
        if town not in found:
            found[town] = {"parcels": 0, "grams": 0, "heavy": 0}
        total = found[town]
        total["parcels"] += 1
        total["grams"] += entry["grams"]
        if entry["grams"] > limit:
            total["heavy"] += 1
    return dict(sorted(found.items()))
'''
SCRIPT = """function totals(entries, limit) {
  const found = new Map();
  for (const entry of entries) {
    const town = entry.town.trim().toLowerCase();
    if (!found.has(town)) {
      found.set(town, { parcels: 0, grams: 0, heavy: 0 });
    }
    const total = found.get(town);
    total.parcels += 1;
    total.grams += entry.grams;
    if (entry.grams > limit) {
      total.heavy += 1;
    }
  }
  return [...found.entries()].sort();
}
"""


async def test_a_copy_is_found_once_at_the_first_place_and_names_the_other(tmp_path: Path) -> None:
    files = {"a.py": f"import csv\n\nX = csv\n\n\n{ORIGINAL}", "b.py": f"Y = 1\n\n\n{ORIGINAL}\n\nZ = Y\n"}
    report = await look(DuplicatesTool, files, tmp_path)
    (one,) = report.findings
    assert (one.rule, one.location.path, one.location.line, one.location.end_line) == (
        "exact-duplicate",
        "a.py",
        6,
        18,
    )
    assert (one.location.function, one.quote) == ("totals", "def totals(entries, limit):")
    assert one.severity.value == "low"
    assert "12 lines stand in b.py too (line 4), word for word" in one.message
    assert report.measures["duplicates.pairs"] == 1
    assert report.measures["duplicates.percent"] == pytest.approx(100 * 24 / 27)


async def test_a_copy_under_other_names_and_comments_is_found(tmp_path: Path) -> None:
    copy = ORIGINAL.replace("entry", "row").replace("found", "groups").replace("town", "city")
    copy = copy.replace("    for ", "    # one after the other\n\n    for ").replace('"city"', '"town"')
    report = await look(DuplicatesTool, {"a.py": ORIGINAL, "b.py": copy}, tmp_path)
    assert [(one.rule, one.location.path, one.location.line) for one in report.findings] == [
        ("renamed-duplicate", "a.py", 1)
    ]


async def test_a_copy_in_the_same_file_is_found(tmp_path: Path) -> None:
    report = await look(DuplicatesTool, {"a.py": f"{ORIGINAL}\n\n{ORIGINAL}"}, tmp_path)
    assert [one.location.line for one in report.findings] == [1]
    assert "stand further down too (line 16)" in report.findings[0].message


@pytest.mark.parametrize("suffix", ["js", "ts", "tsx"])
async def test_other_languages_are_compared_too(suffix: str, tmp_path: Path) -> None:
    report = await look(DuplicatesTool, {f"a.{suffix}": SCRIPT, f"b.{suffix}": SCRIPT}, tmp_path)
    assert [(one.rule, one.location.line) for one in report.findings] == [("exact-duplicate", 1)]


TABLE = "".join(f"    ('name{number}', {number}, 'text{number}', None),\n" for number in range(60))
CALLS = "def f(lines, d):\n" + "".join(f"    lines.append(d['k{number}'])\n" for number in range(60))
IMPORTS = "".join(f"from m{number} import (\n    a{number},\n)\n" for number in range(40))
SIGNATURE = "\n".join(f"    argument_{number}: str | int | None = {number}," for number in range(14))
OVERLOADS = f"@t.overload\ndef prompt(\n{SIGNATURE}\n) -> str: ...\n"
VARIABLES = "".join(
    f'T_{number} = t.TypeVar(\n    "T_{number}", bound=ft.Kind{number}\n)\n' for number in range(12)
)
CHECKING = f"if t.TYPE_CHECKING:\n    X: t.Any = 1\n{textwrap.indent(VARIABLES, '    ')}"
THIN = "".join(
    f"    def {name}_all(self, f: Callable[[int], str], name: str | None = None) -> Callable[[int], str]:\n"
    f'        """Hand on."""\n        self.record_once(lambda s: s.app.{name}_funcs.setdefault(None, []).append(f))\n'
    f"        return f\n\n"
    for name in ("before", "after")
)
SILENT = {
    "overloads": {"a.py": f"{OVERLOADS * 2}\ndef prompt(\n{SIGNATURE}\n) -> t.Any:\n    return input()\n"},
    "type variables": {"a.py": VARIABLES, "b.py": f"x = 1\n{VARIABLES}"},
    "what only type checkers read": {"a.py": CHECKING, "b.py": f"x = 1\n{CHECKING}"},
    "a family of thin methods": {"a.py": f"class A:\n{THIN}", "b.py": f"class B:\n{THIN}", "c.py": "x = 1\n"},
    "different code": {"a.py": ORIGINAL, "b.py": "def f(a, b):\n    return [x for x in a if x in b]\n" * 3},
    "the same shape with other names throughout": {
        "a.py": ORIGINAL,
        "b.py": "def w(p, q):\n    r = {}\n    for s in p:\n        t = s['u'].lower().strip()\n"
        "        if t not in r:\n            r[t] = {'v': 1, 'x': 2, 'y': 3}\n        z = r[t]\n        z['v'] += 7\n"
        "        z['x'] += s['x9']\n        if s['x8'] > q:\n            z['y'] += 5\n"
        "    return list(reversed(r.keys()))\n",
    },
    "tables": {"a.py": f"A = [\n{TABLE}]\n", "b.py": f"B = [\n{TABLE}]\n"},
    "a row of like calls": {"a.py": CALLS, "b.py": CALLS.replace("lines", "out")},
    "imports": {"a.py": IMPORTS, "b.py": IMPORTS, "c.py": "x = 1\n"},
    "tests": {"tests/test_a.py": ORIGINAL, "b.py": ORIGINAL},
    "generated files": {"a.py": f"# Generated by a tool. Do not edit.\n{ORIGINAL}", "b.py": ORIGINAL},
    "migrations": {"app/migrations/a.py": ORIGINAL, "app/migrations/b.py": ORIGINAL, "c.py": "x = 1\n"},
    "two languages": {"a.js": SCRIPT, "b.ts": SCRIPT},
    "a short function": dict.fromkeys(("a.py", "b.py"), "def f(a, b):\n    if a > b:\n        a = b\n    return a\n"),
}  # fmt: skip


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
async def test_what_is_not_worth_sharing_is_not_reported(files: dict[str, str], tmp_path: Path) -> None:
    report = await look(DuplicatesTool, files, tmp_path)
    assert (report.status, report.findings) == (EvidenceStatus.MEASURED, ())
    assert report.measures["duplicates.percent"] == 0


@pytest.mark.slow
async def test_like_lines_take_no_more_than_their_length(tmp_path: Path) -> None:
    """Five times as many take about five times as long, and not twenty-five times."""
    line = "x = foo(1, 'a', bar[2])\n"
    seconds = []
    for lines in (5_000, 25_000):
        report = await look(DuplicatesTool, {"a.py": line * lines, "b.py": line * lines}, tmp_path)
        assert report.findings == ()
        seconds.append(report.duration)
    assert seconds[1] < 12 * seconds[0]


async def test_nothing_is_looked_at_twice_and_one_change_reads_one_file(tmp_path: Path) -> None:
    cache = EvidenceCache(None)
    files = {"a.py": ORIGINAL, "b.py": ORIGINAL}
    tool = DuplicatesTool(ToolRunner(), cache)
    first = await tool.gather(snapshot_of(files, tmp_path))
    again = await tool.gather(snapshot_of(files, tmp_path))
    changed = await tool.gather(snapshot_of({**files, "b.py": "x = 1\n"}, tmp_path))
    assert (first.from_cache, again.from_cache, changed.from_cache) == (0, 2, 0)
    assert (again.findings, changed.findings) == (first.findings, ())


async def test_what_cannot_be_parsed_is_not_covered(tmp_path: Path) -> None:
    report = await look(DuplicatesTool, {"a.py": ORIGINAL, "b.py": "def f(:\n"}, tmp_path)
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("b.py", "duplicates: has a syntax error at line 1")
    ]
    alone = await look(DuplicatesTool, {"b.py": "def f(:\n"}, tmp_path)
    assert (alone.status, alone.reason) == (EvidenceStatus.FAILED, "no file could be analysed")
