"""Stage 2: what rules can say about the document, told to the model before it reads."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ...domain.messaging.message import Message, Role
from ...domain.turns.types import AnalysisAdvice, AnalyzedTurn, PreparedTurn, TurnConfig
from ...domain.workspace.document import DocumentSnapshot
from .document import READ_TOOL, SEARCH_TOOL, part_line
from .document_rules import BLOCK_LINES, chunk_profile, lines_of, warnings_of

log = logging.getLogger(__name__)

HINTED_PARTS = 12


class Advisor(Protocol):
    """Whoever analyses documents; may fail, which costs a turn its hints and nothing else."""

    def advise(self, snapshot: DocumentSnapshot) -> AnalysisAdvice:
        """What is worth knowing about `snapshot`."""
        ...


def analyze_turn(
    prepared: PreparedTurn,
    snapshot: DocumentSnapshot | None,
    config: TurnConfig,
    advisor: Advisor | None,
    offered: Collection[str] | None = None,
) -> AnalyzedTurn:
    """Add hints to the system message; `offered` names the tools that the turn has, None for any."""
    if advisor is None or snapshot is None or not config.analysis_enabled:
        return AnalyzedTurn(prepared)
    try:
        advice = advisor.advise(snapshot)
        hints = generate_hints(advice, snapshot, offered)
    except Exception:  # advice is a help: without it the turn goes on
        log.warning("the analysis of %r failed; the turn goes on without hints", snapshot.path, exc_info=True)
        return AnalyzedTurn(prepared)
    return AnalyzedTurn(_with_hints(prepared, hints), hints, advice, analysis_ran=True)


def run_analysis(snapshot: DocumentSnapshot, now: datetime) -> AnalysisAdvice:
    """Apply every rule to the document; depends on its text and on what its file name says it is."""
    chunks, chunk_rule = chunk_profile(snapshot.content, snapshot.path)
    warnings = warnings_of(snapshot.content)
    long = len(lines_of(snapshot.content)) > BLOCK_LINES
    trace = [f"chunks:{chunk_rule}", *dict.fromkeys(f"warning:{rule}" for rule, _ in warnings)]
    return AnalysisAdvice(
        chunks=chunks,
        required_tools=(READ_TOOL,) if long else (),
        optional_tools=(SEARCH_TOOL,) if len(chunks) > 1 else (),
        warnings=tuple(warning for _, warning in warnings),
        rule_trace=(*trace, "tools:long-document") if long else tuple(trace),
        cache_hit=False,
        generated_at=now,
    )


def generate_hints(
    advice: AnalysisAdvice, snapshot: DocumentSnapshot, offered: Collection[str] | None = None
) -> tuple[str, ...]:
    """Advice in sentences; a tool that is not `offered` is not spoken of."""
    hints = [f"In {snapshot.path} {warning}." for warning in advice.warnings]
    if len(advice.chunks) > 1:
        shown = "; ".join(part_line(chunk) for chunk in advice.chunks[:HINTED_PARTS])
        more = len(advice.chunks) - HINTED_PARTS
        hints.append(f"Parts of {snapshot.path}: {shown}{f'; and {more} more' if more > 0 else ''}.")
    required = _offered(advice.required_tools, offered)
    optional = _offered(advice.optional_tools, offered)
    if required:
        hints.append(f"Read what you speak of with {', '.join(required)}.")
    if optional:
        hints.append(f"Of use here: {', '.join(optional)}.")
    return tuple(hints)


def _offered(names: Sequence[str], offered: Collection[str] | None) -> list[str]:
    return [name for name in names if offered is None or name in offered]


def _with_hints(prepared: PreparedTurn, hints: Sequence[str]) -> PreparedTurn:
    """The hints at the end of the turn's own system message, which is made if there is none."""
    if not hints:
        return prepared
    told = "# Hints\n" + "\n".join(f"- {hint}" for hint in hints)
    prompt = f"{prepared.system_prompt}\n\n{told}" if prepared.system_prompt else told
    rest = prepared.messages[1:] if prepared.system_prompt else prepared.messages
    return replace(prepared, messages=(Message(Role.SYSTEM, prompt), *rest), system_prompt=prompt)
