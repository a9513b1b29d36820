"""The inventory of tests: what counts as one, what is skipped, and what checks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceStatus
from muster.domain.evidence.severity import Severity
from muster.infrastructure.evidence.test_inventory import TestInventoryTool

from .support import look

CODE = "".join(f"x{number} = {number}\n" for number in range(150))


async def test_python_tests_are_counted_as_their_runners_collect_them(tmp_path: Path) -> None:
    source = (
        "import unittest\n"
        "def test_a():\n    assert 1\n"
        "class TestB:\n    def test_b(self):\n        assert 1\n    def helper(self): ...\n"
        "class Checks(unittest.TestCase):\n    @unittest.skip('later')\n    def test_c(self): ...\n"
        "class Plain:\n    def test_not_collected(self):\n        assert 1\n"
        "def test_is_a_predicate(value) -> bool:\n    return value\n"
        "def outer():\n    def test_inner():\n        assert 1\n"
    )
    files = {
        "app.py": CODE,
        "tests/test_app.py": source,
        "tests/helpers.py": "def test_data():\n    assert 1\n",
    }
    report = await look(TestInventoryTool, files, tmp_path)
    assert report.measures == {
        "tests.count": 3,
        "tests.files": 1,
        "tests.skipped": 1,
        "tests.per_kloc": 20.0,
    }
    assert report.findings == ()


@pytest.mark.parametrize(
    ("path", "source", "count", "skipped"),
    [
        ("a.test.js", "it('a', () => { expect(1) });\ntest.skip('b', f);\nxit('c', f);\nit(name);\n", 3, 2),
        ("a.spec.ts", "test.each([1])('a %d', (n: number) => { expect(n) });\n", 1, 0),
        (
            "a_test.go",
            "package a\nfunc TestA(t *testing.T) { t.Skip() }\nfunc Testify(t *testing.T) {}\n",
            1,
            1,
        ),
        (
            "lib.rs",
            "#[test]\n#[ignore]\nfn a() {}\n#[tokio::test]\nasync fn b() {}\n#[inline]\nfn c() {}\n",
            2,
            1,
        ),
        ("src/test/A.java", "class A { @Test void a() {} @Disabled @Test void b() {} void c() {} }\n", 2, 1),
        ("shop/tests.py", "class A(TestCase):\n    def test_a(self):\n        self.assertTrue(1)\n", 1, 0),
    ],
)
async def test_tests_of_each_language_are_counted(
    path: str, source: str, count: int, skipped: int, tmp_path: Path
) -> None:
    report = await look(TestInventoryTool, {path: source}, tmp_path)
    assert (report.measures["tests.count"], report.measures["tests.skipped"]) == (count, skipped)


async def test_a_test_that_checks_nothing_is_a_weak_finding(tmp_path: Path) -> None:
    source = "from shop import price\n\ndef test_price():\n    price(3)\n    print('done')\n"
    report = await look(TestInventoryTool, {"test_shop.py": source}, tmp_path)
    (finding,) = report.findings
    assert (finding.rule, finding.location.line, finding.location.function) == (
        "test-without-assertion",
        3,
        "test_price",
    )
    assert (finding.severity, finding.confidence) == (Severity.LOW, 0.7)


@pytest.mark.parametrize(
    "body",
    [
        "    assert price(3) == 2\n",
        "    with pytest.raises(ValueError):\n        price(3)\n",
        "    check_price(3)\n",
        "    mock.assert_called_once_with(3)\n",
        "    helper(3)\n",
        "    fixture(3)\n",
        "    if price(3) != 2:\n        raise AssertionError\n",
        "    pass\n",
    ],
)
async def test_whoever_may_check_gets_the_benefit_of_the_doubt(body: str, tmp_path: Path) -> None:
    source = f"from .base import helper\n\ndef test_price(fixture):\n{body}"
    assert (await look(TestInventoryTool, {"test_shop.py": source}, tmp_path)).findings == ()


async def test_a_test_that_says_it_only_runs_is_believed(tmp_path: Path) -> None:
    source = "def test_price_does_not_raise():\n    shop.price(3)\n"
    assert (await look(TestInventoryTool, {"test_shop.py": source}, tmp_path)).findings == ()


async def test_a_script_test_that_checks_nothing_is_found(tmp_path: Path) -> None:
    source = "it('runs', () => { shop.price(3); });\nit('helps', () => { helper(3); });\n"
    report = await look(TestInventoryTool, {"a.spec.js": source}, tmp_path)
    assert [(one.rule, one.location.line) for one in report.findings] == [("test-without-assertion", 1)]


async def test_a_project_without_tests_is_one_high_finding_at_its_root(tmp_path: Path) -> None:
    report = await look(TestInventoryTool, {"app.py": CODE, "pyproject.toml": "[project]\n"}, tmp_path)
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == ("no-tests", Severity.HIGH)
    assert (finding.location.path, finding.location.line) == ("", 0)
    assert "150 lines" in finding.message
    assert report.measures["tests.count"] == 0


async def test_a_folder_that_is_no_project_may_have_its_tests_elsewhere(tmp_path: Path) -> None:
    report = await look(TestInventoryTool, {"app.py": CODE}, tmp_path)
    assert [one.severity for one in report.findings] == [Severity.MEDIUM]


async def test_an_unpacked_package_is_not_judged(tmp_path: Path) -> None:
    files = {"shop/a.py": CODE, "shop-1.0.dist-info/entry_points.txt": "\n"}
    report = await look(TestInventoryTool, files, tmp_path)
    assert (report.status, report.findings) == (EvidenceStatus.NO_INPUT, ())
    assert "unpacked package" in report.reason


async def test_a_test_file_that_does_not_parse_is_not_covered(tmp_path: Path) -> None:
    files = {"test_a.py": "def test_a(:\n", "test_b.py": "def test_b():\n    assert 1\n"}
    report = await look(TestInventoryTool, files, tmp_path)
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("test_a.py", "test-inventory: has a syntax error at line 1")
    ]
    assert report.measures["tests.count"] == 1
