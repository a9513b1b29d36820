"""Placeholders on the way to a model, the values again on the way back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.application.models.placeholders import ReversibleScrubber
from muster.infrastructure.security.pii_scrubber import PIIScrubber
from tests.contract.test_pii_scrubber import TEXTS

SCRUBBER = PIIScrubber()


def test_one_value_has_one_placeholder_and_comes_back() -> None:
    """Also in the answer to it."""
    way = ReversibleScrubber(SCRUBBER)
    assert way.hide("ann@mail.com, bob@mail.com, ann@mail.com") == "[EMAIL-1], [EMAIL-2], [EMAIL-1]"
    assert way.restore("Dear [EMAIL-2], not [EMAIL-9]") == "Dear bob@mail.com, not [EMAIL-9]"


def test_a_text_may_write_what_looks_like_a_placeholder() -> None:
    """It is not taken for the placeholder of another's value."""
    way = ReversibleScrubber(SCRUBBER)
    assert way.restore(way.hide("[EMAIL-1] is ann@mail.com")) == "[EMAIL-1] is ann@mail.com"


@settings(deadline=None)
@given(texts=st.lists(st.one_of(TEXTS, st.sampled_from(["[EMAIL-1]", "[LITERAL-1] x"])), max_size=3))
def test_what_was_hidden_is_restored_exactly(texts: list[str]) -> None:
    """Even where a text writes something in the form of a placeholder."""
    way = ReversibleScrubber(SCRUBBER)
    hidden = [way.hide(text) for text in texts]
    assert [way.restore(text) for text in hidden] == texts
