"""The imports tool: circles at load, declared layers, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.domain.evidence.severity import Severity
from muster.infrastructure.evidence.analysers.import_circles import knots, shortest_circle
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.imports import ImportsTool
from muster.infrastructure.evidence.process import ToolRunner

from .support import look, snapshot_of


def places(report: EvidenceReport) -> list[tuple[str, str, int]]:
    return [(one.rule, one.location.path, one.location.line) for one in report.findings]


async def test_a_circle_is_one_finding_at_the_import_that_begins_it(tmp_path: Path) -> None:
    report = await look(
        ImportsTool,
        {
            "shop/__init__.py": "",
            "shop/a.py": "import os\n\nfrom shop import b\n",
            "shop/b.py": "from .c import thing\n",
            "shop/c.py": "import shop.a\n\nthing = 1\n",
        },
        tmp_path,
    )
    assert places(report) == [("import-cycle", "shop/a.py", 3)]
    finding = report.findings[0]
    assert "shop.a → shop.b → shop.c → shop.a" in finding.message
    assert (finding.severity, finding.quote) == (Severity.MEDIUM, "from shop import b")
    assert report.measures["imports.circles"] == 1
    assert report.measures["modules"] == 4


@pytest.mark.parametrize(
    "back",
    [
        "def late():\n    from shop import a\n    return a\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop import a\n",
        "if __name__ == '__main__':\n    from shop import a\n",
        "import os\n",
    ],
)
async def test_an_import_that_does_not_happen_at_load_closes_no_circle(back: str, tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/a.py": "from shop import b\n", "shop/b.py": back}
    report = await look(ImportsTool, files, tmp_path)
    assert report.status is EvidenceStatus.MEASURED
    assert report.findings == ()
    assert report.measures["imports.circles"] == 0


async def test_an_else_branch_of_a_typing_check_does_happen(tmp_path: Path) -> None:
    late = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    x = 1\nelse:\n    from shop import a\n"
    files = {"shop/__init__.py": "", "shop/a.py": "from shop import b\n", "shop/b.py": late}
    assert places(await look(ImportsTool, files, tmp_path)) == [("import-cycle", "shop/a.py", 1)]


async def test_a_circle_through_the_package_itself_weighs_less(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "from .a import x\n", "shop/a.py": "from shop import y\n"}
    report = await look(ImportsTool, files, tmp_path)
    assert [(one.severity, one.confidence) for one in report.findings] == [(Severity.LOW, 0.7)]


async def test_modules_are_found_in_src_layouts_and_namespace_packages(tmp_path: Path) -> None:
    report = await look(
        ImportsTool,
        {
            "src/company/web/__init__.py": "",
            "src/company/web/a.py": "import company.web.b\n",
            "src/company/web/b.py": "from company.web.a import x\n",
            "tools/types.py": "import enum\n",
            "tools/enum.py": "import types\n",
        },
        tmp_path,
    )
    assert places(report) == [("import-cycle", "src/company/web/a.py", 1)]


async def test_a_link_to_a_folder_is_a_name_of_that_package(tmp_path: Path) -> None:
    (tmp_path / "house").symlink_to("src")
    files = {"src/__init__.py": "", "src/a.py": "import house.b\n", "src/b.py": "import house.a\n"}
    assert places(await look(ImportsTool, files, tmp_path)) == [("import-cycle", "src/a.py", 1)]


LAYERED = {
    "shop/__init__.py": "",
    "shop/web.py": "from shop import domain\n",
    "shop/tools.py": "from shop.web import path\n",
}


async def test_layers_declared_in_pyproject_are_held(tmp_path: Path) -> None:
    contract = '[[tool.importlinter.contracts]]\ntype="layers"\nlayers=["shop.web","shop.domain"]\n'
    pyproject = f'[tool.importlinter]\nroot_package="shop"\n{contract}'
    files = {**LAYERED, "shop/domain.py": "import re\nimport shop.tools\n", "pyproject.toml": pyproject}
    report = await look(ImportsTool, files, tmp_path)
    broken = [one for one in report.findings if one.rule == "layer-break"]
    assert [(one.location.path, one.location.line, one.severity) for one in broken] == [
        ("shop/domain.py", 2, Severity.MEDIUM)
    ]
    assert "shop.domain imports shop.web by way of shop.tools" in broken[0].message


async def test_layers_in_an_ini_file_with_a_container_and_an_exception(tmp_path: Path) -> None:
    ini = (
        "[importlinter]\nroot_packages=\n    shop\n[importlinter:contract:1]\nname=Layers\ntype=layers\n"
        "containers=shop\nlayers=\n    web\n    (queue) | domain\n"
        "ignore_imports=\n    shop.domain -> shop.web\n"
    )
    code = {**LAYERED, "shop/domain.py": "def later():\n    from shop import web\n"}
    ignored = await look(ImportsTool, {**code, ".importlinter": ini}, tmp_path)
    assert (ignored.findings, ignored.measures["imports.layer_contracts"]) == ((), 1)
    strict = ini.replace("shop.domain -> shop.web", "")
    report = await look(ImportsTool, {**code, ".importlinter": strict}, tmp_path)
    assert places(report) == [("layer-break", "shop/domain.py", 2)]


async def test_no_layers_are_guessed(tmp_path: Path) -> None:
    report = await look(ImportsTool, {**LAYERED, "shop/domain.py": "import shop.tools\n"}, tmp_path)
    assert report.measures["imports.layer_contracts"] == 0
    assert {one.rule for one in report.findings} == {"import-cycle"}


async def test_a_contract_that_cannot_be_checked_is_not_covered(tmp_path: Path) -> None:
    contract = '[[tool.importlinter.contracts]]\nname="L"\ntype="layers"\nlayers=["web", "domain"]\n'
    pyproject = f'[tool.importlinter]\nroot_package="elsewhere"\n{contract}'
    report = await look(ImportsTool, {**LAYERED, "pyproject.toml": pyproject}, tmp_path)
    assert [one.reason for one in report.not_covered] == [
        "imports: the packages of the contract 'L' are not in this folder"
    ]
    broken = await look(ImportsTool, {**LAYERED, "pyproject.toml": "[tool\n"}, tmp_path)
    assert broken.not_covered[0].reason.startswith("imports: the declared layers cannot be read")


async def test_scripts_go_round_in_circles_too(tmp_path: Path) -> None:
    report = await look(
        ImportsTool,
        {
            "web/a.js": 'import { b } from "./b.js";\n',
            "web/b.js": 'const a = require("./c");\n',
            "web/c/index.js": 'export * from "../a";\nimport "react";\n',
            "web/x.ts": 'import type { Y } from "./y";\n',
            "web/y.ts": 'import { X } from "./x.js";\n',
        },
        tmp_path,
    )
    assert places(report) == [("import-cycle", "web/a.js", 1)]
    assert "web/a.js → web/b.js → web/c/index.js → web/a.js" in report.findings[0].message


async def test_a_file_that_does_not_parse_is_not_covered_and_hides_no_other(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/a.py": "import shop.b\n",
        "shop/b.py": "import shop.a\n",
        "shop/broken.py": "def (:\n",
    }
    report = await look(ImportsTool, files, tmp_path)
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("shop/broken.py", "imports: has a syntax error at line 1")
    ]
    assert places(report) == [("import-cycle", "shop/a.py", 1)]
    alone = await look(ImportsTool, {"broken.py": "def (:\n"}, tmp_path)
    assert (alone.status, alone.reason) == (EvidenceStatus.FAILED, "no file could be analysed")


async def test_a_project_without_code_is_no_input(tmp_path: Path) -> None:
    report = await look(ImportsTool, {"pyproject.toml": "", "README.md": "# hello\n"}, tmp_path)
    assert report.status is EvidenceStatus.NO_INPUT
    assert report.reason == "no files in a language that it reads"


def test_knots_are_the_strongly_connected_components() -> None:
    graph = {"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": ["e"], "e": ["d"], "f": ["a"], "g": ["g"]}
    assert knots(graph) == [["a", "b", "c"], ["d", "e"]]
    assert shortest_circle(graph, ["a", "b", "c"]) == ["a", "b", "c"]
    assert shortest_circle({"b": ["a", "c"], "a": ["c"], "c": ["b"]}, ["a", "b", "c"]) == ["b", "c"]
    assert shortest_circle({"a": ["b"], "b": []}, ["a", "b"]) == []


def test_a_chain_of_many_modules_does_not_exhaust_the_stack() -> None:
    graph = {f"m{number:05}": [f"m{(number + 1) % 5000:05}"] for number in range(5000)}
    assert len(knots(graph)[0]) == 5000


async def test_files_that_change_during_the_look_are_told_and_not_remembered(tmp_path: Path) -> None:
    """What was seen of them belongs to other bytes than those that were scanned."""
    cache = EvidenceCache(None)
    snapshot = snapshot_of({"a.py": "import b\n", "b.py": "import a\n"}, tmp_path)
    (tmp_path / "a.py").write_text("x = 1\n")
    during = await ImportsTool(ToolRunner(), cache).gather(snapshot)
    (tmp_path / "a.py").write_text("import b\n")
    after = await ImportsTool(ToolRunner(), cache).gather(snapshot)
    assert [(one.path, one.reason) for one in during.not_covered] == [
        ("a.py", "imports: changed while it was looked at")
    ]
    assert (during.findings, after.from_cache, len(after.findings)) == ((), 0, 1)
