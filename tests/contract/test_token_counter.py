"""What every token counter promises."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.ports.token_counter import TokenCounter
from muster.infrastructure.tokens.bpe_counter import BpeTokenCounter
from tests.fakes.token_counter import FakeTokenCounter

COUNTERS: list[TokenCounter] = [BpeTokenCounter(), FakeTokenCounter()]
# Any text at all, halves of surrogate pairs included.
ANY_TEXT = st.text(st.characters(), max_size=200)
every_counter = pytest.mark.parametrize("counter", COUNTERS, ids=lambda counter: type(counter).__name__)


@every_counter
def test_the_empty_text_has_no_tokens(counter: TokenCounter) -> None:
    """Nothing costs nothing."""
    assert counter.count("").tokens == 0


@every_counter
@given(text=ANY_TEXT)
def test_counting_never_fails_and_repeats_itself(counter: TokenCounter, text: str) -> None:
    """At least one token for any text, at most one a byte, the same each time."""
    counted = counter.count(text)
    assert counted == counter.count(text)
    assert bool(text) <= counted.tokens <= len(text.encode("utf-8", "surrogatepass"))


@every_counter
def test_threads_agree(counter: TokenCounter) -> None:
    """Eight threads at the same moment, the first of which loads the vocabulary."""
    fresh = type(counter)()
    with ThreadPoolExecutor(8) as pool:
        counts = set(pool.map(lambda _: fresh.count("def main() -> None: ...").tokens, range(64)))
    assert counts == {counter.count("def main() -> None: ...").tokens}
