"""A parcel lives forwards."""

import pytest

from parcels.domain.states import State, can_follow, describe

WITH_PLACE = "PUP DRP DEP ARR SRT EXP IMP CUS CLR OFD SHP LCK DMG DLV".split()
WITHOUT_PLACE = "ANN NHM NBR ADR REF RET".split()


def test_an_announced_parcel_moves_before_it_is_delivered():
    assert can_follow(State.ANNOUNCED, State.MOVING)
    assert not can_follow(State.ANNOUNCED, State.DELIVERED)


@pytest.mark.parametrize("then", list(State))
def test_nothing_follows_a_delivery(then):
    assert not can_follow(State.DELIVERED, then)


def test_a_parcel_at_the_shop_may_go_back():
    assert can_follow(State.WAITING, State.RETURNED)


@pytest.mark.parametrize("event", WITH_PLACE)
def test_events_with_a_place_name_it(event):
    assert "Linz" in describe(event, "Linz")


@pytest.mark.parametrize("event", WITHOUT_PLACE)
def test_events_without_a_place_do_not(event):
    assert "Linz" not in describe(event, "Linz")


def test_an_unknown_event_is_quoted():
    assert describe("XYZ", "Linz") == "Unknown event 'XYZ' in Linz."
