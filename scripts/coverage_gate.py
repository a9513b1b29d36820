"""Hold line coverage to its thresholds: 90 % of domain and application, 85 % of everything."""

import json
import sys
from pathlib import Path

THRESHOLDS = {"domain and application": 90.0, "all": 85.0}
CORE = ("domain", "application")


def line_coverage(report: Path) -> dict[str, float]:
    """Percent of executable lines that ran, by group, from a report of `coverage json`."""
    counts = dict.fromkeys(THRESHOLDS, (0, 0))
    for name, measured in json.loads(report.read_text(encoding="utf-8"))["files"].items():
        summary = measured["summary"]
        groups = ["all", "domain and application"] if Path(name).parts[1] in CORE else ["all"]
        for group in groups:
            covered, total = counts[group]
            counts[group] = (covered + summary["covered_lines"], total + summary["num_statements"])
    return {group: 100 * covered / total for group, (covered, total) in counts.items() if total}


def main(report: str) -> int:
    """Print each group beside its threshold; 1 when one is missed or was not measured at all."""
    measured = line_coverage(Path(report))
    missed = False
    for group, threshold in THRESHOLDS.items():
        if group not in measured:
            print(f"line coverage of {group}: unmeasured (at least {threshold:.0f} % wanted)")
            missed = True
            continue
        print(f"line coverage of {group}: {measured[group]:.1f} % (at least {threshold:.0f} % wanted)")
        missed |= measured[group] < threshold
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
