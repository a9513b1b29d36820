"""The prices that most parcels have."""

from parcels.domain.addresses import Address
from parcels.domain.links import tracking_link
from parcels.domain.money import Money
from parcels.domain.parcel import Parcel
from parcels.domain.pricing import quote_price, quote_return

BERLIN = Address("Ada", "Weg 1", "10115", "Berlin")
VIENNA = Address("Bob", "Gasse 2", "1010", "Wien", "AT")


def test_a_small_parcel_at_home_costs_the_base_price():
    price = quote_price(Parcel("1", BERLIN, 900), "standard", insured=False, weekend=False, business=False)
    assert price == Money.of("4.90")


def test_a_neighbouring_country_and_insurance_are_added():
    price = quote_price(Parcel("1", VIENNA, 900), "standard", insured=True, weekend=False, business=False)
    assert price == Money.of("15.40")


def test_the_weekend_costs_a_quarter_more():
    price = quote_price(Parcel("1", BERLIN, 900), "express", insured=False, weekend=True, business=False)
    assert price == Money.of("14.88")


def test_the_way_back_is_cheaper():
    assert quote_return(Parcel("1", BERLIN, 900)) == Money.of("3.92")


def test_a_parcel_has_a_page():
    assert tracking_link(Parcel("7", BERLIN, 900)) == "https://track.parcels.test/track/7"
