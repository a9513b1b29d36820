"""The dependencies tool: what is imported against what is declared, without anything installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.infrastructure.evidence.dependencies import DependenciesTool

from .support import look

PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = [\n    {}\n]\n'


def found(report: EvidenceReport) -> list[tuple[str, str, int, str]]:
    """Rule, path, line and severity of each finding, sorted."""
    return sorted((f.rule, f.location.path, f.location.line, f.severity.value) for f in report.findings)


async def test_what_is_imported_and_declared_nowhere_is_medium_at_the_import(tmp_path: Path) -> None:
    """A fresh installation stops there; an unused declaration is low at its line."""
    files = {
        "pyproject.toml": PROJECT.format('"requests>=2",\n    "arrow",'),
        "shop/__init__.py": "",
        "shop/a.py": "import os\n\nimport boto3\nimport requests\nfrom shop import b\n",
        "shop/b.py": "",
    }
    report = await look(DependenciesTool, files, tmp_path)

    assert found(report) == [("DEP001", "shop/a.py", 3, "medium"), ("DEP002", "pyproject.toml", 6, "low")]
    assert [f.location.function for f in report.findings] == ["boto3", "arrow"]
    assert report.measures["dependencies.declared"] == 2


async def test_packages_whose_modules_are_called_otherwise_are_known(tmp_path: Path) -> None:
    """Neither missing nor unused, whatever is installed here."""
    pairs = {
        "PyYAML": "yaml",
        "Pillow": "PIL",
        "beautifulsoup4": "bs4",
        "scikit-learn": "sklearn",
        "python-dateutil": "dateutil",
        "opencv-python": "cv2",
        "PyJWT": "jwt",
        "python-dotenv": "dotenv",
    }
    files = {
        "requirements.txt": "".join(f"{name}==1.0\n" for name in pairs),
        "a.py": "".join(f"import {module}\n" for module in pairs.values()),
    }
    report = await look(DependenciesTool, files, tmp_path)

    assert (report.status, found(report)) == (EvidenceStatus.MEASURED, [])


async def test_extras_and_groups_count_as_declared(tmp_path: Path) -> None:
    """One of a group for developers is not installed with the product, though."""
    text = PROJECT.format('"httpx",') + (
        '[project.optional-dependencies]\nfast = ["orjson"]\n[dependency-groups]\ndev = ["pytest", "attrs"]\n'
    )
    files = {"pyproject.toml": text, "shop.py": "import httpx\nimport orjson\nimport attrs\n"}
    report = await look(DependenciesTool, files, tmp_path)

    assert found(report) == [("DEP004", "shop.py", 3, "medium")]
    assert "for developers only" in report.findings[0].message


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    import ujson\nexcept ImportError:\n    ujson = None\n",
        "try:\n    import json\nexcept ImportError:\n    import ujson\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ujson\n",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import ujson\n",
        "def f():\n    try:\n        import ujson\n    except ImportError:\n        return None\n    return ujson\n",
    ],
)
async def test_an_import_that_may_fail_needs_no_declaration(code: str, tmp_path: Path) -> None:
    """The code itself says so."""
    files = {"pyproject.toml": PROJECT.format(""), "shop.py": code}

    assert found(await look(DependenciesTool, files, tmp_path)) == []


async def test_an_import_inside_a_function_is_less_sure(tmp_path: Path) -> None:
    """It may never be reached."""
    files = {
        "pyproject.toml": PROJECT.format(""),
        "shop.py": "def f():\n    import ujson\n    return ujson\n",
    }
    (finding,) = (await look(DependenciesTool, files, tmp_path)).findings

    assert (finding.severity.value, finding.confidence) == ("low", 0.5)


async def test_tests_docs_tools_and_parts_with_their_own_declarations_may_import_more(tmp_path: Path) -> None:
    """Their needs are declared elsewhere, or nowhere."""
    paths = [
        "tests/test_a.py",
        "docs/conf.py",
        "noxfile.py",
        "examples/demo.py",
        "service/main.py",
        "shop/test_b.py",
    ]
    files = {"pyproject.toml": PROJECT.format(""), "service/pyproject.toml": PROJECT.format('"ujson"')}
    files |= dict.fromkeys(paths, "import ujson\n")

    assert found(await look(DependenciesTool, files, tmp_path)) == []


async def test_modules_of_the_project_are_no_packages_wherever_they_lie(tmp_path: Path) -> None:
    """A src layout, and a script beside its helper."""
    files = {
        "pyproject.toml": PROJECT.format(""),
        "src/shop/__init__.py": "import shop.till\n",
        "src/shop/till.py": "",
        "run/helper.py": "",
        "run/main.py": "import helper\nimport shop\n",
    }
    assert found(await look(DependenciesTool, files, tmp_path)) == []


async def test_what_is_loaded_by_its_name_is_not_unused(tmp_path: Path) -> None:
    """A server, an application of Django named in a list, a program in a Dockerfile, a plugin."""
    files = {
        "requirements.txt": "gunicorn==1\ndjango-widgets==1\nhoncho==1\npytest-cov==1\n",
        "settings.py": "INSTALLED_APPS = ['django_widgets']\n",
        "Dockerfile": "FROM python\nCMD honcho start\n",
    }
    assert found(await look(DependenciesTool, files, tmp_path)) == []


async def test_the_project_s_own_configuration_is_honoured(tmp_path: Path) -> None:
    """Ignored rules and names of modules."""
    own = '[tool.deptry]\nignore = ["DEP002"]\n[tool.deptry.package_module_name_map]\n"odd-name" = "even"\n'
    files = {
        "pyproject.toml": PROJECT.format('"odd-name", "arrow", "PyYAML"') + own,
        "a.py": "import even\nimport yaml\n",
    }

    assert found(await look(DependenciesTool, files, tmp_path)) == []


async def test_a_module_that_is_imported_by_a_relative_name_in_text_is_no_package(tmp_path: Path) -> None:
    """deptry alone stops at it; the modules that the project calls its own stay so."""
    own = '[tool.deptry]\nknown_first_party = ["till"]\n'
    code = 'from importlib import import_module\nimport till\nimport boto3\n\nimport_module(".management", "shop")\n'
    report = await look(
        DependenciesTool, {"pyproject.toml": PROJECT.format("") + own, "shop.py": code}, tmp_path
    )

    assert found(report) == [("DEP001", "shop.py", 3, "medium")]


async def test_requirements_that_any_version_meets_are_low_at_their_line(tmp_path: Path) -> None:
    """A pin, a bounded range and a URL are not; for developers it hardly matters."""
    files = {
        "requirements.txt": "# c\nflask\nhttpx>=0.2\njinja2==3.1\nrich<15\nclick~=8.0\nx @ https://h/x.whl\n",
        "requirements-dev.txt": "pytest\n",
        "a.py": "import flask, httpx, jinja2, rich, click, x\n",
    }
    report = await look(DependenciesTool, files, tmp_path)

    assert found(report) == [
        ("unpinned", "requirements-dev.txt", 1, "info"),
        ("unpinned", "requirements.txt", 2, "low"),
        ("unpinned", "requirements.txt", 3, "low"),
    ]
    assert [f.quote for f in report.findings if f.severity.value == "low"] == ["flask", "httpx>=0.2"]


@pytest.mark.parametrize("other", ["constraints.txt", "requirements.in"])
async def test_requirements_that_are_closed_elsewhere_are_not_open(other: str, tmp_path: Path) -> None:
    """Constraints, or an input of which the pins are made."""
    files = {"requirements.txt": "flask\n", other: "flask==3.0.0\n", "a.py": "import flask\n"}

    assert found(await look(DependenciesTool, files, tmp_path)) == []


async def test_ranges_of_a_library_are_as_they_should_be(tmp_path: Path) -> None:
    """Its users choose the version."""
    files = {"pyproject.toml": PROJECT.format('"flask", "httpx>=0.2"'), "a.py": "import flask, httpx\n"}

    assert found(await look(DependenciesTool, files, tmp_path)) == []


NOTHING_TO_COMPARE = {
    "nothing is declared": ({"a.py": "import boto3\n"}, "no dependencies are declared"),
    "only tools are configured": (
        {"a.py": "import boto3\n", "pyproject.toml": "[tool.ruff]\nline-length = 99\n"},
        "no dependencies are declared",
    ),
    "a build computes them": (
        {"a.py": "import boto3\n", "pyproject.toml": '[project]\nname = "a"\ndynamic = ["dependencies"]\n'},
        "the dependencies are computed when the project is built",
    ),
    "setup.py declares them": (
        {"a.py": "import boto3\n", "setup.py": "from setuptools import setup\nsetup()\n"},
        "the dependencies are declared in setup.py or setup.cfg, which deptry does not read",
    ),
    "there is no Python": ({"package.json": "{}", "pyproject.toml": PROJECT.format("")}, "no Python code"),
}


@pytest.mark.parametrize(("files", "reason"), NOTHING_TO_COMPARE.values(), ids=NOTHING_TO_COMPARE)
async def test_without_declarations_nothing_is_measured(
    files: dict[str, str], reason: str, tmp_path: Path
) -> None:
    """And nothing is called missing."""
    report = await look(DependenciesTool, files, tmp_path)

    assert (report.status, report.reason, report.findings) == (EvidenceStatus.NO_INPUT, reason, ())


async def test_a_broken_pyproject_is_not_covered(tmp_path: Path) -> None:
    """It says why."""
    report = await look(
        DependenciesTool, {"pyproject.toml": "[project\n", "a.py": "import boto3\n"}, tmp_path
    )

    assert (report.status, report.reason) == (EvidenceStatus.NO_INPUT, "pyproject.toml cannot be read")
    assert [one.path for one in report.not_covered] == ["pyproject.toml"]


async def test_a_configuration_that_deptry_refuses_is_a_failure_with_its_words(tmp_path: Path) -> None:
    """Never an empty result."""
    files = {
        "pyproject.toml": PROJECT.format("") + "[tool.deptry]\nno_such_option = 1\n",
        "a.py": "import boto3\n",
    }
    report = await look(DependenciesTool, files, tmp_path)

    assert report.status is EvidenceStatus.FAILED
    assert report.reason.startswith("deptry failed: ")


SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


@pytest.mark.parametrize("manifest", [
    '[tool.deptry]\nrequirements_files = ["{outside}"]\nrequirements_files_dev = ["{outside}"]\n',
    '[tool.deptry]\nrequirements_files = ["../private.txt"]\n',
    SETUPTOOLS + '[project]\nname = "shop"\nversion = "1"\ndynamic = ["dependencies"]\n'
    '[tool.setuptools.dynamic]\ndependencies = {{file = ["{outside}"]}}\n',
    SETUPTOOLS + '[project]\nname = "shop"\nversion = "1"\ndynamic = ["optional-dependencies"]\n'
    '[tool.setuptools.dynamic]\noptional-dependencies = {{x = {{file = "{outside}"}}}}\n',
])  # fmt: skip
async def test_files_outside_the_project_are_never_read(manifest: str, tmp_path: Path) -> None:
    """Whatever the project's settings call a list of requirements."""
    outside = tmp_path / "private.txt"
    outside.write_text("topsecret==1.0\n")
    files = {
        "pyproject.toml": manifest.format(outside=outside),
        "requirements.txt": "requests==2.0\n",
        "a.py": "import requests\n",
    }
    report = await look(DependenciesTool, files, tmp_path / "project")
    assert report.status is not EvidenceStatus.FAILED, report.reason
    assert "topsecret" not in repr(report)


async def test_a_manifest_that_leads_elsewhere_is_never_read(tmp_path: Path) -> None:
    """The scan leaves links out, and so does deptry."""
    (tmp_path / "private.toml").write_text(PROJECT.format('"topsecret"'))
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").symlink_to(tmp_path / "private.toml")
    report = await look(DependenciesTool, {"requirements.txt": "arrow==1\n", "a.py": "import os\n"}, project)
    assert [one.location.function for one in report.findings] == ["arrow"]


async def test_requirement_files_that_the_project_names_are_read_where_they_are_its_own(
    tmp_path: Path,
) -> None:
    """Even when they lie where nobody would look."""
    files = {
        "pyproject.toml": '[tool.deptry]\nrequirements_files = ["deploy/requirements.txt"]\nknown_first_party = 3\n',
        "requirements.txt": "arrow==1.0\n",
        "deploy/requirements.txt": "boto3==1.0\n",
        "a.py": "import os\n",
    }
    report = await look(DependenciesTool, files, tmp_path)
    assert [(f.rule, f.location.path) for f in report.findings] == [("DEP002", "deploy/requirements.txt")]


@pytest.mark.parametrize("name", ["{outside}", "../private.txt", "deep/more.txt"])
async def test_a_list_that_includes_another_outside_the_project_is_not_followed(
    name: str, tmp_path: Path
) -> None:
    """Neither at once nor by way of a file of the project; there is no number then."""
    outside = tmp_path / "private.txt"
    outside.write_text("topsecret==1.0\n")
    files = {
        "requirements.txt": f"requests==2.0\n-r {name.format(outside=outside)}\n",
        "deep/more.txt": "-r ../../private.txt\n",
        "a.py": "import requests\n",
    }
    report = await look(DependenciesTool, files, tmp_path / "project")
    assert "topsecret" not in repr(report)
    assert report.status is EvidenceStatus.NO_INPUT
    assert report.reason.endswith("private.txt', which is not a file of the project")


async def test_a_list_may_include_another_of_the_project(tmp_path: Path) -> None:
    """What is included counts as declared."""
    files = {
        "requirements.txt": "requests==2.0\n-r requirements/more.txt\n",
        "requirements/more.txt": "arrow==1.0\n",
        "a.py": "import requests\nimport arrow\n",
    }
    report = await look(DependenciesTool, files, tmp_path)
    assert (report.status, report.findings) == (EvidenceStatus.MEASURED, ())
