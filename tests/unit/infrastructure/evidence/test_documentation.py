"""The docs tool: docstrings of the public API, a README, and relative links."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.domain.evidence.severity import Severity
from muster.infrastructure.evidence.analysers.docs_markdown import anchors_of, slug_of
from muster.infrastructure.evidence.documentation import DocumentationTool

from .support import look

README = {"README.md": "# Shop\n"}


def places(report: EvidenceReport) -> list[tuple[str, str, int]]:
    return [(one.rule, one.location.path, one.location.line) for one in report.findings]


async def test_public_definitions_without_words_are_named(tmp_path: Path) -> None:
    source = (
        'def told():\n    """Says it."""\n'
        "def silent():\n    return 1\n"
        "def _private(): ...\n"
        'class Shop:\n    """Sells."""\n    def __init__(self): ...\n    async def open(self): ...\n'
        "    def _hide(self): ...\n    class Meta: ...\n"
        "class _Hidden:\n    def open(self): ...\n"
        "def outer():\n    '''Says it.'''\n    def inner(): ...\n"
    )
    report = await look(DocumentationTool, {**README, "shop.py": source}, tmp_path)
    assert places(report) == [("missing-docstring", "shop.py", 3), ("missing-docstring", "shop.py", 9)]
    assert [one.location.function for one in report.findings] == ["silent", "Shop.open"]
    assert {one.severity for one in report.findings} == {Severity.INFO}
    assert report.measures["docstrings.public"] == 5
    assert report.measures["docstrings.missing"] == 2
    assert report.measures["docstrings.percent"] == 60.0


async def test_overloads_setters_and_documented_overrides_need_no_words(tmp_path: Path) -> None:
    base = 'class Base:\n    """A base."""\n    def run(self):\n        """Run."""\n    def stop(self): ...\n'
    other = (
        "import shop\n"
        'class Child(shop.Base):\n    """A child."""\n    def run(self): ...\n    def stop(self): ...\n'
        "    @typing.overload\n    def get(self, x: int) -> int: ...\n"
        "    @name.setter\n    def name(self, x): ...\n"
        "    @override\n    def draw(self): ...\n"
    )
    report = await look(DocumentationTool, {**README, "shop.py": base, "child.py": other}, tmp_path)
    assert places(report) == [("missing-docstring", "shop.py", 5), ("missing-docstring", "child.py", 5)]


async def test_many_in_one_file_are_one_finding(tmp_path: Path) -> None:
    source = "".join(f"def f{number}(): ...\n" for number in range(7))
    report = await look(DocumentationTool, {**README, "shop.py": source}, tmp_path)
    (finding,) = report.findings
    assert finding.message.startswith("7 of 7 public definitions do not say what they are for: f0, f1, f2")
    assert (finding.severity, finding.location.line) == (Severity.LOW, 1)


async def test_tests_and_private_modules_are_not_counted(tmp_path: Path) -> None:
    source = "def f(): ...\n"
    files = {"tests/test_a.py": source, "shop/_inner.py": source, "shop/a.pyi": source, "setup.py": source}
    report = await look(DocumentationTool, {**README, **files}, tmp_path)
    assert report.findings == ()
    assert report.measures["docstrings.public"] == 0
    assert "docstrings.percent" not in report.measures


@pytest.mark.parametrize(
    ("path", "told", "silent"),
    [
        (
            "a.js",
            "/** Adds. */\nexport function add() {}\nfunction own() {}\n",
            "// adds\nexport function add() {}\n",
        ),
        ("a.ts", "/** A. */\nexport interface A {}\n", "export default class A {}\n"),
        ("a.go", "package a\n\n// Add adds.\nfunc Add() {}\nfunc own() {}\n", "package a\n\nfunc Add() {}\n"),
        ("a.rs", "/// Adds.\n#[inline]\npub fn add() {}\nfn own() {}\n", "// adds\npub fn add() {}\n"),
        (
            "A.java",
            "/** A. */\npublic class A { @Override public void b() {} }\n",
            "public class A { void b() {} }\n",
        ),
    ],
)
async def test_comments_that_document_count_in_other_languages(
    path: str, told: str, silent: str, tmp_path: Path
) -> None:
    good = await look(DocumentationTool, {**README, path: told}, tmp_path)
    assert (good.findings, good.measures["docstrings.public"]) == ((), 1)
    bad = await look(DocumentationTool, {**README, path: silent}, tmp_path)
    assert [one.rule for one in bad.findings] == ["missing-docstring"]


async def test_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    readme = (
        "# Shop & Co\n\n"
        "[a](docs/guide.md) [b](docs/none.md)\n"
        "[c](#shop--co) [d](#prices) [e](docs/guide.md#how-to-buy) [f](docs/guide.md#how-to-sell)\n"
        "![pic](art/logo%20one.png) ![gone](art/two.png)\n"
        "[ref]: docs/lost.md 'title'\n"
        '<a href="docs/away.md">x</a>\n'
        "[case](docs/Guide.md)\n"
        "[no name](docs/%00/a.md)\n"
    )
    guide = "How to *buy*\n======\n"
    files: dict[str, str | bytes] = {"README.md": readme, "docs/guide.md": guide, "art/logo one.png": b"png"}
    report = await look(DocumentationTool, files, tmp_path)
    assert places(report) == [
        ("broken-link", "README.md", 3),
        ("broken-anchor", "README.md", 4),
        ("broken-anchor", "README.md", 4),
        ("broken-link", "README.md", 5),
        ("broken-link", "README.md", 6),
        ("broken-link", "README.md", 7),
        ("broken-link", "README.md", 8),
        ("broken-link", "README.md", 9),
    ]
    assert {one.severity for one in report.findings} == {Severity.LOW}
    assert "#how-to-sell" in report.findings[2].message


async def test_links_that_nobody_can_judge_are_left_alone(tmp_path: Path) -> None:
    page = (
        "[a](https://example.test/x) [b](mailto:a@b.c) [c](//example.test/x) [d](../../issues) [e](#)\n"
        "`[f](none.md)` ``[g](`none.md)``\n"
        "```\n[h](none.md)\n```\n"
        "\n    [i](none.md)\n\n"
        "<!-- [j](none.md) -->\n"
        "[k](app.py#L10) [l](app.py#L3-L9) [m]({{ url }}) [n](src/?x=1#y)\n"
        "[^1]: none.md\n"
    )
    files = {"README.md": page, "app.py": "x = 1\n", "src/a.py": "x = 1\n"}
    report = await look(DocumentationTool, files, tmp_path)
    assert places(report) == []


async def test_a_site_generator_may_move_pages(tmp_path: Path) -> None:
    files = {
        **README,
        "mkdocs.yml": "",
        "docs/a.md": "[b](b.html) [c](../b/) [d](none/)\n",
        "docs/b.md": "# B\n",
    }
    report = await look(DocumentationTool, files, tmp_path)
    assert [(one.rule, one.quote) for one in report.findings] == [
        ("broken-link", "[b](b.html) [c](../b/) [d](none/)")
    ]


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("How it is built", "how-it-is-built"),
        ("`snake_case` & more!", "snake_case--more"),
        ("A [link](x.md) and _that_", "a-link-and-that"),
        ("1.2 Größe", "12-größe"),
    ],
)
def test_anchors_follow_githubs_rules(heading: str, slug: str) -> None:
    assert slug_of(heading) == slug


def test_twin_headings_and_own_ids_have_anchors() -> None:
    page = '# A\n\n# A #\n\n## B {#bee}\n\n<a name="Cee"></a>\n\n```\n# No\n```\n'
    assert {"a", "a-1", "b", "bee", "cee"} <= anchors_of(page)
    assert "no" not in anchors_of(page)


async def test_a_project_without_a_readme_is_told_so(tmp_path: Path) -> None:
    source = {"shop.py": "x = 1\n"}
    assert (await look(DocumentationTool, source, tmp_path)).findings == ()
    report = await look(DocumentationTool, {**source, "pyproject.toml": ""}, tmp_path)
    assert [(one.rule, one.severity) for one in report.findings] == [("missing-readme", Severity.MEDIUM)]
    with_one = await look(DocumentationTool, {**source, "docs/ReadMe.rst": ""}, tmp_path)
    assert with_one.findings == ()


async def test_an_unpacked_package_needs_no_readme(tmp_path: Path) -> None:
    files = {"shop.py": "x = 1\n", "setup.cfg": "", "shop-1.0.dist-info/METADATA": "Name: shop\n"}
    assert (await look(DocumentationTool, files, tmp_path)).findings == ()


INNER = "def told():\n    'Says it.'\ndef silent(): ...\ndef other(): ...\ndef _hidden(): ...\n"
HANDED_ON = {
    "names": ("from ._a import told, silent\n", INNER, (2, 1)),
    "a name under another one": ("from ._a import silent as loud\n", INNER, (1, 1)),
    "a name kept private": ("from ._a import silent as _silent\n", INNER, (0, 0)),
    "all": ("from ._a import *\n", INNER, (3, 2)),
    "all that the module offers": ("from ._a import *\n", f"__all__ = ['told']\n{INNER}", (1, 0)),
    "all that the package offers": ("from ._a import *\n__all__ = ('silent',)\n", INNER, (1, 1)),
    "an offer in two parts": ("from ._a import *\n__all__ = ['told']\n__all__ += ['other']\n", INNER, (2, 1)),
    "an offer that is worked out": ("from ._a import *\n__all__ = names()\n", INNER, (3, 2)),
    "an absolute name": ("from shop._a import silent\n", INNER, (1, 1)),
    "within try": ("try:\n    from ._a import silent\nexcept ImportError:\n    pass\n", INNER, (1, 1)),
    "within a function": ("def _f():\n    from ._a import silent\n", INNER, (0, 0)),
    "what is not there": ("from ._b import silent\nfrom . import _a\n", INNER, (0, 0)),
}


@pytest.mark.parametrize(("package", "inner", "counts"), HANDED_ON.values(), ids=HANDED_ON)
async def test_what_a_package_hands_on_from_a_private_module_is_public(
    package: str, inner: str, counts: tuple[float, float], tmp_path: Path
) -> None:
    files = {"src/shop/__init__.py": package, "src/shop/_a.py": inner}
    report = await look(DocumentationTool, {**README, **files}, tmp_path)
    measures = report.measures
    assert (measures["docstrings.public"], measures["docstrings.missing"]) == counts
    assert {one.location.path for one in report.findings} <= {"src/shop/_a.py"}


async def test_names_are_followed_through_private_packages_and_circles(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "from ._inner import *\n",
        "shop/_inner/__init__.py": "from .a import silent\nfrom .._loop import *\n",
        "shop/_inner/a.py": INNER,
        "shop/_loop.py": "from ._inner import *\nclass Shop:\n    def open(self): ...\n",
    }
    report = await look(DocumentationTool, {**README, **files}, tmp_path)
    assert sorted(one.location.function for one in report.findings) == ["Shop", "Shop.open", "silent"]
    assert report.measures["docstrings.public"] == 3


async def test_a_module_that_only_uses_a_private_one_hands_nothing_on(tmp_path: Path) -> None:
    uses = {"shop/use.py": "from ._a import silent\n", "shop/_a.py": INNER}
    report = await look(DocumentationTool, {**README, **uses}, tmp_path)
    assert report.measures["docstrings.public"] == 0
    for line in ("from ._a import silent as silent\n", "from ._a import silent\n__all__ = ['silent']\n"):
        report = await look(DocumentationTool, {**README, **uses, "shop/use.py": line}, tmp_path)
        assert [one.location.function for one in report.findings] == ["silent"]


async def test_a_file_that_does_not_parse_is_not_covered(tmp_path: Path) -> None:
    report = await look(DocumentationTool, {**README, "a.py": "def (:\n"}, tmp_path)
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("a.py", "docs: has a syntax error at line 1")
    ]
    empty = await look(DocumentationTool, {"data.json": "{}"}, tmp_path)
    assert empty.status is EvidenceStatus.NO_INPUT
