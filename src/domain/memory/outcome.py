"""What a step took, so that the next plan can say what the like of it will take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """One agent's finished step: model, size of the code (lines), tokens and seconds."""

    agent: str
    model: str
    code_lines: int
    tokens: int
    seconds: float
