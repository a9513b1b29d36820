"""Switches that make a program unsafe, in settings, templates, containers, workflows and scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ..file_facts import FileFacts, RawFinding
from .settings_containers import dockerfile
from .settings_python import python
from .settings_script import script
from .settings_templates import template
from .settings_yaml import manifest

Reader = Callable[[bytes, str], Iterable[RawFinding]]
READERS: dict[str, Reader] = {
    "python": python,
    "javascript": script,
    "typescript": script,
    "tsx": script,
    "html": template,
    "yaml": manifest,
    "dockerfile": dockerfile,
}
DOCKERFILE = re.compile(
    rb"\A(?:[ \t]*+(?:#[^\n]*+)?\n)*+(?:ARG[ \t][^\n]*+\n\s*+)*+FROM[ \t]+[\w./:${}@-]", re.IGNORECASE
)
TEMPLATE = re.compile(rb"\{%-?\s*(?:autoescape|block|extends|include|for|if)\b")


def analyse(source: bytes, language: str, is_test: bool) -> FileFacts:
    """Look at one file; tests may be as unsafe as they like."""
    reader = None if is_test else READERS.get(language) or _by_content(source, language)
    if reader is None:
        return FileFacts()
    try:
        found = list(reader(source, language))
    except ValueError as error:
        return FileFacts(problem=str(error))
    return FileFacts(tuple(sorted(found, key=lambda one: (one.line, one.column, one.rule))))


def _by_content(source: bytes, language: str) -> Reader | None:
    """Dockerfiles and templates are often called otherwise."""
    if language:
        return None
    if DOCKERFILE.match(source[:4000]):
        return dockerfile
    return template if TEMPLATE.search(source[:4000]) and b"<" in source else None
