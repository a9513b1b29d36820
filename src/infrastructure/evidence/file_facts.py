"""What an analyser says about one file, as it travels from the worker and rests in the cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ...domain.evidence.finding import Finding, Location
from ...domain.evidence.severity import Category, Severity


@dataclass(frozen=True, slots=True)
class RawFinding:
    """A finding without its path: what is true of the same bytes wherever they lie."""

    rule: str
    message: str
    severity: str
    confidence: float
    category: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    function: str = ""
    quote: str = ""
    family: str = ""
    suggestion: str = ""
    cwe: int | None = None

    def at(self, path: str, source: str) -> Finding:
        """The finding in the file `path`, said by the tool `source`."""
        return Finding(
            rule=self.rule,
            message=self.message,
            severity=Severity(self.severity),
            confidence=self.confidence,
            category=Category(self.category),
            location=Location(path, self.line, self.column, self.end_line, self.end_column, self.function),
            sources=(source,),
            family=self.family,
            quote=self.quote,
            suggestion=self.suggestion,
            cwe=self.cwe,
        )


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Findings in a file, its numbers, and JSON `data` for a tool that compares files.

    `problem` says why the file could not be looked at; such a file counts as not covered. A `transient` problem
    lies with this look rather than with the file (a crash, a lack of memory), and the next one may go better.
    """

    findings: tuple[RawFinding, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    data: Any = None
    problem: str = ""
    transient: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; absent means default."""
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "measures": dict(self.measures),
            "data": self.data,
            "problem": self.problem,
            "transient": self.transient,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> FileFacts:
        """The inverse of `to_json`."""
        return cls(
            findings=tuple(RawFinding(**item) for item in value["findings"]),
            measures=value["measures"],
            data=value["data"],
            problem=value["problem"],
            transient=value["transient"],
        )
