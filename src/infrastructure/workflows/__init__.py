"""Workflows that come with Muster, and where those that were begun are kept."""

from __future__ import annotations

from pathlib import Path

BUILT_IN = Path(__file__).parent / "builtin"
"""The folder of the YAML files that come with Muster."""
