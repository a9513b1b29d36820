"""The script that writes the catalogue says no when the result would be wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from genai_prices import data
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    PriceVariant,
    StartDateConstraint,
    Tier,
    TieredPrices,
)

from scripts import refresh_catalogue as script

DAY = date(2026, 11, 4)
KNOWN = script.load_known()


def model(price: ModelPrice | list[ConditionalPrice], **more: Any) -> ModelInfo:
    """A model of the price data."""
    return ModelInfo("m", ClauseEquals("m"), context_window=1000, prices=price, **more)


def steps(base: str, above: int, then: str) -> TieredPrices:
    """A price that changes once."""
    return TieredPrices(Decimal(base), [Tier(above, Decimal(then))])


@pytest.mark.parametrize("wrong", ["claude-nobody-9", "claude-2"])
def test_a_tier_of_an_unknown_or_deprecated_model_stops_it(wrong: str) -> None:
    """With the place where it stands."""
    tiers = {**KNOWN["tiers"], "anthropic": {**KNOWN["tiers"]["anthropic"], "capable": wrong}}

    with pytest.raises(script.Refused, match=f"tiers: anthropic: capable: '{wrong}'"):
        script.catalogue(data.providers, {**KNOWN, "tiers": tiers}, DAY)


def test_cached_tokens_without_a_price_cost_what_input_costs() -> None:
    """At every step."""
    price = ModelPrice(input_mtok=steps("1", 200, "2"), output_mtok=Decimal("0.50"))

    assert script.priced(model(price), DAY) == {
        "prices": ["1", "0.5", "1", "1"], "steps": [[200, "2", "0.5", "2", "2"]]
    }  # fmt: skip


def test_steps_of_different_kinds_of_tokens_are_one_list() -> None:
    """Each with all the prices that hold above it."""
    price = ModelPrice(input_mtok=steps("1", 200, "2"), output_mtok=steps("4", 100, "8"))

    assert script.priced(model(price), DAY)["steps"] == [[100, "1", "8", "1", "1"], [200, "2", "8", "2", "2"]]


def test_a_batch_is_told_only_as_one_share_of_all_prices() -> None:
    """Rounded or missing prices of a batch are no share."""
    price = ModelPrice(input_mtok=Decimal(2), output_mtok=Decimal(8), cache_read_mtok=Decimal("0.2"))

    def share(**batch: str) -> object:
        prices = ModelPrice(**{name: Decimal(value) for name, value in batch.items()})
        variant = PriceVariant({"processing": "batch"}, prices)
        return script.priced(model(price, price_variants=[variant]), DAY).get("batch")

    assert share(input_mtok="1", output_mtok="4", cache_read_mtok="0.1") == "0.5"
    assert share(input_mtok="1", output_mtok="4") is None
    assert share(input_mtok="1", output_mtok="4", cache_read_mtok="0.11") is None


def test_later_prices_are_kept_with_their_day() -> None:
    """Those of the past are not."""
    prices = [
        ConditionalPrice(prices=ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(1))),
        ConditionalPrice(
            StartDateConstraint(date(2026, 1, 1)),
            prices=ModelPrice(input_mtok=Decimal(2), output_mtok=Decimal(2)),
        ),
        ConditionalPrice(
            StartDateConstraint(date(2027, 1, 1)),
            prices=ModelPrice(input_mtok=Decimal(3), output_mtok=Decimal(3)),
        ),
    ]

    assert script.priced(model(prices), DAY) == {"prices": ["2"] * 4}
    assert script.changes(model(prices), DAY) == {"2027-01-01": {"prices": ["3"] * 4}}


@pytest.mark.parametrize(
    ("price", "kept"),
    [
        ({"input_mtok": 1, "output_mtok": 1, "web_searches_kcount": 10, "input_audio_mtok": 3}, True),
        ({"input_mtok": 1}, False),
        ({}, False),
        ({"input_mtok": 1, "output_mtok": 1, "requests_kcount": 5}, False),
        ({"input_mtok": 1, "output_mtok": 1, "output_reasoning_mtok": 5}, False),
        ({"input_mtok": 1, "output_mtok": 1, "output_image_mtok": 5}, False),
        ({"audio_hours": 1}, False),
    ],
    ids=str,
)
def test_only_models_whose_cost_follows_from_tokens_are_kept(price: dict[str, int], kept: bool) -> None:
    """What answers in text, and is not paid by the request, by the hour, or for its thoughts apart."""
    prices = ModelPrice(**{name: Decimal(value) for name, value in price.items()})

    assert script.speaks_text(model(prices), DAY) is kept


def test_the_day_of_the_data_is_the_newest_on_which_somebody_looked() -> None:
    """Not a day that is still to come, and not one of another event."""
    text = "Verified on 2026-10-14. Rates checked 2026-11-03; retires 2026-11-10. As of 2027-02-01 dearer."

    assert script.newest_day(text, date(2026, 11, 21)) == date(2026, 11, 3)
