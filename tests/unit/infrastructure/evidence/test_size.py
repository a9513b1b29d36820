"""Long functions and long lists of parameters, in several languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.infrastructure.evidence.size import SizeTool

from .support import look

LONG = {
    "a.py": ("class A:\n    def f(self):\n", "        print(1)\n", "", "A.f", 2),
    "a.js": ("function f() {\n", "  g(1);\n", "}\n", "f", 1),
    "a.ts": ("class A {\n  f(): void {\n", "    g(1);\n", "  }\n}\n", "A.f", 2),
    "a.go": ("package a\nfunc f() {\n", "\tg(1)\n", "}\n", "f", 2),
    "A.java": ("class A {\n  void f() {\n", "    g(1);\n", "  }\n}\n", "A.f", 2),
    "a.rs": ("fn f() {\n", "    g(1);\n", "}\n", "f", 1),
    "a.c": ("int f(void) {\n", "  g(1);\n", "}\n", "f", 1),
}


@pytest.mark.parametrize("path", LONG)
async def test_a_function_of_more_than_eighty_lines_is_long(path: str, tmp_path: Path) -> None:
    head, line, tail, name, first = LONG[path]
    report = await look(SizeTool, {path: head + line * 90 + tail}, tmp_path)
    assert [(one.rule, one.location.function, one.location.line) for one in report.findings] == [
        ("too-long", name, first)
    ]


async def test_comments_docstrings_and_empty_lines_are_no_length(tmp_path: Path) -> None:
    source = (
        'def f():\n    """One.\n' + "    More.\n" * 80 + '    """\n' + "    # why\n\n" * 50 + "    return 1\n"
    )
    assert (await look(SizeTool, {"a.py": source}, tmp_path)).findings == ()


SEVEN = {
    "a.py": "def f(a, b, c: dict[str, int], d=(1, 2), e=None, g={'x': 1}, h=1):\n    return a\n",
    "b.py": "class A:\n    def f(self, a, b, c, d, e, g, h, *args, i, j, **more):\n        return a\n",
    "a.js": "const f = (a, b, c, d, e, g, h) => a;\n",
    "a.ts": "function f(a: string, b: number, c: {x: number}, d: A, e: B, g: C, h: D): void {\n}\n",
    "a.go": "package a\nfunc f(a, b int, c, d, e string, g func(int) error, h bool) {\n}\n",
    "A.java": "class A {\n  void f(int a, int b, Map<String, Integer> c, int d, int e, int g, int h) { }\n}\n",
    "a.rs": "fn f(a: i32, b: (i32, i32), c: i32, d: i32, e: i32, g: i32, h: i32) {}\n",
}
MANY = "(a, b, c, d, e, g, h)"
SIX = {
    "a receiver": ("a.py", "class A:\n    def f(self, a, b, c, d, e, g):\n        return a\n"),
    "names at the call": ("a.py", "def f(a, *, b, c, d, e, g, h, i):\n    return a\n"),
    "more arguments": ("a.py", "def f(a, b, c, d, e, g, *args, **more):\n    return a\n"),
    "one object": ("a.js", "function f({a, b, c, d, e, g, h, i}) { return a; }\n"),
    "a click command": ("a.py", f"@cli.command('x')\n@click.option('--a')\ndef f{MANY}:\n    return a\n"),
    "a click context": ("a.py", f"@pass_context\ndef f{MANY}:\n    return a\n"),
    "a fixture": ("a.py", f"@pytest.fixture\ndef f{MANY}:\n    return a\n"),
    "a route": ("a.py", f"@router.get('/x')\nasync def f{MANY}:\n    return a\n"),
    "a marked override": ("a.py", f"class A(B):\n    @override\n    def f{MANY}:\n        return a\n"),
    "a function as parameter": ("a.go", "package a\nfunc f(a func(b, c, d, e, g int) (int, error)) {\n}\n"),
}


@pytest.mark.parametrize("path", SEVEN)
async def test_seven_parameters_in_order_are_too_many(path: str, tmp_path: Path) -> None:
    report = await look(SizeTool, {path: SEVEN[path]}, tmp_path)
    assert [(one.rule, one.severity.value) for one in report.findings] == [("too-many-parameters", "low")]
    assert "takes 7 parameters" in report.findings[0].message


@pytest.mark.parametrize(("path", "source"), SIX.values(), ids=SIX)
async def test_what_a_caller_need_not_put_in_order_is_not_counted(
    path: str, source: str, tmp_path: Path
) -> None:
    report = await look(SizeTool, {path: source}, tmp_path)
    assert report.findings == ()
    assert report.measures["functions.measured"] == 1


async def test_tests_may_be_long_and_broken_files_are_not_covered(tmp_path: Path) -> None:
    files = {"tests/test_a.py": "def test_a():\n" + "    print(1)\n" * 90, "b.js": "function ( {\n"}
    report = await look(SizeTool, files, tmp_path)
    assert report.findings == ()
    assert [one.path for one in report.not_covered] == ["b.js"]


async def test_a_method_that_overrides_one_of_its_file_is_reported_only_where_it_was_chosen(
    tmp_path: Path,
) -> None:
    source = "".join(f"class {name}:\n    def f{MANY}:\n        return a\n" for name in ("A", "B(A)"))
    report = await look(SizeTool, {"a.py": source}, tmp_path)
    assert [(one.location.function, one.confidence) for one in report.findings] == [("A.f", 0.6)]


@pytest.mark.parametrize(
    ("top", "base", "name", "confidence"),
    [
        ("import other", "other.Base", "f", 0.3),
        ("from other import Base", "Base[int]", "f", 0.3),
        ("from .other import Base", "Base", "f", 0.6),
        ("from .other import Thing as Base", "Base", "f", 0.6),
        ("from typing import Generic", "Generic[T]", "f", 0.6),
        ("from other import Base", "Base", "__init__", 0.6),
        ("x = 1", "metaclass=M", "f", 0.6),
    ],
)
async def test_a_method_that_a_foreign_base_may_ask_for_weighs_less(
    top: str, base: str, name: str, confidence: float, tmp_path: Path
) -> None:
    source = f"{top}\nclass A({base}):\n    def {name}{MANY}:\n        return a\n"
    report = await look(SizeTool, {"a.py": source}, tmp_path)
    assert [one.confidence for one in report.findings] == [confidence]


async def test_a_mapping_asked_for_a_key_is_no_route(tmp_path: Path) -> None:
    source = f"@HOOKS.get(key)\ndef f{MANY}:\n    return a\n"
    report = await look(SizeTool, {"a.py": source}, tmp_path)
    assert [one.rule for one in report.findings] == ["too-many-parameters"]
