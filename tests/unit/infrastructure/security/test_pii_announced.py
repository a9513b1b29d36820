"""Addresses whose streets no rule knows: words announce them, or the number of a flat stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.infrastructure.security.pii_announced import announced
from muster.infrastructure.security.pii_finder import WORDS
from muster.infrastructure.security.pii_found import Seen
from muster.infrastructure.security.pii_scrubber import PIIScrubber

FOUND = {
    "Her address is 9721 Dalmatinova 43, Velenje.": "Her address is [REDACTED-ADDRESS].",
    "The address of Peerj is 97 Dalmatinova 43 Apt. 678": "The address of Peerj is [REDACTED-ADDRESS]",
    "his address: 46 velký průhon 426, opocnice": "his address: [REDACTED-ADDRESS]",
    "My address is Nørregade 12, 1165 København K.": "My address is [REDACTED-ADDRESS].",
    "Address: Mannerheimintie 22, 00100 Helsinki": "Address: [REDACTED-ADDRESS]",
    "Her new address: Vinohradská 1511/230, 100 00 Praha 10": "Her new address: [REDACTED-ADDRESS]",
    "Home address: Ana Dias\n  314 Słowicza 10 Apt. 3\n  Wrocław": "Home address: Ana Dias\n  [REDACTED-ADDRESS]",
    "What is your address? It is Andrássy út 61, 1062 Budapest": "What is your address? It is [REDACTED-ADDRESS]",
    "Please update the address with 42 Steinfelden 73\nSavonlinna": "Please update the address with [REDACTED-ADDRESS]",
    "Anschrift: Im Winkel 4b, 8001 Zürich": "Anschrift: [REDACTED-ADDRESS]",
    "Endereço: Rua Augusta 1500, apto 42, São Paulo, SP 01304": "Endereço: [REDACTED-ADDRESS]",
    "eva lives at 255 hersnapvej 18, københavn k": "eva lives at [REDACTED-ADDRESS]",
    "I live at 12 Elm Croft, and my sister next door.": "I live at [REDACTED-ADDRESS], and my sister next door.",
    "He resides at 4 Y Stryd Fawr, Aberystwyth.": "He resides at [REDACTED-ADDRESS].",
    "We are located at 60 Piroska u. 97.\nPorto Alegre": "We are located at [REDACTED-ADDRESS]",
    "Meet at Tungata 11 Rott Crossroad\n Apt. 322\n Höfn tonight": "Meet at [REDACTED-ADDRESS] tonight",
    "a taxi to 692 Kuuse 53 Apt. 641, Grubbenvorst, please": "a taxi to [REDACTED-ADDRESS], please",
    "Barbara, Apt. 675 62314 Mellemvej 32\nAalborg": "Barbara, [REDACTED-ADDRESS]",
}
KEPT = (
    "Please address the 5 points in section 3 before Friday.",
    "The commit addresses 12 Issues 4 people reported.",
    "The address of the function is 4096 bytes off",
    "IP address: 10 Servers 5 each",
    "email address: 3 Users 2 domains",
    "Adresse IP : 10 Postes 3 salles",
    "Her address was at 10, then Lunch at 12",
    "His address to the nation was 45 minutes long",
    "The keynote address is on 12 June 2026",
    "address: str = 'x'  # 3 Lines 2 more",
    "The service lives at 3 different places in 2 regions.",
    "It lives in 3 Repositories, one of them private.",
    "I have lived in 3 Countries, Spain among them.",
    "We go live at 10 March 2025",
    "live at 9 Eastern, 6 Pacific",
    "The file is located in 2 Folders 1 level up",
    "The node is located at line 12, Column 4",
    "Test suite 240 passed, suite 12 failed",
    "apt 12 packages upgraded, apt 2.6 is out",
    "Chapter 7, Suite 3 of the opera; Bach's Suite 3, Movement 2",
    "addresses 3 Of 4",
    "Apt",
    "address:",
    "We address this with 3 Teams 2 times",
)


@pytest.mark.parametrize(("text", "scrubbed"), FOUND.items(), ids=range(len(FOUND)))
def test_an_address_is_found_whatever_its_country(text: str, scrubbed: str) -> None:
    """All of it, and nothing around it."""
    assert PIIScrubber().scrub(text)[0] == scrubbed


@pytest.mark.parametrize("text", KEPT, ids=range(len(KEPT)))
def test_what_is_no_address_stays(text: str) -> None:
    """Though it speaks of addresses, or has numbers where they have them."""
    assert PIIScrubber().scrub(text) == (text, [])


def test_addresses_side_by_side_are_told_apart() -> None:
    """However many follow each other: the words that are kept for the next are dropped in between."""
    one = "5 Bb Apt 5 "
    _, found = PIIScrubber().scrub(one * 400)
    assert [(each.start, each.value) for each in found] == [
        (start, one.strip()) for start in range(0, 400 * len(one), len(one))
    ]


@given(
    st.lists(st.sampled_from([*FOUND, *KEPT, "5 Bb Apt 5 6 Cc Apt 7", "Apt 1 Xx, 22 Aa, Apt 2"]), max_size=6)
)
def test_what_stands_apart_is_read_as_if_it_stood_alone(texts: list[str]) -> None:
    """Words that were read for one address change nothing of another."""
    parts = [f"{text}\t;\t" for text in texts]
    alone = [value for part in parts for value in _announced(part)]
    assert sorted(_announced("".join(parts))) == sorted(alone)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("address: 5 Lomonosova 12, Boston 02134.\nThanks", "address: [REDACTED-ADDRESS].\nThanks"),
        ("address: 5 Lomonosova 12, Velenje.\nThanks", "address: [REDACTED-ADDRESS].\nThanks"),
        ("address is 9 Dalmatinova 43, Velenje 3320. Thanks", "address is [REDACTED-ADDRESS]. Thanks"),
        ("|address: 9 Dalmatinova 43, Velenje|next", "|address: [REDACTED-ADDRESS]|next"),
        ("<p>address: 9 Dalmatinova 43, Velenje</p>", "<p>address: [REDACTED-ADDRESS]</p>"),
    ],
)
def test_an_address_ends_with_its_sentence_or_its_cell(text: str, scrubbed: str) -> None:
    """The dot stays, and so does the line behind it."""
    assert PIIScrubber().scrub(text)[0] == scrubbed


def test_a_sentence_that_is_too_long_to_be_read_is_no_address() -> None:
    """What is read of it ends in a number, which would make an address of it; at a border it is one."""
    team = "Team" + "x" * 18
    assert _announced(f"located in 3 {' '.join([team] * 5)} 2 times a week") == []
    town = f"{team} 3, 1012 {team}, {team}"
    assert _announced(f"located in {town}, {team} {team} {team} {team} 2 times") == [town]


def _announced(text: str) -> list[str]:
    seen = Seen(text, text.lower())
    return [text[one.start : one.end] for one in announced(seen, WORDS.hits(seen.small))]
