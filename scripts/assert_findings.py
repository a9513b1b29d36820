"""Fail unless a JSON report of `muster` holds findings that each name a file and say something."""

import json
import sys
from pathlib import Path
from typing import Any


def is_complete(finding: dict[str, Any]) -> bool:
    """Whether a finding names a file and says something; its place may be nested in `location`."""
    return bool(finding.get("location", finding).get("path") and finding.get("message"))


def main(report: str) -> int:
    """Print how many findings there are; 1 when none, or when one is incomplete."""
    findings = json.loads(Path(report).read_text(encoding="utf-8"))["run"]["report"]["findings"]
    if not findings:
        print("the report holds no finding, though the example has planted faults", file=sys.stderr)
        return 1
    faults = [finding for finding in findings if not is_complete(finding)]
    for finding in faults:
        print(f"a finding without place or message: {finding!r}", file=sys.stderr)
    print(f"{len(findings)} findings")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
