"""Exact counts of one vocabulary."""

import time

import pytest

from muster.infrastructure.tokens.bpe_counter import BpeTokenCounter
from tests.fakes.processes import finish, python

COUNTER = BpeTokenCounter()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("hello world", 2),
        ("<|endoftext|>", 7),  # as text, not as the one token that ends a document
        (" " * 128, 1),
        ("a" * 8, 1),
        ("\U0001f600", 1),
    ],
)
def test_counts_are_those_of_o200k_base(text: str, tokens: int) -> None:
    """Known by the vocabulary's own ranks."""
    counted = COUNTER.count(text)
    assert (counted.tokens, counted.exact, counted.margin) == (tokens, True, 0.0)


def test_half_a_character_counts_as_its_replacement() -> None:
    """What no model can be sent; whole pairs are put together."""
    assert COUNTER.count("a\ud800b") == COUNTER.count("a\ufffdb")
    assert COUNTER.count("\ud83d\ude00\ud800") == COUNTER.count("\U0001f600\ufffd")


def test_ten_megabytes_take_less_than_half_a_second() -> None:
    """Processor time, code-like text."""
    text = "def handler(request, context):\n    return process(request)\n" * 170_000
    assert len(text) > 10_000_000
    COUNTER.count("warm")
    began = time.process_time()
    assert COUNTER.count(text).tokens > 1_000_000
    assert time.process_time() - began < 0.5


def test_the_vocabulary_is_loaded_at_the_first_count() -> None:
    """Not when the module is imported, not when the counter is made."""
    script = """
    import sys
    from muster.infrastructure.tokens.bpe_counter import BpeTokenCounter
    counter = BpeTokenCounter()
    counter.count("")
    print("rs_bpe" in sys.modules)
    counter.count("x")
    print("rs_bpe" in sys.modules)
    """
    assert finish(python(script)) == ["False\nTrue\n"]
