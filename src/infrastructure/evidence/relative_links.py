"""Follows the relative links of Markdown pages to files and headings of the project."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath, split
from typing import Any
from urllib.parse import unquote

from .file_facts import RawFinding

SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")
TEMPLATE = re.compile(r"\{\{|\{%|<%|\$\{|^@")
SITE_GENERATORS = (
    "mkdocs.yml",
    "mkdocs.yaml",
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "_config.yml",
    "book.toml",
)


class LinkChecker:
    """Knows the anchors of each page; files are looked for on disk, by the exact spelling of their names."""

    def __init__(self, root: str, anchors: Mapping[str, frozenset[str]]) -> None:
        self._anchors = anchors
        self._listing = cache(lambda folder: names_in(str(Path(root, folder))))
        self._generated = any(Path(root, name).exists() for name in SITE_GENERATORS)
        self.checked = 0

    def broken(self, page: str, links: Sequence[Mapping[str, Any]]) -> list[RawFinding]:
        """One finding for each relative link of `page` that leads nowhere."""
        found = []
        for link in links:
            wrong = self._wrong(page, link["target"])
            if wrong is not None:
                found.append(_finding(link, *wrong))
        return found

    def _wrong(self, page: str, target: str) -> tuple[str, str] | None:
        """Rule and message, or None when the link is good or cannot be judged."""
        if SCHEME.match(target) or target.startswith("//") or TEMPLATE.search(target):
            return None
        path, _, fragment = target.partition("#")
        path = unquote(path.partition("?")[0])
        self.checked += 1
        if not path:
            return self._wrong_anchor(page, unquote(fragment), "this page")
        place = normpath(path.lstrip("/") if path.startswith("/") else join(dirname(page), path))
        if place.startswith("..") or (self._generated and path.startswith("/")):
            return None  # outside of the project, or a page of a site: nobody can tell
        found = self._find(page, path, place)
        if found is None:
            return "broken-link", f"The link leads to {place!r}, and there is no such file"
        return self._wrong_anchor(found, unquote(fragment), repr(found)) if fragment else None

    def _find(self, page: str, path: str, place: str) -> str | None:
        """The file or folder that is meant; a site generator makes pages of sources, and folders of pages."""
        candidates = [place]
        if self._generated:
            for base in (place, normpath(join(page.removesuffix(".md"), path))):
                stem = re.sub(r"\.html?$", "", base)
                candidates += [f"{stem}.md", f"{stem}/index.md", f"{stem}/README.md"]
        return next((one for one in candidates if self._exists(one)), None)

    def _wrong_anchor(self, page: str, fragment: str, where: str) -> tuple[str, str] | None:
        anchors = self._anchors.get(page)
        if (
            anchors is None
            or not fragment
            or fragment == "top"
            or re.fullmatch(r"L\d+(?:C\d+)?(?:-.*)?", fragment)
        ):
            return None
        wanted = fragment.lower().removeprefix("user-content-")
        if wanted in anchors or wanted.startswith((":~:", "!", "/")):
            return None
        return "broken-anchor", f"No heading of {where} has the anchor #{fragment}"

    def _exists(self, place: str) -> bool:
        if place == ".":
            return True
        parent, name = split(place)
        return name in self._listing(parent) and (not parent or self._exists(parent))


def names_in(folder: str) -> frozenset[str]:
    """The names in a folder; none when it cannot be read or no folder can be called so."""
    try:
        return frozenset(entry.name for entry in Path(folder).iterdir())
    except (OSError, ValueError):
        return frozenset()


def _finding(link: Mapping[str, Any], rule: str, message: str) -> RawFinding:
    return RawFinding(
        rule=rule,
        message=f"{message}: readers are sent astray",
        severity="low",
        confidence=0.9,
        category="documentation",
        line=link["line"],
        quote=link["quote"],
        family=rule,
        suggestion="Correct the target, or take the link out.",
    )
