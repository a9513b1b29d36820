"""Settings: insecure switches in settings, templates, containers, workflows and scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version

from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import SourceFile, WorkspaceSnapshot
from .cached_tool import Conclusion
from .file_facts import FileFacts, RawFinding
from .per_file import PerFileTool

LANGUAGES = frozenset({"python", "javascript", "typescript", "tsx", "html", "yaml", "dockerfile", ""})
SOMEONE_ELSES = re.compile(
    r"(?:^|/)(?:vendor|vendored|_vendor|third_party|node_modules|bower_components)/|[.-]min\.js$|\.bundle\.js$"
)
SHOWN = re.compile(r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|tutorials?|benchmarks?)/")
DEVELOPMENT = re.compile(
    r"(?:^|[/._-])(?:dev|devel|development|local|test|testing|ci|debug|sandbox)(?=[/._-])|(?:^|/)\.devcontainer/"
)
FRAMEWORK = re.compile(r"(?:^|/)(?:global_settings|default_settings|defaults)\.py$")
BY_ENVIRONMENT = frozenset({"debug-on", "allowed-hosts-any", "cookie-unprotected", "cors-any-origin", "csrf-off",
                            "weak-password-hash", "host-network", "docker-socket", "docker-root"})  # fmt: skip


class SettingsTool(PerFileTool):
    """Tests are not looked at, what docs and examples show is only mentioned, and development may be lax."""

    analyser = "settings"
    version = f"1+tree-sitter{version('tree-sitter')}+pyyaml{version('pyyaml')}"
    about = ToolProfile(
        name="settings",
        title="insecure switches in settings, templates and manifests",
        categories=frozenset({Category.SECURITY}),
        languages=LANGUAGES,
    )

    def wants(self, file: SourceFile) -> bool:
        """All that people of this project write; stubs hold no values."""
        return (
            file.language in LANGUAGES
            and not SOMEONE_ELSES.search(file.path)
            and not file.path.endswith(".pyi")
        )

    def nothing_to_see(self) -> str:
        """No file is of use."""
        return "no code, templates, Dockerfiles or YAML"

    def conclude(self, snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts]) -> Conclusion:
        """What was found, weighed by where it stands."""
        findings = [
            raw.at(path, self.about.name)
            for path, one in facts.items()
            for found in one.findings
            if (raw := _weighed(found, path)) is not None
        ]
        return Conclusion(tuple(findings), {"settings.insecure": float(len(findings))})


def _weighed(found: RawFinding, path: str) -> RawFinding | None:
    """A framework's own defaults are no settings; None leaves a finding out."""
    if found.rule in BY_ENVIRONMENT and (FRAMEWORK.search(path) or DEVELOPMENT.search(path)):
        return None
    if SHOWN.search(path):
        return replace(found, severity="info", confidence=round(found.confidence * 0.5, 2))
    return found
