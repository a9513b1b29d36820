"""Composition patterns: one class a file behind one protocol, found by name."""

from __future__ import annotations

from .registry import ARITIES, PATTERNS, known_patterns, pattern_named, pattern_of

__all__ = ["ARITIES", "PATTERNS", "known_patterns", "pattern_named", "pattern_of"]
