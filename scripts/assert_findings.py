"""Fail unless a JSON report of `muster` holds findings that each name a file and a line."""

import json
import sys
from pathlib import Path
from typing import Any


def incomplete(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings that name no place or say nothing."""
    return [finding for finding in findings if not (finding.get("path") and finding.get("message"))]


def main(report: str) -> int:
    """Print how many findings there are; 1 when none, or when one is incomplete."""
    findings = json.loads(Path(report).read_text(encoding="utf-8"))["findings"]
    if not findings:
        print("the report holds no finding, though the example has planted faults", file=sys.stderr)
        return 1
    for finding in incomplete(findings):
        print(f"a finding without place or message: {finding!r}", file=sys.stderr)
    print(f"{len(findings)} findings")
    return int(bool(incomplete(findings)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
