"""Whether a folder is the root of a project, or only a part or an installed copy of one."""

from __future__ import annotations

from pathlib import Path

from ...domain.workspace.files import WorkspaceSnapshot

MANIFESTS = (
    "pyproject.toml", "setup.py", "setup.cfg", "package.json", "go.mod", "Cargo.toml", "pom.xml",
    "build.gradle", "build.gradle.kts", "Makefile",
)  # fmt: skip


def is_project(snapshot: WorkspaceSnapshot) -> bool:
    """A project has a manifest or is a repository; an unpacked package or a subfolder is none."""
    return snapshot.facts.is_git or any(Path(snapshot.root, name).is_file() for name in MANIFESTS)


def is_unpacked_package(snapshot: WorkspaceSnapshot) -> bool:
    """Whether the folder holds what an installer unpacks: a `*.dist-info` beside the code."""
    return any(Path(snapshot.root).glob("*.dist-info"))
