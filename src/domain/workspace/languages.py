"""Languages by file name: enough to choose who looks at a file."""

from __future__ import annotations

from pathlib import PurePosixPath

BY_SUFFIX = {
    ".py": "python", ".pyi": "python", ".pyw": "python",
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
    ".go": "go", ".java": "java", ".rs": "rust",
    ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp", ".hpp": "cpp", ".cs": "csharp",
    ".rb": "ruby", ".php": "php", ".kt": "kotlin", ".swift": "swift", ".scala": "scala", ".sh": "shell",
    ".html": "html", ".htm": "html", ".jinja": "html", ".j2": "html", ".css": "css",
    ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".ini": "ini", ".cfg": "ini",
    ".env": "env", ".md": "markdown", ".rst": "rst", ".txt": "text", ".sql": "sql", ".xml": "xml",
}  # fmt: skip

CODE = frozenset(
    {
        "python", "javascript", "typescript", "tsx", "go", "java", "rust", "c", "cpp", "csharp",
        "ruby", "php", "kotlin", "swift", "scala", "shell",
    }
)  # fmt: skip

TEST_FOLDERS = frozenset({"test", "tests", "testing", "spec", "specs", "__tests__", "testdata", "fixtures"})


def language_of(path: str) -> str:
    """The language of `path` by its name, or "" when the name does not tell."""
    name = PurePosixPath(path).name.lower()
    if name in {"dockerfile", "containerfile"}:
        return "dockerfile"
    if name == ".env" or name.startswith(".env."):
        return "env"
    return BY_SUFFIX.get(PurePosixPath(name).suffix, "")


def is_test_path(path: str) -> bool:
    """Whether `path` is test code or test data, by the usual folder and file names."""
    pure = PurePosixPath(path.lower())
    if TEST_FOLDERS.intersection(pure.parts[:-1]):
        return True
    stem = pure.name.split(".")
    return (
        stem[0].startswith("test_")
        or stem[0].endswith("_test")
        or stem[0] == "conftest"
        or any(part in {"test", "spec"} for part in stem[1:-1])
    )
