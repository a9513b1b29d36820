"""Likely bugs by ruff: what counts as one, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.errors import EvidenceUnavailable
from muster.domain.evidence.report import EvidenceStatus
from muster.infrastructure.evidence import ruff as module
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.code_review import CodeReviewTool
from muster.infrastructure.evidence.process import Completed, Limits, ToolRunner

from .support import look, snapshot_of

FOUND = [
    ("class A:\n    def f(self):\n        return nowhere\n", "F821", 3, "high", "A.f"),
    ("import csv\n", "F401", 1, "low", ""),
    ("def f(a=[]):\n    a.append(1)\n    return a\n", "B006", 1, "medium", "f"),
    ("def f(xs):\n    return [lambda: x for x in xs]\n", "B023", 2, "medium", "f"),
    ("import time\nasync def f():\n    time.sleep(1)\n", "ASYNC251", 3, "medium", "f"),
    ("import logging\nlogging.info('%s %s', 1)\n", "PLE1206", 2, "medium", ""),
    ("def f(x):\n    try:\n        x()\n    except ValueError:\n        raise KeyError(x)\n", "B904", 5, "low", "f"),
    ("import warnings\ndef f():\n    warnings.warn('old')\n", "B028", 3, "info", "f"),
    ("def f(x):\n    setattr(x, 'name', 1)\n", "B010", 2, "info", "f"),
    ("print('%s %s' % (1,))\n", "F507", 1, "medium", ""),
    ("def f():\n    pass\n\nreturn 1\n", "F706", 4, "high", ""),
]  # fmt: skip
SILENT = {
    "a name that exists": {"a.py": "x = 1\nprint(x)\n"},
    "a name that an import gives to others": {"p/__init__.py": "from .a import b\n", "p/a.py": "b = 1\n"},
    "an import that only asks whether it is there": {
        "a.py": "try:\n    import orjson\nexcept ImportError:\n    orjson = None\n"
    },
    "what the author excused": {"a.py": "import csv  # noqa: F401\n"},
    "a leftover in a test": {"tests/test_a.py": "import csv\n"},
    "a stub": {"a.pyi": "import csv\ndef f(a: list = []) -> None: ...\n"},
    "zip without strict": {"a.py": "print(list(zip([1], [2])))\n"},
}


@pytest.mark.parametrize(("source", "rule", "line", "severity", "function"), FOUND)
async def test_a_likely_bug_is_found(
    source: str, rule: str, line: int, severity: str, function: str, tmp_path: Path
) -> None:
    report = await look(CodeReviewTool, {"a.py": source}, tmp_path)
    assert [
        (one.rule, one.location.line, one.severity.value, one.location.function) for one in report.findings
    ] == [(rule, line, severity, function)]
    assert report.findings[0].quote == source.splitlines()[line - 1].strip()
    assert report.findings[0].suggestion


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
async def test_what_is_no_bug_is_not_reported(files: dict[str, str], tmp_path: Path) -> None:
    report = await look(CodeReviewTool, files, tmp_path)
    assert (report.status, report.findings) == (EvidenceStatus.MEASURED, ())


async def test_a_name_that_the_author_says_is_there_weighs_less(tmp_path: Path) -> None:
    source = "get_ipython()  # type: ignore[name-defined]\nother()\n"
    report = await look(CodeReviewTool, {"a.py": source}, tmp_path)
    assert [(one.location.line, one.severity.value) for one in report.findings] == [(1, "low"), (2, "high")]


async def test_a_bug_in_a_test_is_still_a_bug(tmp_path: Path) -> None:
    report = await look(CodeReviewTool, {"tests/test_a.py": "def test_a():\n    assert nowhere\n"}, tmp_path)
    assert [one.rule for one in report.findings] == ["F821"]


async def test_a_file_with_a_syntax_error_is_not_covered_and_gives_no_findings(tmp_path: Path) -> None:
    files = {"bad.py": "import csv\ndef f(:\n", "good.py": "import csv\n"}
    report = await look(CodeReviewTool, files, tmp_path)
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("bad.py", "ruff: has a syntax error at line 2")
    ]
    assert [one.location.path for one in report.findings] == ["good.py"]


async def test_syntax_newer_than_this_python_is_read(tmp_path: Path) -> None:
    source = "try:\n    pass\nexcept ValueError, TypeError:\n    pass\nx = t'{nowhere}'\n"
    report = await look(CodeReviewTool, {"a.py": source}, tmp_path)
    assert report.not_covered == ()
    assert [(one.rule, one.location.line) for one in report.findings] == [("F821", 5)]


async def test_wider_sets_are_counted_and_not_reported(tmp_path: Path) -> None:
    source = "def f(x):\n    if x == None:\n        return 1\n    l = 2\n    return l\n"
    report = await look(CodeReviewTool, {"a.py": source}, tmp_path)
    assert report.findings == ()
    assert report.measures["lint.E"] == 2
    assert report.measures["lint.SIM"] == 0


async def test_strange_names_and_long_lists_of_files_are_all_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_FILES", 2)
    names = ["-x.py", "@args.py", "a b.py", "ä/ö.py", "build/y.py", "line\nbreak.py", "q'\".py"]
    report = await look(CodeReviewTool, {name: f"import mod{n}\n" for n, name in enumerate(names)}, tmp_path)
    assert sorted(one.location.path for one in report.findings) == sorted(names)


async def test_the_same_bytes_are_judged_by_what_kind_of_file_they_are_in(tmp_path: Path) -> None:
    report = await look(CodeReviewTool, {"p/__init__.py": "import csv\n", "p/a.py": "import csv\n"}, tmp_path)
    assert [one.location.path for one in report.findings] == ["p/a.py"]


async def test_lines_are_counted_as_ruff_counts_them(tmp_path: Path) -> None:
    source = "s = 'a\\x0cb \u2028 c'\r\nx = '\x0c'\r\nnowhere()\r\n"
    report = await look(CodeReviewTool, {"a.py": source}, tmp_path)
    assert [(one.location.line, one.quote) for one in report.findings] == [(3, "nowhere()")]


async def test_one_rule_speaks_at_most_fifty_times_in_a_file(tmp_path: Path) -> None:
    report = await look(CodeReviewTool, {"a.py": "nowhere()\n" * 60}, tmp_path)
    assert len(report.findings) == 50
    assert report.measures["ruff.not_shown"] == 10


class StrangeRunner(ToolRunner):
    """Gives what a broken ruff would."""

    def __init__(self, done: Completed | EvidenceUnavailable) -> None:
        super().__init__()
        self.done = done

    async def run(self, argv: object, *, cwd: str, stdin: bytes = b"") -> Completed:
        if isinstance(self.done, EvidenceUnavailable):
            raise self.done
        return self.done


@pytest.mark.parametrize(
    ("done", "reason"),
    [
        (Completed(2, b"", b"error: no such option\n"), "ruff failed: error: no such option"),
        (Completed(-9, b"", b""), "ruff failed: ended with code -9"),
        (Completed(1, b"<html>", b""), "ruff printed what is not JSON"),
        (Completed(1, b'{"a": 1}\n', b""), "ruff printed what is not JSON"),
        (
            EvidenceUnavailable("ruff did not finish within 1 s", code="timed-out"),
            "ruff did not finish within 1 s",
        ),
    ],
)
async def test_a_broken_ruff_is_a_failed_tool_and_no_perfect_score(
    done: Completed | EvidenceUnavailable, reason: str, tmp_path: Path
) -> None:
    tool = CodeReviewTool(StrangeRunner(done), EvidenceCache(None))
    report = await tool.gather(snapshot_of({"a.py": "x = 1\n"}, tmp_path))
    assert (report.status, report.reason, report.measures) == (EvidenceStatus.FAILED, reason, {})


async def test_a_missing_ruff_is_a_failed_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise EvidenceUnavailable(f"{name} is not installed", code="missing")

    monkeypatch.setattr(module, "find_program", missing)
    report = await look(CodeReviewTool, {"a.py": "x = 1\n"}, tmp_path)
    assert (report.status, report.reason) == (EvidenceStatus.FAILED, "ruff is not installed")


async def test_one_file_that_makes_ruff_talk_without_end_hides_no_other(tmp_path: Path) -> None:
    runner = ToolRunner(Limits(output_mb=1))
    files = {"a.py": "import csv\n", "b.py": "nowhere()\n" * 6_000, "c.py": "import json\n"}
    report = await CodeReviewTool(runner, EvidenceCache(None)).gather(snapshot_of(files, tmp_path))
    assert [one.location.path for one in report.findings] == ["a.py", "c.py"]
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("b.py", "ruff: ruff printed more than 1 MB")
    ]


async def test_what_comments_silence_is_counted(tmp_path: Path) -> None:
    files = {"a.py": "# ruff: noqa\nimport csv\nimport json\n", "b.py": "import csv  # noqa: F401\n"}
    report = await look(CodeReviewTool, files, tmp_path)
    assert report.findings == ()
    assert report.measures["ruff.suppressed"] == 3


async def test_a_file_in_which_ruff_found_nothing_is_not_remembered_under_older_content(
    tmp_path: Path,
) -> None:
    cache = EvidenceCache(None)
    snapshot = snapshot_of({"a.py": "nowhere()\n", "b.py": "x = 1\n"}, tmp_path)
    (tmp_path / "a.py").write_text("x = 2\n")
    during = await CodeReviewTool(ToolRunner(), cache).gather(snapshot)
    (tmp_path / "a.py").write_text("nowhere()\n")
    after = await CodeReviewTool(ToolRunner(), cache).gather(snapshot)
    assert [(one.path, one.reason) for one in during.not_covered] == [
        ("a.py", "ruff: changed while it was looked at")
    ]
    assert [one.rule for one in after.findings] == ["F821"]
    assert after.from_cache == 1


async def test_an_attribute_that_is_only_read_may_be_a_property(tmp_path: Path) -> None:
    """Reading it can do something; a comparison without use cannot."""
    report = await look(CodeReviewTool, {"a.py": "def f(r):\n    r.content\n    r == 1\n"}, tmp_path)
    said = [(f.location.line, f.severity.value, f.confidence) for f in report.findings if f.rule == "B018"]
    assert said[:1] == [(2, "info", 0.3)]
