"""Code without a user: who counts as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.infrastructure.evidence.dead_code import DeadCodeTool

from .support import look

DEAD = "def forgotten():\n    return 1\n"
USED_BY = {
    "a call": {"b.py": "from a import forgotten\nforgotten()\n"},
    "a test": {"tests/test_a.py": "import a\n\ndef test_a():\n    assert a.forgotten() == 1\n"},
    "a name in a string": {"b.py": "HANDLERS = ['a.forgotten']\n"},
    "a name that is put together": {
        "b.py": "def main(o, x):\n    return getattr(o, 'forgot_' + x)\nP = 'forgotten'\n"
    },
    "a template": {"t.html": "<p>{{ forgotten }}</p>\n"},
    "an entry point": {"pyproject.toml": "[project.scripts]\nx = 'a:forgotten'\n", "Dockerfile": "FROM x\n"},
    "__all__": {"b.py": "from a import forgotten\n__all__ = ['forgotten']\n"},
    "code that cannot be parsed": {"b.py": "forgotten(\n"},
}
SPARED = {
    "a route": "@app.get('/')\ndef forgotten():\n    return 1\n",
    "a hook of a base class": "class Command(Base):\n    def forgotten(self):\n        return 1\n\nCommand()\n",
    "a visitor": "class V:\n    def visit_Name(self):\n        return 1\n\ndef go(v, n):\n"
    "    return getattr(v, 'visit_' + n)\n\ngo(V(), 1)\n",
    "an entry point by convention": "def main():\n    return 1\n",
    "a special method": "class A:\n    def __len__(self):\n        return 1\n\nA()\n",
    "a generator that never yields": "class A:\n    def __iter__(self):\n        raise TypeError\n"
    "        yield\n\nA()\n",
}


async def test_what_nobody_uses_is_found(tmp_path: Path) -> None:
    source = f"{DEAD}\nclass Gone:\n    def lost(self):\n        return 2\n"
    report = await look(DeadCodeTool, {"a.py": source}, tmp_path)
    assert [
        (one.rule, one.location.line, one.location.function, one.severity.value, one.confidence)
        for one in report.findings
    ] == [
        ("unused-function", 1, "forgotten", "low", 0.6),
        ("unused-class", 4, "Gone", "low", 0.6),
        ("unused-method", 5, "Gone.lost", "low", 0.6),
    ]
    assert report.findings[0].quote == "def forgotten():"


@pytest.mark.parametrize("others", USED_BY.values(), ids=USED_BY)
async def test_a_user_anywhere_keeps_it(others: dict[str, str], tmp_path: Path) -> None:
    report = await look(DeadCodeTool, {"a.py": DEAD, **others}, tmp_path)
    assert [one for one in report.findings if one.location.path == "a.py"] == []


@pytest.mark.parametrize("source", SPARED.values(), ids=SPARED)
async def test_what_others_may_call_is_spared(source: str, tmp_path: Path) -> None:
    assert (await look(DeadCodeTool, {"a.py": source}, tmp_path)).findings == ()


async def test_code_after_return_is_never_run(tmp_path: Path) -> None:
    source = "def main():\n    return 1\n    print(2)\n"
    report = await look(DeadCodeTool, {"a.py": source}, tmp_path)
    assert [(one.rule, one.location.line, one.location.function) for one in report.findings] == [
        ("unreachable-code", 3, "main")
    ]


async def test_of_a_library_what_is_public_is_only_a_hint(tmp_path: Path) -> None:
    functions = "def offered():\n    return 1\n\ndef _hidden():\n    return 1\n"
    source = f"{functions}\nclass A:\n    def method(self):\n        return 1\n\nA()\n"
    report = await look(DeadCodeTool, {"lib/a.py": source, "pyproject.toml": "[project]\n"}, tmp_path)
    assert [(one.location.function, one.severity.value, one.confidence) for one in report.findings] == [
        ("offered", "info", 0.3), ("_hidden", "low", 0.6),
    ]  # fmt: skip


async def test_a_service_that_is_deployed_is_no_library(tmp_path: Path) -> None:
    files = {"a.py": DEAD, "pyproject.toml": "[project]\n", "Dockerfile": "FROM python\n"}
    assert [one.severity.value for one in (await look(DeadCodeTool, files, tmp_path)).findings] == ["low"]


async def test_unused_code_in_tests_is_not_reported(tmp_path: Path) -> None:
    assert (await look(DeadCodeTool, {"tests/helper.py": DEAD}, tmp_path)).findings == ()


async def test_what_this_python_cannot_parse_is_not_covered(tmp_path: Path) -> None:
    report = await look(DeadCodeTool, {"a.py": "x = (\n", "b.py": "y = 1\n"}, tmp_path)
    assert [one.path for one in report.not_covered] == ["a.py"]
    assert "cannot be read by this Python: line 1" in report.not_covered[0].reason
