"""What a second look at a masked text may pass over, and forms whose signs part them into short runs."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muster.infrastructure.evidence.analysers.secret_candidates import MASK, candidates
from muster.infrastructure.evidence.analysers.secret_form import Found
from muster.infrastructure.evidence.analysers.secret_values import entropy, is_varied
from muster.infrastructure.evidence.secret_masker import RuleMasker

from .test_secrets import BODY, HEX, PROVIDED, made_up

PIECES = [
    *PROVIDED.values(), BODY, HEX, "AC" + HEX[:32], MASK, "password=", "token: ", "sk-", "_", "x", " ", "\n", "'", "$",
    "%", "curl -u a:a1b2c3d4 ", "secret = '", "key", "stripe key ", "://ann:", "@db/x", "Bearer ", "= ", ", ",
]  # fmt: skip


def masked_once(text: str) -> str:
    """All that is found has gone; what that brings to light has not."""
    places = sorted((one.start, one.end) for one in candidates(text, ""))
    made, last = "", 0
    for start, end in places:
        made, last = (made + text[last:start] + MASK, end) if start >= last else (made, max(last, end))
    return made + text[last:]


@example("go glpat-" + BODY + "." + PROVIDED["github-token"] + "." + made_up(300))
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_second_look_finds_what_a_first_look_at_the_same_text_would(text: str) -> None:
    """It asks the forms of providers only about words that hold a mask."""
    text = masked_once(text)
    again: list[Found] = list(candidates(text, "", again=True))

    assert again == list(candidates(text, ""))


SIGNED = {
    "braintree-token": "access_token$production$"
    + made_up(16, "0123456789abcdefghijklmnopqrstuvwxyz")
    + "$"
    + HEX[:32],
    "azure-sas": "sig=" + "%2B".join(made_up(40)[place : place + 10] for place in (0, 10, 20, 30)) + "%3D",
}


@pytest.mark.parametrize("kind", SIGNED)
def test_a_form_that_signs_part_into_short_runs_is_found_nevertheless(kind: str) -> None:
    """A dollar or a per cent does not end a word of a provider's form."""
    text = f"go {SIGNED[kind]} on"

    assert [(one.kind, text[one.start : one.end].rstrip("%3D")) for one in candidates(text, "text")] == [
        (kind, SIGNED[kind].rstrip("%3D"))
    ]
    assert SIGNED[kind][-20:-4] not in RuleMasker().mask(text)


def test_a_letter_that_becomes_two_in_small_makes_no_other_names() -> None:
    """Nor does it shift those that follow it."""
    line = " token = 'a1B2c3D4e5F6g7H8' and -----BEGIN PRIVATE KEY-----x: a1B2c3D4e5F6g7H8"

    plain = [(one.start, one.end) for one in candidates(line, "python")]
    assert [(one.start - 1, one.end - 1) for one in candidates("İ" + line, "python")] == plain != []


@example("ab" * 64, 1.0)
@example("abcd" * 4, 2.0)
@given(st.text("abcdefABC0123", max_size=140), st.sampled_from([0.5, 1.0, 2.0, 2.4, 2.5, 2.9, 3.0, 3.5]))
def test_a_value_is_varied_if_its_entropy_says_so(value: str, least: float) -> None:
    """The bounds that spare the counting never say otherwise."""
    assert is_varied(value, least) == (entropy(value) >= least)
