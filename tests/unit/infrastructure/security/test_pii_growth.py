"""No text takes longer than its length: neither words that rules look for, nor what looks like a find."""

from __future__ import annotations

import time

import pytest

from muster.infrastructure.security.pii_finder import WORDS
from muster.infrastructure.security.pii_scrubber import PIIScrubber

OTHERS = (
    "1", "1 ", "1-", "(1", "0 ", "+1 ", "a@", "@a.", "a-a.", "::", "1:", "%40", "\\u0040", "1 A ", "1 Aa ", "Astr. 1 ",
    "4111-", "01 02 03 04 ", "123-45-6789 ", "[REDACTED-", "[REDACTED-X] 1 ", "http://a:b@", "dob,mrn\n", "Apt 1 Xx ",
)  # fmt: skip


@pytest.mark.parametrize("piece", [*WORDS.words, *map(str.title, WORDS.words), *OTHERS])
def test_a_text_costs_in_proportion_to_its_length(piece: str) -> None:
    """Eight times the text takes about eight times as long: a pattern that went back and forth would take 64.

    The longer one fits into one window, for all of a longer text takes as long as its windows.
    """
    scrubber = PIIScrubber()

    def cost(length: int) -> float:
        text = piece * (length // len(piece))
        started = time.process_time()
        scrubber.scrub(text)
        return time.process_time() - started

    small = max(min(cost(7_500) for _ in range(3)), 0.003)
    assert min(cost(60_000) for _ in range(3)) < 24 * small
