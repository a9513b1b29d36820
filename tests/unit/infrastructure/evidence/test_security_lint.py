"""Weaknesses by ruff, weighed by their place, and near misses."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceStatus
from muster.infrastructure.evidence.performance_lint import PerformanceLintTool
from muster.infrastructure.evidence.security_lint import SecurityLintTool

from .support import look

FOUND = [
    (
        "def f(db, name):\n    return db.execute(f\"select a from t where n = '{name}'\")\n",
        "S608",
        "high",
        89,
    ),
    ("def f(db, table):\n    return db.execute(f'select a from {table}')\n", "S608", "medium", 89),
    ("import subprocess\ndef f(x):\n    subprocess.run(f'lp {x}', shell=True)\n", "S602", "high", 78),
    ("import subprocess\nsubprocess.run('ls', shell=True)\n", "S602", "info", 78),
    ("def f(rule):\n    return eval(rule)\n", "S307", "high", 95),
    ("def f(source):\n    return eval(compile(source, 'x', 'eval'))\n", "S307", "medium", 95),
    ("import pickle\ndef f(row):\n    return pickle.loads(row)\n", "S301", "high", 502),
    ("import yaml\ndef f(text):\n    return yaml.load(text, Loader=yaml.Loader)\n", "S506", "high", 502),
    ("import hashlib\ndef f(password):\n    return hashlib.md5(password)\n", "S324", "high", 916),
    ("import hashlib\ndef f(page):\n    return hashlib.md5(page)\n", "S324", "low", 327),
    ("import random\ndef reset_code():\n    return random.choice('abc')\n", "S311", "medium", 330),
    (
        "import requests\ndef f(u):\n    return requests.get(u, timeout=1, verify=False)\n",
        "S501",
        "high",
        295,
    ),
    ("import requests\ndef f(u):\n    return requests.get(u)\n", "S113", "medium", 400),
    ("import jinja2\nE = jinja2.Environment(autoescape=False)\n", "S701", "high", 79),
    ("import tempfile\nprint(tempfile.mktemp())\n", "S306", "medium", 377),
    ("SECRET_KEY = 'x7Qm2LpZ9aKd81'\n", "S105", "high", 798),
    ("password = 'sesame'\n", "S105", "low", 798),
]
SILENT = {
    "parameters": "def f(db, n):\n    return db.execute('select a from t where n = ?', (n,))\n",
    "a message that sounds like SQL": "def f(x):\n    return f'Cannot select {x} from the menu, where it is listed'\n",
    "a hash that protects nothing": "import hashlib\ndef f(x):\n    return hashlib.md5(x, usedforsecurity=False)\n",
    "chance that is no secret": "import random\ndef pause():\n    return random.random() * 2\n",
    "a copy by pickle": "import pickle\ndef f(x):\n    return pickle.loads(pickle.dumps(x))\n",
    "a safe loader": "import yaml\ndef f(x):\n    return yaml.safe_load(x)\n",
    "a list of arguments": "import subprocess\ndef f(x):\n    subprocess.run(['lp', x], check=True)\n",
    "a word after a name like token": "def f(token):\n    return token == 'keyword'\n",
    "a name of a field": "PASSWORD_FIELD = 'password2'\n",
    "a placeholder": "password = '********'\n",
    "an assertion": "def f(x):\n    assert x\n",
    "what the author excused": "def f(rule):\n    return eval(rule)  # noqa: S307\n",
}


@pytest.mark.parametrize(("source", "rule", "severity", "cwe"), FOUND)
async def test_a_weakness_is_found_and_weighed(
    source: str, rule: str, severity: str, cwe: int, tmp_path: Path
) -> None:
    report = await look(SecurityLintTool, {"a.py": source}, tmp_path)
    assert [(one.rule, one.severity.value, one.cwe) for one in report.findings] == [(rule, severity, cwe)]


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT)
async def test_a_near_miss_is_not_reported(source: str, tmp_path: Path) -> None:
    report = await look(SecurityLintTool, {"a.py": source}, tmp_path)
    assert (report.status, report.findings) == (EvidenceStatus.MEASURED, ())


async def test_tests_and_stubs_are_no_input(tmp_path: Path) -> None:
    files = {"tests/test_a.py": "def test_a(rule):\n    eval(rule)\n", "a.pyi": "password = 'sesame'\n"}
    report = await look(SecurityLintTool, files, tmp_path)
    assert (report.status, report.reason) == (EvidenceStatus.NO_INPUT, "no python files outside tests")


SLOW = [
    (
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x.name)\n    return out\n",
        "PERF401",
        4,
    ),
    ("def f(d):\n    for k, _ in d.items():\n        print(k)\n", "PERF102", 2),
    ("def f(d):\n    out = {}\n    for k, v in d:\n        out[k] = v\n    return out\n", "PERF403", 4),
]


@pytest.mark.parametrize(("source", "rule", "line"), SLOW)
async def test_a_slow_idiom_is_worth_a_hint_outside_tests(
    source: str, rule: str, line: int, tmp_path: Path
) -> None:
    report = await look(PerformanceLintTool, {"a.py": source, "tests/test_a.py": source}, tmp_path)
    assert [
        (one.rule, one.location.path, one.location.line, one.severity.value, one.category.value)
        for one in report.findings
    ] == [(rule, "a.py", line, "info", "performance")]


async def test_a_try_in_a_loop_is_left_alone(tmp_path: Path) -> None:
    source = (
        "def f(xs):\n    for x in xs:\n        try:\n            x()\n"
        "        except ValueError:\n            print(x)\n"
    )
    assert (await look(PerformanceLintTool, {"a.py": source}, tmp_path)).findings == ()


WEAK = "import subprocess\n\n\ndef f(x):\n    subprocess.call(x, shell=True)\n    return eval(x)\n"


@pytest.mark.parametrize(
    "blanket", ["# ruff: noqa", "# flake8: noqa", "#ruff:noqa", "# ruff:\u00a0noqa", "# ruff: noqa S307, why"]
)
async def test_a_comment_that_silences_a_whole_file_is_overruled(blanket: str, tmp_path: Path) -> None:
    report = await look(SecurityLintTool, {"p/a.py": f"{blanket}\n{WEAK}"}, tmp_path)
    assert [(one.rule, one.location.line, one.location.column) for one in report.findings] == [
        ("S602", 6, 5),
        ("S307", 7, 12),
    ]
    assert report.findings[0].quote == "subprocess.call(x, shell=True)"
    assert "ruff-security.suppressed" not in report.measures


@pytest.mark.parametrize(
    ("source", "count"),
    [
        (WEAK.replace("eval(x)", "eval(x)  # noqa: S307"), 1),
        (WEAK.replace("eval(x)", "eval(x)  # noqa"), 1),
        ("# ruff: noqa\n" + WEAK.replace("eval(x)", "eval(x)  # noqa: S307"), 1),
        ("# ruff: noqa: S307\n" + WEAK, 1),
        ("# ruff: disable[S307]\n" + WEAK, 1),
        (WEAK.replace("eval(x)", "eval(x)  # noqa: S602"), 0),
    ],
)
async def test_a_decision_about_a_line_or_a_rule_is_respected_and_counted(
    source: str, count: int, tmp_path: Path
) -> None:
    report = await look(SecurityLintTool, {"a.py": source}, tmp_path)
    assert [one.rule for one in report.findings] == ["S602", "S307"][: 2 - count]
    assert report.measures.get("ruff-security.suppressed", 0) == count
