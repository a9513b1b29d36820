"""The performance tool: what the syntax tree proves, and near misses on which it stays silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceStatus
from muster.domain.evidence.severity import Severity
from muster.infrastructure.evidence.performance_patterns import PerformancePatternsTool

from .support import look

TEN = list(range(10))
FOUND = {
    "regex-in-loop": [
        ("import re\ndef f(xs):\n    for x in xs:\n        re.compile('a+').match(x)\n", 4),
        ("import re\ndef f(xs):\n    return [re.compile('a+').match(x) for x in xs]\n", 3),
        ("import re\ndef f(x):\n    while x:\n        x = re.compile(r'a+', re.I).sub('', x)\n", 4),
    ],
    "list-membership-in-loop": [
        (f"def f(xs):\n    for x in xs:\n        if x in {TEN}:\n            print(x)\n", 3),
        (f"def f(xs):\n    return [x for x in xs if x not in {TEN}]\n", 2),
        ("def f(xs):\n    ok = [1, 2, 3, 4]\n    return [x for x in xs if x in ok]\n", 3),
        (
            "def f(xs, ys):\n    known = list(ys)\n    for x in xs:\n        print(x in known)\n",
            4,
        ),
        ("def f(xs, ys):\n    for x in xs:\n        if x in list(ys):\n            print(x)\n", 3),
    ],
    "sorted-first": [
        ("def f(xs):\n    return sorted(xs)[0]\n", 2),
        ("def f(xs):\n    return sorted(xs, key=len)[-1]\n", 2),
    ],
    "string-concat-in-loop": [
        ("def f(xs):\n    s = ''\n    for x in xs:\n        s += x\n        s += ','\n    return s\n", 4),
        ("def f(xs):\n    s: str = f'{xs}'\n    while xs:\n        s += xs.pop()\n    return s\n", 4),
    ],
    "list-front-in-loop": [
        ("def f(x):\n    q = [x]\n    while q:\n        y = q.pop(0)\n        q.extend(y)\n", 4),
        ("def f(xs):\n    q = []\n    for x in xs:\n        q.insert(0, x)\n    return q\n", 4),
    ],
}

SILENT = {
    "a short list, which is a constant tuple once compiled": (
        f"def f(xs):\n    for x in xs:\n        g(x in {TEN[1:]}, x in [1, 2, 3, 4])\n"
    ),
    "compiled once before the loop": "import re\nP = re.compile('a')\nfor x in xs:\n    P.match(x)\n",
    "compiled to make what is gone over": "import re\nfor m in re.compile('a').finditer(t):\n    print(m)\n",
    "a pattern that changes": "import re\nfor p in ps:\n    re.compile(p)\n    re.compile(f'{p}+')\n",
    "a function made in a loop": "import re\nfor x in xs:\n    def g():\n        return re.compile('a')\n",
    "another library's compile": "import regex\nfor x in xs:\n    re.compile('a')\n",
    "a short list": "for x in xs:\n    if x in [1, 2, 3]:\n        print(x)\n",
    "a set": "for x in xs:\n    if x in {1, 2, 3, 4}:\n        print(x)\n",
    "a list outside a loop": "def f(x):\n    return x in [1, 2, 3, 4]\n",
    "a list that is made in each round": "for xs in xss:\n    ys = list(xs)\n    print(1, x in ys)\n",
    "a name bound twice": "k = list(y)\nk = set(k)\nfor x in xs:\n    print(x in k)\n",
    "a parameter": "def f(xs, known):\n    for x in xs:\n        print(x in known)\n",
    "a sum of numbers": "def f(xs):\n    s = 0\n    for x in xs:\n        s += x\n",
    "text made anew in each round": "for xs in xss:\n    s = ''\n    s += xs\n    print(s)\n",
    "text of unknown kind": "def f(xs, s):\n    for x in xs:\n        s += x\n",
    "bytes": "def f(xs):\n    s = b''\n    for x in xs:\n        s += x\n",
    "a loop over a few constants": "def f():\n    s = ''\n    for x in ('a', 'b'):\n        s += x\n",
    "a loop that ends at once": "def f(xs):\n    s = ''\n    for x in xs:\n        s += x\n        break\n",
    "after the loop": "def f(xs):\n    s = ''\n    for x in xs:\n        g(x)\n    else:\n        s += 'a'\n",
    "the best two": "def f(xs):\n    return sorted(xs)[:2], sorted(xs)[1]\n",
    "the end of a list": "def f(x):\n    q = [x]\n    while q:\n        q.pop()\n        q.insert(1, x)\n",
    "a deque": "def f(x):\n    q = deque([x])\n    while q:\n        q.pop(0)\n",
}


@pytest.mark.parametrize(
    ("rule", "source", "line"), [(r, *case) for r, cases in FOUND.items() for case in cases]
)
async def test_work_that_repeats_is_found(rule: str, source: str, line: int, tmp_path: Path) -> None:
    report = await look(PerformancePatternsTool, {"work.py": source}, tmp_path)
    assert [(one.rule, one.family, one.location.line) for one in report.findings] == [(rule, rule, line)]
    finding = report.findings[0]
    assert finding.severity is Severity.LOW
    assert finding.confidence >= 0.8
    assert finding.quote == source.splitlines()[line - 1].strip()
    assert finding.location.function == "f"


async def test_nothing_is_guessed(tmp_path: Path) -> None:
    files = {f"case_{number}.py": source for number, source in enumerate(SILENT.values())}
    report = await look(PerformancePatternsTool, files, tmp_path)
    assert [(list(SILENT)[int(one.location.path[5:-3])], one.rule) for one in report.findings] == []
    assert report.looked_at == len(SILENT)


async def test_the_suggestion_names_the_right_function(tmp_path: Path) -> None:
    source = "a = sorted(x)[0]\nb = sorted(x)[-1]\nc = sorted(x, reverse=True)[0]\n"
    report = await look(PerformancePatternsTool, {"work.py": source}, tmp_path)
    assert [one.suggestion[:10] for one in report.findings] == ["Use min(…)", "Use max(…)", "Use max(…)"]


async def test_tests_may_be_slow_and_broken_files_are_not_covered(tmp_path: Path) -> None:
    files = {"tests/test_a.py": "a = sorted(x)[0]\n", "broken.py": "def (:\n"}
    report = await look(PerformancePatternsTool, files, tmp_path)
    assert report.findings == ()
    assert [one.path for one in report.not_covered] == ["broken.py"]
    nothing = await look(PerformancePatternsTool, {"a.js": "let a = 1;\n"}, tmp_path)
    assert nothing.status is EvidenceStatus.NO_INPUT


async def test_a_list_of_constants_is_not_called_a_list_that_is_made_anew(tmp_path: Path) -> None:
    source = f"def f(xs):\n    return [x for x in xs if x in {TEN}]\n"
    (finding,) = (await look(PerformancePatternsTool, {"work.py": source}, tmp_path)).findings
    assert finding.message == "Up to 10 constants are compared one after the other in each round"
