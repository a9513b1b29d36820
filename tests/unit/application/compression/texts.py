"""Texts of every kind, counters of every kind, and what it means to be made of a text's pieces."""

from __future__ import annotations

from hypothesis import strategies as st

from muster.domain.ports.token_counter import TokenCounter
from muster.infrastructure.tokens.bpe_counter import BpeTokenCounter
from muster.infrastructure.tokens.estimating_counter import EstimatingCounter
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.odd_counter import OddCounter
from tests.fakes.token_counter import FakeTokenCounter

BPE = BpeTokenCounter()
COUNTERS: list[TokenCounter] = [
    CharacterCounter(),
    CharacterCounter(margin=0.3),
    BPE,
    EstimatingCounter(BPE, 1.5, 0.3),
    FakeTokenCounter(),
    OddCounter(),
]

PYTHON = """import os

class Shop:
    \"\"\"Sells.\"\"\"

    @property
    def open(self): return True

    def sell(self, item, price):
        \"\"\"Take money for an item.\"\"\"
        total = price * 2
        for one in item:
            total += one
        return total


async def restock(shelf):
    def inner():
        return shelf
    return inner()
"""
BRACES = """import { x } from 'y';

export class Cart {
  add(item) {
    this.items.push(item);
    return this;
  }
}

function total(cart) {
  let sum = 0;
  for (const item of cart.items) {
    sum += item.price;
  }
  return sum;
}
"""
PROSE = (
    "Cats sleep a lot. Dr. Miller said so in 1987! Dogs bark at cats; cats do not mind.\n\n"
    "# Birds\nBirds sing in the morning. They wake the cats. Birds sing in the morning.\n\n"
    "Fish\nFish live in water and never close their eyes, which is why nobody knows when they sleep\n"
    "or whether they do. Fish do not bark.\n"
)
CHINESE = "猫喜欢睡觉。狗不喜欢猫！鸟在早上唱歌，猫醒了。" * 3
PIECES = [
    PYTHON, BRACES, PROSE, CHINESE, "a" * 900, "word " * 60, "😀👍🏽🇩🇪", "\0\0", "\ud800", "\r\n", "\n\n", "\t", " ",
    "def f(:\n", "x = '\\d'\n", "}", "{", "\x0c", "\u2028", "ÄÖ. ß! ",
]  # fmt: skip


def any_text() -> st.SearchStrategy[str]:
    """Anything at all, and mixtures of prose, code, other scripts and what breaks parsers."""
    mixed = st.lists(st.one_of(st.sampled_from(PIECES), st.text(st.characters(), max_size=30)), max_size=6)
    return st.one_of(st.text(st.characters(), max_size=120), mixed.map("".join))


def is_subsequence(part: str, whole: str) -> bool:
    """Whether the characters of `part` all stand in `whole`, in the same order."""
    rest = iter(whole)
    return all(character in rest for character in part)
