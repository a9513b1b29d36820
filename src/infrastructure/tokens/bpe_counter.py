"""Counts by the vocabularies o200k_base and cl100k_base, offline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum

from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.count import TokenCount


class Vocabulary(StrEnum):
    """The public vocabularies that are carried along."""

    O200K = "o200k_base"
    CL100K = "cl100k_base"


class BpeTokenCounter(TokenCounter):
    """Exact for its vocabulary; marks of special tokens count as the plain text that they are.

    The vocabulary is loaded at the first count (0.1 s). Safe to use from several threads.
    """

    def __init__(self, vocabulary: Vocabulary = Vocabulary.O200K) -> None:
        self._vocabulary = vocabulary
        self._lock = threading.Lock()
        self._count: Callable[[str], int] | None = None

    def count(self, text: str) -> TokenCount:
        """Tokens of `text`; a lone surrogate, which cannot be sent, counts as the U+FFFD in its place."""
        if not text:
            return TokenCount(0)
        count = self._count or self._load()
        try:
            return TokenCount(count(text))
        except UnicodeEncodeError:
            return TokenCount(count(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")))

    def _load(self) -> Callable[[str], int]:
        with self._lock:
            if self._count is None:
                from rs_bpe.bpe import openai

                self._count = getattr(openai, self._vocabulary.value)().count
            return self._count
