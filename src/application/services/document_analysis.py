"""Advice on documents, remembered for a while."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ...domain.ports.clock import Clock
from ...domain.turns.types import AnalysisAdvice
from ...domain.workspace.document import DocumentSnapshot
from ...domain.workspace.languages import language_of
from ..turns.analyze import Advisor, run_analysis

ENTRIES = 50
SECONDS = 600.0

Analysis = Callable[[DocumentSnapshot, datetime], AnalysisAdvice]


class DocumentAnalysis(Advisor):
    """Analyses a document once for its content and version; the least recently used advice goes first."""

    def __init__(self, clock: Clock, analysis: Analysis = run_analysis) -> None:
        self._clock = clock
        self._analysis = analysis
        self._kept: OrderedDict[str, tuple[float, AnalysisAdvice]] = OrderedDict()

    def advise(self, snapshot: DocumentSnapshot) -> AnalysisAdvice:
        """Advice from the cache while it is younger than ten minutes, else new; a failure is not kept."""
        key = cache_key(snapshot)
        moment = self._clock.monotonic()
        kept = self._kept.get(key)
        if kept is not None and moment - kept[0] < SECONDS:
            self._kept.move_to_end(key)
            return replace(kept[1], cache_hit=True)
        advice = self._analysis(snapshot, self._clock.now())
        self._kept[key] = (moment, advice)
        self._kept.move_to_end(key)
        while len(self._kept) > ENTRIES:
            self._kept.popitem(last=False)
        return advice


def cache_key(snapshot: DocumentSnapshot) -> str:
    """SHA-256 of content and version, and of the language, which tells the rules what a heading is."""
    text = f"{snapshot.content_hash}\n{snapshot.version}\n{language_of(snapshot.path)}"
    return hashlib.sha256(text.encode()).hexdigest()
