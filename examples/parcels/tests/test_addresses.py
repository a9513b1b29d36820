"""Addresses, depots and parcel numbers."""

from uuid import UUID

import pytest

from parcels.domain.addresses import Address, depot_id
from parcels.domain.barcodes import check_digit, is_valid, label_etag


@pytest.mark.parametrize(
    ("country", "postcode", "plausible"),
    [("DE", "10115", True), ("DE", "1011", False), ("NL", "1017 AB", True), ("AT", "0123", False), ("IS", "?", True)],
)
def test_a_postcode_has_the_form_of_its_country(country, postcode, plausible):
    assert Address("Ada", "Weg 1", postcode, "Ort", country).is_plausible is plausible


def test_neighbours_share_a_depot():
    one = depot_id(Address("Ada", "Weg 1", "10115", "Berlin"))
    other = depot_id(Address("Bob", "Weg 9", "10999", "Berlin"))
    assert one == other
    assert one.version == 5
    assert one != UUID("6f1c2b1e-94d7-4c3a-8e55-0b7d1f9a2c64")


def test_the_check_digit_is_the_one_of_the_standard():
    assert check_digit("629104150021") == 3


@pytest.mark.parametrize(
    ("number", "valid"), [("6291041500213", True), ("6291041500214", False), ("62910A", False), ("7", False)]
)
def test_a_number_is_valid_with_its_own_digit_only(number, valid):
    assert is_valid(number) is valid


def test_labels_with_other_bytes_have_other_etags():
    assert label_etag(b"a") != label_etag(b"b")
    assert label_etag(b"a").startswith('"9c41f7d-')
