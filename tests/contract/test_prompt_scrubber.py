"""What every scrubber of prompts promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.ports.prompt_scrubber import PromptScrubber
from muster.infrastructure.evidence.secret_scrubber import SecretScrubber
from tests.contract.test_secret_masker import PIECES
from tests.fakes.costs import assert_in_proportion
from tests.unit.infrastructure.evidence.test_secrets import BODY, HOSTILE, PROVIDED, SILENT

SCRUBBERS: list[PromptScrubber] = [SecretScrubber(), SecretScrubber(["a value that is known", "another-one"])]
NAMES = ["rules", "rules and known values"]


@pytest.fixture(params=SCRUBBERS, ids=NAMES)
def scrubber(request: pytest.FixtureRequest) -> PromptScrubber:
    """Each scrubber in turn."""
    made: PromptScrubber = request.param
    return made


@pytest.mark.parametrize("kind", PROVIDED)
def test_a_provider_s_key_gives_way_to_a_mark_of_its_kind(scrubber: PromptScrubber, kind: str) -> None:
    """What surrounds it stays."""
    scrubbed = scrubber.screen(f"say '{PROVIDED[kind]}' twice")
    ((found, amount),) = scrubbed.found.items()
    assert amount == 1
    assert scrubbed.text == f"say '[****{found}]' twice"


def test_finds_are_counted_by_kind(scrubber: PromptScrubber) -> None:
    """All of them, each once."""
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    text = f"{token} and {token}; postgresql://app:tr4in-Qu9artz@db/x"
    scrubbed = scrubber.screen(text)
    assert scrubbed.found == {"github-token": 2, "password-in-url": 1}
    assert scrubbed.text == (
        "[****github-token] and [****github-token]; postgresql://app:[****password-in-url]@db/x"
    )


@pytest.mark.parametrize("text", ["", *SILENT.values()])
def test_what_holds_nothing_is_the_very_same_text(scrubber: PromptScrubber, text: str) -> None:
    """And nothing is said to be found."""
    scrubbed = scrubber.screen(text)
    assert scrubbed.text is text
    assert scrubbed.found == {}


@pytest.mark.parametrize("each", SCRUBBERS, ids=NAMES)
@given(text=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=8).map("".join))
def test_scrubbing_twice_finds_nothing_more(each: PromptScrubber, text: str) -> None:
    """Whatever the text; a mark is not taken for a find."""
    once = each.screen(text)
    again = each.screen(once.text)
    assert again.found == {}
    assert again.text is once.text
    assert (once.text == text) == (not once.found)


def test_every_one_of_very_many_is_found(scrubber: PromptScrubber) -> None:
    """A prompt may hold a whole file of them."""
    scrubbed = scrubber.screen("\n".join(f"token_{n} = '{BODY}'" for n in range(500)))
    assert BODY not in scrubbed.text
    assert sum(scrubbed.found.values()) == 500
    assert scrubbed.text.count("\n") == 499


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_costs_in_proportion_to_its_length(scrubber: PromptScrubber, piece: str) -> None:
    """Patterns do not go back and forth."""
    assert_in_proportion(scrubber.screen, piece, 20_000)
