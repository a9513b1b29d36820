"""Base score of a CVSS v3.0 or v3.1 vector.

Formula and weights: section 7.1 and 7.4 of the CVSS v3.1 specification by FIRST.
"""

from __future__ import annotations

import math

WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}
RATINGS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"), (0.0, "info"))


def base_score(vector: str) -> float | None:
    """0.0–10.0 in steps of 0.1; None for what is no complete vector of version 3."""
    version, *parts = vector.split("/")
    if version not in {"CVSS:3.0", "CVSS:3.1"}:
        return None
    given = dict(part.split(":", 1) for part in parts if ":" in part)
    try:
        weights = {metric: table[given[metric]] for metric, table in WEIGHTS.items()}
        privileges = PRIVILEGES[given["S"]][given["PR"]]
    except KeyError:
        return None
    impact = _impact(weights, given["S"] == "C")
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weights["AV"] * weights["AC"] * privileges * weights["UI"]
    factor = 1.08 if given["S"] == "C" else 1.0
    return _round_up(min(factor * (impact + exploitability), 10.0))


def _impact(weights: dict[str, float], changed: bool) -> float:
    base = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"])
    if changed:
        return float(7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15)
    return 6.42 * base


def _round_up(value: float) -> float:
    """The smallest number with one decimal that is not below, by integers, as appendix A of the specification does."""
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10.0


def rating(score: float) -> str:
    """Its word on the qualitative scale (section 5), "info" for none."""
    return next(word for least, word in RATINGS if score >= least)
