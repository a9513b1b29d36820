"""No text takes longer than its length: neither words that rules look for, nor what looks like a find."""

from __future__ import annotations

import pytest

from muster.infrastructure.security.pii_finder import WORDS
from muster.infrastructure.security.pii_scrubber import PIIScrubber
from tests.fakes.costs import assert_in_proportion

OTHERS = (
    "1", "1 ", "1-", "(1", "0 ", "+1 ", "a@", "@a.", "a-a.", "::", "1:", "%40", "\\u0040", "1 A ", "1 Aa ", "Astr. 1 ",
    "4111-", "01 02 03 04 ", "123-45-6789 ", "[REDACTED-", "[REDACTED-X] 1 ", "http://a:b@", "dob,mrn\n", "Apt 1 Xx ",
)  # fmt: skip


@pytest.mark.parametrize("piece", [*WORDS.words, *map(str.title, WORDS.words), *OTHERS])
def test_a_text_costs_in_proportion_to_its_length(piece: str) -> None:
    """Eight times as much fits into one window: of a longer text, all takes as long as its windows."""
    assert_in_proportion(PIIScrubber().scrub, piece, 7_500)
