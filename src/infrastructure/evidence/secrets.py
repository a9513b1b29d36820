"""Secrets: credentials that were written into tracked text files of any language."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import SourceFile
from .per_file import PerFileTool

GENERATED = re.compile(
    r"(?:^|[.-])lock(?:\.|$)|^(?:package-lock|npm-shrinkwrap|composer)\.(?:json|lock)$|^go\.sum$|[.-]min\.(?:js|css)$"
    r"|\.(?:map|svg|po|pot|csv|tsv|bundle\.js|dist-info|sum|asc|crt|cer|pub)$|^RECORD$",
    re.IGNORECASE,
)


class SecretsTool(PerFileTool):
    """Reads all text but lock files, catalogues, data tables and minified code; values are never repeated."""

    analyser = "secrets"
    version = "5"
    about = ToolProfile(
        name="secrets",
        title="credentials in tracked files",
        categories=frozenset({Category.SECURITY}),
    )

    def wants(self, file: SourceFile) -> bool:
        """Whether people write this file: hashes and data of generated ones only look like secrets."""
        return GENERATED.search(PurePosixPath(file.path).name) is None
