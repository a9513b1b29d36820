"""Prices add up to the cent."""

from decimal import Decimal

import pytest

from parcels.domain.money import Money


def test_half_a_cent_is_rounded_up():
    assert Money.of("0.125") == Money(13)


def test_amounts_of_one_currency_add_up():
    assert Money.of("4.90") + Money.of("0.15") == Money(505)


def test_two_currencies_do_not_add_up():
    with pytest.raises(ValueError, match="cannot add CHF to EUR"):
        Money(100) + Money(100, "CHF")


def test_scaling_rounds_once():
    assert Money(490).scaled(Decimal("1.25")) == Money(613)


@pytest.mark.parametrize(("cents", "text"), [(490, "4.90 EUR"), (-5, "-0.05 EUR"), (0, "0.00 EUR")])
def test_an_amount_is_written_for_people(cents, text):
    assert str(Money(cents)) == text
