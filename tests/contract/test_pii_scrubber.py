"""What every scrubber of personal data promises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.domain.ports.pii_scrubber import PiiScrubber
from muster.infrastructure.security.pii_scrubber import PIIScrubber

SCRUBBERS: list[PiiScrubber] = [PIIScrubber(), PIIScrubber({"EMPLOYEE_ID": r"\bE-\d{4}\b"})]
NAMES = ["rules", "rules and a kind of one's own"]
PIECES = (
    "ann@mail.com", "123-45-6789", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "+44 20 7946 0958",
    "85.12.3.4",
    "2001:db8::7", "MRN: 00123456", "dob 03/04/1980", "passport A1234567", "12 Oak Street", "(415) 555-2671",
    "E-1234",
    "[REDACTED-EMAIL]",
    "[REDACTED-", "phone: ", "born ", "patient id ", "\n", " ", "-", ".", "@", "0", "00", "+", "%40",
    "&#64;", "\\u0040", "\u200b", "４１１１", "–", "dob,mrn\n", "x,1234567\n", "http://", ":",
    "order ", "İ", "\ud800",
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=9).map("".join)
CLEAN = (
    "", "The train was late.",
    "b4b55459-ad90-4297-93d7-24f5db81bd64", "commit 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    "at 1700000000 or 1700000000123", "version 1.2.3.4 of it", "part 100-2000-3000", "127.0.0.1:80 and 0.0.0.0",
    "SSN 000-12-3456", "4111 1111 1111 1112", "2026-03-11 08:12:44,120 INFO",
)  # fmt: skip


@pytest.fixture(params=SCRUBBERS, ids=NAMES)
def scrubber(request: pytest.FixtureRequest) -> PiiScrubber:
    """Each scrubber in turn."""
    made: PiiScrubber = request.param
    return made


def test_each_find_gives_way_to_a_mark_and_the_rest_stays(scrubber: PiiScrubber) -> None:
    """In the order of their places, with the places of the original."""
    text = "Mail ann@mail.com, SSN 123-45-6789, card 4111-1111-1111-1111."
    scrubbed, found = scrubber.scrub(text)
    assert scrubbed == "Mail [REDACTED-EMAIL], SSN [REDACTED-SSN], card [REDACTED-CREDIT_CARD]."
    assert [(one.kind, text[one.start : one.end]) for one in found] == [
        ("EMAIL", "ann@mail.com"),
        ("SSN", "123-45-6789"),
        ("CREDIT_CARD", "4111-1111-1111-1111"),
    ]


@pytest.mark.parametrize("text", CLEAN)
def test_what_holds_nothing_is_the_very_same_text(scrubber: PiiScrubber, text: str) -> None:
    """Nothing is copied, and nothing is said to be found."""
    scrubbed, found = scrubber.scrub(text)
    assert scrubbed is text
    assert not found


@pytest.mark.parametrize("each", SCRUBBERS, ids=NAMES)
@settings(deadline=None)
@given(text=TEXTS)
def test_places_are_those_of_the_original_and_nothing_is_found_twice(each: PiiScrubber, text: str) -> None:
    """Whatever the text: nothing raises, places do not overlap, and putting marks there gives the scrubbed text."""
    scrubbed, found = each.scrub(text)
    pieces, last = [], 0
    for one in found:
        assert last <= one.start < one.end <= len(text)
        assert one.value == text[one.start : one.end]
        pieces += [text[last : one.start], f"[REDACTED-{one.kind}]"]
        last = one.end
    assert scrubbed == "".join([*pieces, text[last:]])
    assert found or scrubbed is text


@pytest.mark.parametrize("each", SCRUBBERS, ids=NAMES)
@settings(deadline=None)
@given(text=TEXTS)
def test_scrubbing_twice_finds_nothing_more(each: PiiScrubber, text: str) -> None:
    """A mark is not taken for a find, and does not say what stands behind it."""
    once, _ = each.scrub(text)
    again, found = each.scrub(once)
    assert again is once
    assert not found


@pytest.mark.parametrize(
    "text", ["[REDACTED-PHONE] 4155550000", "[REDACTED-SSN] 123 45 6789", "[REDACTED-DOB] 03/04/1980"]
)
def test_a_mark_is_no_label_of_what_follows(scrubber: PiiScrubber, text: str) -> None:
    """Its word says what was taken, not what is there."""
    assert scrubber.scrub(text)[0] is text
