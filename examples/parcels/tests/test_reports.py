"""Monthly figures."""

from collections import defaultdict

from parcels.domain.addresses import Address
from parcels.domain.parcel import Parcel
from parcels.services import reports


def test_the_report_counts_what_was_late():
    figures = defaultdict(int, delivered=90, in_time=70, moved=100, grams=250_000)
    text = reports.monthly_report("May", figures, defaultdict(int))
    assert "late                   20" in text
    assert "mean grams           2500" in text


def test_cities_are_summed_up():
    entries = [
        {"city": " linz ", "grams": 40_000, "service": "express"},
        {"city": "Linz", "grams": 1_000, "service": "standard"},
    ]
    assert reports.city_totals(entries) == {"Linz": {"parcels": 2, "grams": 41_000, "heavy": 1, "express": 1}}


def test_half_of_the_parcels_stay_inside():
    inside = Parcel("1", Address("Ada", "Weg 1", "10115", "Berlin"), 900)
    outside = Parcel("2", Address("Eva", "Gata 1", "101", "Reykjavik", "IS"), 900)
    assert reports.eu_share([inside, outside]) == 0.5
    assert reports.eu_share([]) == 0.0
