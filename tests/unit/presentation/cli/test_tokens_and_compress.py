"""`tokens` and `compress`: what goes where, and what is refused."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest

from muster.application.compression.registry import STRATEGIES as KNOWN
from muster.application.use_cases.analyze_tokens import AnalyzeTokensRequest
from muster.application.use_cases.compress_text import CompressTextRequest
from muster.domain.tokens.analysis import TokenAnalysis
from muster.domain.tokens.compression import CompressionResult, Dropped
from muster.domain.tokens.count import TokenCount
from muster.infrastructure.llm.offline import OFFLINE
from muster.infrastructure.tokens.bpe_counter import Vocabulary
from muster.infrastructure.tokens.model_counters import bpe_counter, counter_for
from muster.presentation.cli import texts
from muster.presentation.cli.commands import compress
from muster.presentation.cli.commands.compress import STRATEGIES
from muster.presentation.cli.commands.tokens import VOCABULARY

from .conftest import Muster
from .house import House

ESTIMATE = TokenAnalysis(
    "anthropic/claude", TokenCount(1500, exact=False, margin=0.3), 200_000, Decimal("0.0045")
)
TOO_MUCH = TokenAnalysis("anthropic/claude", TokenCount(300_000, exact=False, margin=0.3), 200_000, None)
EXACT = TokenAnalysis("openai/gpt", TokenCount(12), 0, Decimal("0.000012"))
SHORTER = CompressionResult(
    "Cats sleep.", 400, 4, "extractive", (Dropped(0, 90, 1, 3), Dropped(120, 1520, 4, 40)), seconds=0.01
)


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_tokens_are_shown_with_how_sure_they_are(muster: Muster, house: House) -> None:
    """An estimate is never shown without its margin; several files have a sum."""
    Path("a.md").write_text("one")
    Path("b.md").write_text("two")
    case = house.answers("analyze_tokens", (ESTIMATE, TOO_MUCH))

    answer = muster("tokens", "a.md", "b.md", "--model", "claude")

    assert case.asked == [AnalyzeTokensRequest(("one", "two"), "claude")]
    assert [line.split() for line in answer.out.splitlines()[:4]] == [
        ["tokens", "count", "window", "cost", "file"],
        ["1,500", "±", "30%", "0.8%", "$0.0045", "a.md"],
        ["300,000", "±", "30%", "150.0%", "too", "much", "unpriced", "b.md"],
        ["301,500", "±", "30%", "150.8%", "too", "much", "unpriced", "together"],
    ]
    assert "Its vocabulary is not public: counts are estimates" in answer.out


def test_tokens_of_stdin_as_json(muster: Muster, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stdin is the default; what is not known is null."""
    feed(monkeypatch, "\ufeffhällo".encode())
    case = house.answers("analyze_tokens", (EXACT,))

    assert muster("tokens", "--json").json == {
        "schema_version": 1,
        "model": "openai/gpt",
        "vocabulary": None,
        "texts": [
            {
                "file": "-", "tokens": 12, "exact": True, "margin": 0.0, "limit": None, "headroom": None,
                "share": None, "cost": "0.000012", "must_compress": False,
            }
        ],
    }  # fmt: skip
    assert case.asked == [AnalyzeTokensRequest(("hällo",), "")]


def test_without_a_model_tokens_are_those_of_a_vocabulary(muster: Muster, house: House) -> None:
    """With no window, and no price that nobody pays."""
    Path("a.md").write_text("one")
    house.answers("analyze_tokens", (TokenAnalysis("", TokenCount(12), 0, None),))

    assert muster("tokens", "a.md").out == (
        "tokens  count  file\n"
        "12      exact  a.md\n"
        "\n"
        "Counted with the vocabulary o200k_base: no language model is set, and --model names one.\n"
    )
    told = muster("tokens", "a.md", "--json").json
    assert (told["model"], told["vocabulary"], told["texts"][0]["cost"]) == (None, "o200k_base", None)


def test_the_vocabulary_that_is_named_is_the_one_that_counts() -> None:
    """By heart, as the command line knows no counters."""
    assert counter_for(OFFLINE) is bpe_counter(Vocabulary(VOCABULARY))


def test_a_long_text_is_said_to_take_a_while(
    muster: Muster, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On stderr, before the work; --quiet means it."""
    monkeypatch.setattr(compress, "LONG", 1000)
    Path("a.md").write_text("x" * 2_000_000)
    house.answers("compress_text", SHORTER)

    said = "muster: 2 million characters take a while"
    assert muster("compress", "a.md", "--limit", "4").err.splitlines()[0] == said
    assert muster("compress", "a.md", "--limit", "4", "--quiet").err == ""


def test_compress_writes_the_text_alone_to_stdout(muster: Muster, house: House) -> None:
    """Byte for byte: an end of line of ours could be a token too many. What was dropped goes to stderr."""
    Path("a.md").write_text("x" * 2000)
    case = house.answers("compress_text", SHORTER)

    answer = muster("compress", "a.md", "--limit", "4", "--query", "cats", "--strategy", "extractive")

    assert case.asked == [CompressTextRequest("x" * 2000, 4, None, "extractive", "cats", "")]
    assert (answer.code, answer.out) == (0, "Cats sleep.")
    assert answer.err.splitlines() == [
        "muster: 400 -> 4 tokens, 100.0 times fewer; strategy extractive",
        "  dropped 1,490 characters in 2 stretches:",
        "    lines 1-3 (90 characters)",
        "    lines 4-40 (1,400 characters)",
    ]
    assert muster("compress", "a.md", "--ratio", "4", "--quiet").err == ""
    assert case.asked[1].ratio == 4.0


def test_compress_into_a_file_and_as_json(muster: Muster, house: House) -> None:
    """The same text in both."""
    Path("a.md").write_text("x" * 2000)
    house.answers("compress_text", SHORTER)

    told = muster("compress", "a.md", "--limit", "4", "--json").json
    muster("compress", "a.md", "--limit", "4", "-o", "b.md")

    assert (told["text"], told["ratio"], told["strategy"]) == ("Cats sleep.", 100.0, "extractive")
    assert told["dropped"][0] == {"start": 0, "end": 90, "first_line": 1, "last_line": 3}
    assert Path("b.md").read_bytes() == b"Cats sleep."


def test_a_text_that_fits_is_said_to_fit(muster: Muster, house: House) -> None:
    """And an empty file stays empty."""
    Path("a.md").write_text("")
    house.answers("compress_text", CompressionResult("x", 1, 1, "none", exact=False))

    assert muster("compress", "a.md", "--limit", "4").err == (
        "muster: 1 tokens at most (an estimate) fit already; nothing was dropped\n"
    )


def test_a_paid_summary_says_its_price(muster: Muster, house: House) -> None:
    """And why another strategy had to do it."""
    Path("a.md").write_text("x")
    result = CompressionResult(
        "x", 9, 1, "extractive", cost=Decimal("0.25"), note="extractive instead: no answer"
    )
    house.answers("compress_text", result)

    assert muster("compress", "a.md", "--limit", "1").err.splitlines()[1:] == [
        "  extractive instead: no answer",
        "  cost $0.25",
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.md", None, "'gone.md' could not be read: No such file or directory"),
        (".", None, "'.' is a folder"),
        ("a.bin", b"\x7fELF\0\0", "'a.bin' is a binary file"),
        ("a.txt", b"caf\xe9", "'a.txt' is not UTF-8 text: byte 3"),
        ("big.txt", b"x" * 101, "'big.txt' has more than 0 MB"),
        ("a\0b", None, "is no file name"),
    ],
)
@pytest.mark.parametrize("command", [("tokens",), ("compress", "--limit", "5")])
def test_what_is_no_text_is_refused(
    command: tuple[str, ...], name: str, content: bytes | None, told: str, muster: Muster,
    house: House, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Usage, with nothing on stdout, before any work is done."""
    monkeypatch.setattr(texts, "LARGEST", 100)
    if content is not None:
        Path(name).write_bytes(content)
    for case in ("analyze_tokens", "compress_text"):
        house.answers(case, ())

    answer = muster(*command, name)

    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err


def test_the_strategies_offered_are_those_that_exist(muster: Muster, house: House) -> None:
    """By heart, since the command line is built before they are loaded."""
    assert STRATEGIES == KNOWN
    answer = muster("compress", "a.md", "--limit", "5", "--strategy", "extractiv")
    assert answer.code == 2
    assert "did you mean extractive?" in answer.err
