"""What every token counter promises."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.ports.token_counter import TokenCounter
from muster.domain.tokens.count import TokenCount
from muster.infrastructure.tokens.bpe_counter import BpeTokenCounter, Vocabulary
from muster.infrastructure.tokens.estimating_counter import EstimatingCounter
from tests.fakes.odd_counter import OddCounter
from tests.fakes.token_counter import FakeTokenCounter

COUNTERS: dict[str, Callable[[], TokenCounter]] = {
    "o200k_base": BpeTokenCounter,
    "cl100k_base": lambda: BpeTokenCounter(Vocabulary.CL100K),
    "estimate": lambda: EstimatingCounter(BpeTokenCounter(Vocabulary.CL100K), 1.5, 0.3),
    "fake": FakeTokenCounter,
    "odd": OddCounter,
}
# Any text at all, halves of surrogate pairs included.
ANY_TEXT = st.text(st.characters(), max_size=200)


@pytest.fixture(scope="module", params=COUNTERS)
def make(request: pytest.FixtureRequest) -> Callable[[], TokenCounter]:
    """How to make a counter of each kind."""
    return COUNTERS[str(request.param)]


@pytest.fixture(scope="module")
def counter(make: Callable[[], TokenCounter]) -> TokenCounter:
    """One that has its tables already."""
    return make()


def test_the_empty_text_has_no_tokens(counter: TokenCounter) -> None:
    """Nothing costs nothing, and that is known exactly."""
    assert counter.count("") == TokenCount(0)


@given(text=ANY_TEXT)
def test_counting_never_fails_and_repeats_itself(counter: TokenCounter, text: str) -> None:
    """At least one token for any text, at most two a byte and a few, the same each time."""
    counted = counter.count(text)
    assert counted == counter.count(text)
    assert bool(text) <= counted.tokens <= 2 * len(text.encode("utf-8", "surrogatepass")) + 4
    assert counted.at_most >= counted.tokens


def test_an_estimate_says_that_it_is_one(counter: TokenCounter) -> None:
    """Exact counts have no margin, estimates do."""
    counted = counter.count("def main() -> None: ...")
    assert counted.exact == (counted.margin == 0.0)


def test_threads_agree(make: Callable[[], TokenCounter], counter: TokenCounter) -> None:
    """Eight threads at the same moment, the first of which loads the vocabulary."""
    fresh = make()
    with ThreadPoolExecutor(8) as pool:
        counts = set(pool.map(lambda _: fresh.count("def main() -> None: ...").tokens, range(64)))
    assert counts == {counter.count("def main() -> None: ...").tokens}
