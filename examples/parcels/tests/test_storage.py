"""What is stored comes back."""

from parcels.domain.money import Money
from parcels.services.accounts import Accounts, reset_code
from parcels.services.storage import Storage


def test_a_customer_finds_a_parcel_by_city():
    storage = Storage()
    storage.add("1", "ada", "Berlin")
    storage.add("2", "ada", "Wien")
    assert storage.search("ada", "Wien") == [("2", "announced")]
    assert storage.states() == {"1": "announced", "2": "announced"}


def test_a_price_is_recalled():
    storage = Storage()
    storage.remember_quote("1", Money(490))
    assert storage.recall_quote("1") == Money(490)
    assert storage.recall_quote("2") is None


def test_a_new_customer_signs_in_with_any_case():
    people = Accounts()
    people.register("Ada@Example.test", "correct horse")
    assert people.sign_in("ada@example.test", "correct horse")
    assert not people.sign_in("ada@example.test", "wrong")


def test_a_reset_code_has_eight_letters():
    assert len(reset_code()) == 8
