"""What each strategy keeps, and what it lets go."""

from __future__ import annotations

import ast

import pytest

from muster.application.compression.auto import Auto
from muster.application.compression.compressor import shrink
from muster.application.compression.extractive import Extractive
from muster.application.compression.keyword import Keyword
from muster.application.compression.outline import outline
from muster.application.compression.room import Room
from muster.application.compression.selected import Select
from muster.application.compression.skeleton import Skeleton
from muster.application.compression.truncation import Truncation
from muster.application.compression.units import sentences
from tests.fakes.character_counter import CharacterCounter

from .texts import BRACES, PYTHON

COUNTER = CharacterCounter()
FACTS = (
    "# Backups\nThey are made every night. The host is called hamster. Nobody checks them.\n\n"
    "# Lunch\nThe kitchen opens at noon. Soup is served on Mondays. The cook is called Berta.\n\n"
    "# Parking\nThere are nine places. Visitors park behind the house. The gate closes at ten.\n"
)


def shrunk(strategy: Select, text: str, limit: int, query: str = "") -> str:
    return shrink(text, Room(limit, COUNTER), strategy, query).text


def test_truncation_keeps_both_ends_at_sentences() -> None:
    """As much of the one as of the other, and nothing of the middle."""
    text = "".join(f"This is sentence {number}. " for number in range(10, 30))

    assert shrunk(Truncation(), text, 92) == "".join(f"This is sentence {n}. " for n in (10, 11, 28, 29))


def test_truncation_of_code_keeps_whole_lines() -> None:
    """Half a line of code is no code."""
    left = shrunk(Truncation(), BRACES, 120)

    assert set(left.splitlines()) <= set(BRACES.splitlines())
    assert left.startswith("import { x } from 'y';\n")
    assert left.endswith("}\n")


def test_keywords_find_what_a_text_is_about() -> None:
    """The sentence about the term that comes again and again; not the one about nothing."""
    text = (
        "Lunch was early. The turbine drives the generator. A bird flew by. Steam comes from the boiler. "
        "Somebody laughed. The turbine needs steam. Rain fell later. The turbine turns. Ten people left. "
    )

    left = shrunk(Keyword(), text, 100)

    assert "The turbine needs steam." in left
    assert "laughed" not in left


def test_a_query_finds_its_document_by_title_and_sentence() -> None:
    """The sentence that answers does not name the topic: its document's title does."""
    left = shrunk(Extractive(), FACTS, 70, "where do the backups go, on which host?")

    assert "The host is called hamster." in left
    assert "Berta" not in left


def test_what_stands_beside_a_hit_comes_along() -> None:
    """An answer often follows the sentence that names what is asked for."""
    text = "".join(f"Nothing to see at number {number}, go on. " for number in range(20))
    text += "And the harbour? It opened in 1871. " + text

    assert "1871" in shrunk(Extractive(), text, 80, "when did the harbour open?")


def test_without_a_query_the_central_sentences_stay() -> None:
    """TextRank: what others speak of too."""
    text = (
        "Volcanoes erupt when magma rises. My neighbour bought a hat. Magma rises through cracks in the crust. "
        "When magma cools, the volcano sleeps. Yesterday it rained. Volcanoes with much magma erupt often. "
    )

    left = shrunk(Extractive(), text, 120)

    assert "magma" in left
    assert "hat" not in left
    assert "rained" not in left


def test_what_is_said_twice_is_kept_once() -> None:
    """Near-duplicates, not equal ones alone; the room goes to what is new."""
    text = (
        "The server restarts every Sunday night. The server restarts every Sunday at night. "
        "It writes a log of the restart. Coffee is out. The server restarts each and every Sunday night! "
    )

    left = shrunk(Extractive(), text, 150, "when does the server restart?")

    assert left.count("Sunday") == 1
    assert "writes a log" in left


def test_a_skeleton_of_python_keeps_signatures_and_docstrings() -> None:
    """It is Python still, with a marker for each body that is gone."""
    left = shrunk(Skeleton(), PYTHON, 260)

    assert '"""Take money for an item."""\n        ...\n' in left
    assert "async def restock(shelf):\n    ...\n" in left
    assert "total" not in left
    assert "def open(self): return True" in left
    ast.parse(left)


def test_the_body_that_the_query_names_stays() -> None:
    """All others go first."""
    left = shrunk(Skeleton(), PYTHON, 320, "why does sell count twice?")

    assert "            total += one\n        return total\n" in left
    assert "return inner()" not in left


def test_a_skeleton_of_other_languages_goes_by_indents() -> None:
    """Classes stay open, functions are closed."""
    left = shrunk(Skeleton(), BRACES, 140)

    assert "export class Cart {\n  add(item) {\n    ...\n  }\n}\n" in left
    assert "function total(cart) {\n  ...\n}\n" in left


def test_a_skeleton_that_is_still_too_large_loses_what_is_deep_first() -> None:
    """Names at the margin say most."""
    left = shrunk(Skeleton(), PYTHON, 40)

    assert left.split() == ["class", "Shop:", "async", "def", "restock(shelf):"]


@pytest.mark.parametrize(
    "text",
    [PYTHON, BRACES, "def f(:\n  x\n", "if x:\n" + "elif y:\n    pass\n" * 3000, "\tx\n  y\n\n\n z\n", ""],
)
def test_the_parts_of_an_outline_make_up_the_text(text: str) -> None:
    """Python that parses, Python that does not, a chain that is deep, and odd indents."""
    assert "".join(part.text for part in outline(text)) == text


@pytest.mark.parametrize(
    ("text", "limit", "query", "chosen"),
    [
        (PYTHON, 100, "", "skeleton"),
        (BRACES, 100, "cart", "skeleton"),
        (FACTS, 100, "backups", "extractive"),
        (FACTS, 100, "", "extractive"),
        (FACTS, len(FACTS) - 10, "", "truncation"),
        (FACTS, len(FACTS) - 10, "backups", "extractive"),
        ("x" * 500, 100, "", "extractive"),
    ],
)
def test_auto_goes_by_the_text_and_by_how_much_must_go(
    text: str, limit: int, query: str, chosen: str
) -> None:
    """And the result says who did it."""
    assert shrink(text, Room(limit, COUNTER), Auto(), query).strategy == chosen


def test_sentences_end_where_they_end() -> None:
    """Not at titles of people, not at numbers, not where a line was merely full."""
    text = (
        "Dr. Miller paid 3.50 dollars. He left! A line that was wrapped because it had grown far too long\n"
        "goes on here. 猫睡觉。狗不睡。\n- one item\n- another"
    )

    assert [one.strip() for one in sentences(text)] == [
        "Dr. Miller paid 3.50 dollars.",
        "He left!",
        "A line that was wrapped because it had grown far too long\ngoes on here.",
        "猫睡觉。",
        "狗不睡。",
        "- one item",
        "- another",
    ]
