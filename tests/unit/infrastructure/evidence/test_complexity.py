"""Cognitive complexity: nested code is hard, flat code is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceStatus
from muster.infrastructure.evidence.code_review import CodeReviewTool
from muster.infrastructure.evidence.complexity import ComplexityTool
from muster.infrastructure.evidence.dead_code import DeadCodeTool
from muster.infrastructure.evidence.duplicates import DuplicatesTool
from muster.infrastructure.evidence.size import SizeTool

from .support import look


def nested(depth: int, name: str = "f") -> str:
    """A function of `depth` nested conditions; its complexity is depth * (depth + 1) / 2."""
    conditions = "".join(f"{'    ' * (level + 1)}if x > {level}:\n" for level in range(depth))
    return f"def {name}(x):\n{conditions}{'    ' * (depth + 1)}return x\n"


async def test_nested_branches_are_found_with_their_value(tmp_path: Path) -> None:
    source = (
        f"class A:\n    @staticmethod\n    {nested(6).replace(chr(10), chr(10) + '    ')}\n{nested(7, 'g')}"
    )
    report = await look(ComplexityTool, {"a.py": source}, tmp_path)
    assert [
        (one.location.function, one.location.line, one.severity.value, one.quote) for one in report.findings
    ] == [("A.f", 3, "low", "def f(x):"), ("g", 12, "medium", "def g(x):")]
    assert "21" in report.findings[0].message
    assert report.measures == {"functions": 2, "complexity.max": 28, "complexity.mean": 24.5}


async def test_fifteen_is_still_fine_and_so_is_a_long_flat_function(tmp_path: Path) -> None:
    cases = "".join(f"        case {number}:\n            return '{number}'\n" for number in range(100))
    files = {"a.py": nested(5), "b.py": f"def g(x):\n    match x:\n{cases}"}
    report = await look(ComplexityTool, files, tmp_path)
    assert report.findings == ()
    assert report.measures["complexity.max"] == 15


async def test_tests_count_in_no_measure_and_are_judged_mildly(tmp_path: Path) -> None:
    files = {"a.py": nested(1), "tests/test_a.py": nested(6, "test_a") + nested(7, "test_b")}
    report = await look(ComplexityTool, files, tmp_path)
    assert [(one.location.function, one.severity.value) for one in report.findings] == [("test_b", "low")]
    assert report.measures == {"functions": 1, "complexity.max": 1, "complexity.mean": 1}


async def test_without_functions_there_is_no_maximum(tmp_path: Path) -> None:
    report = await look(ComplexityTool, {"a.py": "x = 1\n"}, tmp_path)
    assert (report.status, report.measures) == (EvidenceStatus.MEASURED, {"functions": 0})


async def test_a_syntax_error_is_not_covered(tmp_path: Path) -> None:
    report = await look(ComplexityTool, {"a.py": "def f(:\n", "b.py": nested(2)}, tmp_path)
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("a.py", "complexity: has a syntax error at line 1")
    ]


@pytest.mark.parametrize("tool", [CodeReviewTool, ComplexityTool, DeadCodeTool, DuplicatesTool, SizeTool])
async def test_nothing_is_written_into_the_project(tool: type, tmp_path: Path) -> None:
    await look(tool, {"a.py": nested(2), "b.py": nested(3)}, tmp_path)
    assert set(os.listdir(tmp_path)) == {"a.py", "b.py"}  # noqa: PTH208 – names are enough
