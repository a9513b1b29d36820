"""Which quotes stand in a file."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.services.quoting import LEAST_PART, LONGEST, QuotableLines

FILE = [
    "import os",
    "",
    "\tx = eval(input())   \r",
    "def run(command):",
    "    {",
    "    return os.system(command)  # `shell`",
    "    }",
    "x = eval(input())",
    "first\u2028second",
    "`literal`",
]


@pytest.mark.parametrize(
    ("quote", "line", "place"),
    [
        ("import os", 1, 1),
        ("  x = eval(input())\t", 1, 3),
        ("x = eval(input())", 7, 8),
        ("x = eval(input())\r\ndef run(command):\r\n", 3, 3),
        ("def run(command):\n\n\n{\n  return os.system(command)  # `shell`", 0, 4),
        ("os.system(command)", 6, 6),
        ("eval(input())\ndef run(command)", 4, 3),
        ("`x = eval(input())`", 3, 3),
        (" `import os\n\nx = eval(input())` ", 1, 1),
        ("`literal`", 1, 10),
        ("first\u2028second", 1, 9),
        ("import os", 10**9, 1),
    ],
)
def test_a_quote_that_stands_in_the_file_is_found_where_it_stands(quote: str, line: int, place: int) -> None:
    """Whole lines, a long part of one, several lines; however they end, and in Markdown's backticks."""
    found = QuotableLines(FILE).find(quote, line)
    assert found == (place, FILE[place - 1].strip())


@pytest.mark.parametrize(
    "quote",
    [
        "import os\nos.system(sys.argv[1])  # injected",
        "import os\u2028os.system(evil)",
        "import os\ros.system(evil)",
        "import os\ndef run(command):",
        "x =",
        "put",
        "eval(input(",
        "{",
        "}\n{",
        "",
        " \n\t",
        "`",
        "``",
        "`{`",
        "IMPORT OS",
        "x = eval(input())\ndef run(",
        "input())\ndef run(command):",
        "import os\nx = eval(input())\ndef run(command):\n{\nreturn os.system(command)  # `shell`\n}\nx =",
        "`literal`\nand one line after the end",
    ],
)
def test_a_quote_that_does_not_is_not(quote: str) -> None:
    """Invented further lines, lines that do not follow each other, parts and braces that are in every file."""
    assert QuotableLines(FILE).find(quote, 1) is None


@pytest.mark.parametrize("size", [LEAST_PART - 1, LEAST_PART])
def test_a_part_of_a_line_counts_from_twelve_characters_on(size: int) -> None:
    """A shorter one is in nearly every file."""
    found = QuotableLines(["if thequickbrownfox"]).find("thequickbrownfox"[:size], 1)
    assert (found is not None) is (size >= LEAST_PART)


def stands(there: list[str], wanted: list[str]) -> bool:
    """The rule, again: word for word, and of a line that is not whole a part that is long enough."""
    text, quote = "\n".join(there), "\n".join(wanted)
    begins = [n for n in range(len(there[0]) + 1) if text.startswith(quote, n)]
    return any(
        (begin == 0 or len(wanted[0]) >= LEAST_PART)
        and (begin + len(quote) == len(text) or len(wanted[-1]) >= LEAST_PART)
        for begin in begins
    )


LINE = st.text("ab ", max_size=4) | st.sampled_from(["aaaabbbbaaaab", "  x aaaabbbbaaaab", "aaaabbbbaaaa"])


@given(st.lists(LINE, max_size=12), st.lists(LINE, min_size=1, max_size=3), st.integers(0, 14))
def test_the_nearest_place_is_the_one_that_trying_all_of_them_finds(
    lines: list[str], quote: list[str], line: int
) -> None:
    """Against a search that tries every line of every file."""
    solid = [(number, text.strip()) for number, text in enumerate(lines, 1) if text.strip()]
    wanted = [part.strip() for part in quote if part.strip()]
    places = [
        solid[at][0]
        for at in range(len(solid) - len(wanted) + 1)
        if wanted and stands([text for _, text in solid[at : at + len(wanted)]], wanted)
    ]
    enough = max(map(len, wanted), default=0) >= 3
    expected = min(places, key=lambda number: (abs(number - line), number)) if enough and places else None
    found = QuotableLines(lines).find("\n".join(quote), line)
    assert (found and found[0]) == expected


@pytest.mark.parametrize("quote", ["a = 1\n" * 1_700_000, "x" * 10_000_000, "`" * 10_000_000])
def test_ten_megabytes_of_quote_cost_next_to_nothing(quote: str) -> None:
    """Nobody looks up what nobody reads."""
    lines = QuotableLines(["a = 1"] * 40_000)
    started = time.perf_counter()
    assert lines.find(quote, 1) is None
    assert time.perf_counter() - started < 0.05


def test_a_long_quote_that_nearly_stands_everywhere_is_still_looked_up_in_time() -> None:
    """Its first lines are found at every place of a large file."""
    lines = QuotableLines(["a = 1"] * 40_000)
    quote = "a = 1\n" * (LONGEST // 6 - 1) + "b = 2"
    started = time.perf_counter()
    assert lines.find(quote, 1) is None
    assert time.perf_counter() - started < 0.5
