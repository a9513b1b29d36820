"""Which counter a model gets, and what it promises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.infrastructure.tokens.bpe_counter import BpeTokenCounter, Vocabulary
from muster.infrastructure.tokens.model_counters import bpe_counter, counter_for
from tests.fakes.scripted_model import model_info

TEXT = "Tokenisation of identifiers such as hello_world, and 中文, differs between vocabularies.\n" * 5
O200K = bpe_counter().count(TEXT).tokens
CL100K = bpe_counter(Vocabulary.CL100K).count(TEXT).tokens


def count_of(model_id: str, provider: str = "any") -> tuple[int, bool, float]:
    count = counter_for(replace(model_info(), id=model_id, provider=provider)).count(TEXT)
    return count.tokens, count.exact, count.margin


def test_the_two_vocabularies_differ_on_the_text_of_these_tests() -> None:
    """Otherwise nothing here would tell them apart."""
    assert O200K != CL100K


def test_counts_of_the_older_vocabulary_are_those_of_cl100k_base() -> None:
    """Known by the vocabulary's own ranks."""
    counter = BpeTokenCounter(Vocabulary.CL100K)
    assert [
        counter.count(text).tokens for text in ("hello world", "<|endoftext|>", "tiktoken is great!")
    ] == [2, 7, 6]


@pytest.mark.parametrize(
    "model",
    ["gpt-4o-mini", "gpt-4.1", "gpt-5.2-pro", "gpt-6.1-sol", "o1", "o3-mini", "o4-mini", "chatgpt-4o-latest",
     "openai/gpt-oss-120b", "openai/gpt-5", "ft:gpt-4o:acme", "GPT-5"],
)  # fmt: skip
def test_newer_models_of_openai_are_counted_exactly(model: str) -> None:
    """By o200k_base, whoever serves them."""
    assert count_of(model) == (O200K, True, 0.0)


@pytest.mark.parametrize("model", ["gpt-4", "gpt-4-turbo", "gpt-4-0613", "gpt-3.5-turbo", "gpt-35-turbo-16k"])
def test_older_models_of_openai_are_counted_exactly(model: str) -> None:
    """By cl100k_base."""
    assert count_of(model) == (CL100K, True, 0.0)


@pytest.mark.parametrize(
    ("model", "factor", "margin"),
    [
        ("claude-3-5-haiku-latest", 1.2, 0.2),
        ("claude-opus-4-20250514", 1.2, 0.2),
        ("anthropic/claude-opus-4.6", 1.2, 0.2),
        ("claude-haiku-4-5", 1.2, 0.2),
        ("claude-opus-4-7", 1.5, 0.3),
        ("anthropic/claude-opus-4.8-fast", 1.5, 0.3),
        ("claude-sonnet-5-5", 1.5, 0.3),
        ("claude-fable-5", 1.5, 0.3),
        ("meta-llama/llama-3.1-70b-instruct", 1.0, 0.1),
        ("gemini-3.5-flash", 1.1, 0.25),
        ("mistral-large-2512", 1.05, 0.25),
        ("nobody-knows-it", 1.05, 0.25),
        ("o", 1.05, 0.25),
    ],
)
def test_what_has_no_public_vocabulary_is_an_estimate_with_its_margin(
    model: str, factor: float, margin: float
) -> None:
    """Never called exact; newer Claude models take more tokens for the same text."""
    tokens, exact, told = count_of(model)
    assert not exact
    assert told == margin
    assert CL100K * factor <= tokens < CL100K * factor + 1


def test_models_of_one_vocabulary_share_its_tables() -> None:
    """They take tens of megabytes."""
    assert counter_for(model_info()) is counter_for(replace(model_info(), id="another"))
    assert counter_for(replace(model_info(), id="gpt-5")) is bpe_counter()


def test_the_offline_model_counts_exactly() -> None:
    """It has no vocabulary of its own: the newest public one stands for it."""
    assert count_of("anything", provider="offline") == (O200K, True, 0.0)
