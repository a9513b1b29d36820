"""Texts against windows and prices."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from muster.application.compression.analyzer import SmartTokenAnalyzer, TokenAnalyzer
from muster.application.compression.compressor import SelectingCompressor
from muster.application.compression.extractive import Extractive
from muster.domain.errors import UserError
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import model_info

MODEL = model_info(window=1000)


def test_an_analysis_tells_all_that_follows_from_a_count() -> None:
    """At a dollar a million tokens."""
    found = TokenAnalyzer(CharacterCounter()).analyze("x" * 250, MODEL)

    assert (found.count.tokens, found.limit, found.headroom, found.share) == (250, 1000, 750, 0.25)
    assert (found.cost, found.must_compress, found.model) == (Decimal("0.00025"), False, "fake/scripted")


def test_an_estimate_is_judged_at_its_upper_bound() -> None:
    """900 ± 20 % may be 1,080 of 1,000."""
    found = TokenAnalyzer(CharacterCounter(margin=0.2)).analyze("x" * 900, MODEL)

    assert (found.count.exact, found.headroom, found.must_compress) == (False, -80, True)


def test_what_is_not_known_is_not_made_up() -> None:
    """No window: no share and no need; no prices: no cost."""
    found = TokenAnalyzer(CharacterCounter()).analyze(
        "x" * 900, replace(MODEL, context_window=0, prices=None)
    )

    assert (found.share, found.must_compress, found.cost) == (0.0, False, None)


def test_the_maximal_input_counts_where_it_is_less_than_the_window() -> None:
    """Both are known of some models."""
    found = TokenAnalyzer(CharacterCounter()).analyze("x" * 900, replace(MODEL, max_input=800))

    assert (found.limit, found.must_compress) == (800, True)


async def test_only_what_needs_it_is_compressed() -> None:
    """The very same object where it fits; below zero an error."""
    compressor = SelectingCompressor(Extractive(), CharacterCounter(), FakeClock())
    analyzer = SmartTokenAnalyzer(CharacterCounter(), compressor)
    text = "Cats sleep. " * 50

    assert (await analyzer.analyze_and_compress(text, 600)).text is text
    assert 0 < (await analyzer.analyze_and_compress(text, 100)).tokens <= 100
    assert (await analyzer.fit(text * 10, MODEL)).tokens <= 1000
    assert (await analyzer.fit(text * 10, replace(MODEL, context_window=0))).tokens == 6000
    with pytest.raises(UserError, match="-1 tokens are no limit"):
        await analyzer.analyze_and_compress(text, -1)
