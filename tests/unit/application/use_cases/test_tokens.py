"""The use cases of `muster tokens` and `muster compress`."""

from __future__ import annotations

import pytest

from muster.application.compression.registry import CompressorRegistry
from muster.application.use_cases.analyze_tokens import AnalyzeTokens, AnalyzeTokensRequest
from muster.application.use_cases.compress_text import CompressText, CompressTextRequest
from muster.domain.errors import UnknownName, UserError
from muster.domain.models.info import ModelInfo
from muster.domain.ports.token_counter import TokenCounter
from muster.domain.tokens.analysis import TokenAnalysis
from muster.domain.tokens.count import TokenCount
from tests.fakes.builders import ARRANGER
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import model_info
from tests.fakes.token_counter import FakeTokenCounter

DEFAULT = model_info()
SMALL = model_info(window=100)
TEXT = "Cats sleep. Dogs bark. Birds sing. Fish swim. " * 10


def model_named(name: str) -> ModelInfo:
    if name != "small":
        raise UnknownName.of("model", name, ["small"])
    return SMALL


def counter_for(info: ModelInfo) -> TokenCounter:
    return CharacterCounter() if info is SMALL else FakeTokenCounter()


def compress() -> CompressText:
    registry = CompressorRegistry(FakeTokenCounter(), FakeClock())
    return CompressText(registry, model_named, counter_for, DEFAULT)


async def test_texts_are_counted_by_the_model_that_would_read_them() -> None:
    """Without a name it is that of the settings; the order is that of the texts."""
    use_case = AnalyzeTokens(model_named, counter_for, DEFAULT)

    by_default = await use_case.execute(AnalyzeTokensRequest(("abcdefgh", "")))
    by_name = await use_case.execute(AnalyzeTokensRequest(("abcdefgh", "x" * 101), "small"))

    assert [one.count.tokens for one in by_default] == [2, 0]
    assert [(one.count.tokens, one.must_compress) for one in by_name] == [(8, False), (101, True)]
    with pytest.raises(UnknownName, match="unknown model 'smal'"):
        await use_case.execute(AnalyzeTokensRequest(("a",), "smal"))


async def test_without_a_language_model_tokens_have_no_price_and_no_window() -> None:
    """What arranges evidence reads no text; a model that is named does."""
    use_case = AnalyzeTokens(model_named, counter_for, ARRANGER)

    assert await use_case.execute(AnalyzeTokensRequest(("abcdefgh",))) == (
        TokenAnalysis("", TokenCount(2), 0, None),
    )
    (named,) = await use_case.execute(AnalyzeTokensRequest(("abcdefgh",), "small"))
    assert (named.model, named.limit) == (SMALL.name, 100)


async def test_a_text_is_compressed_to_a_limit_or_by_a_ratio() -> None:
    """In the tokens of the model."""
    limited = await compress().execute(CompressTextRequest(TEXT, limit=50))
    by_ratio = await compress().execute(CompressTextRequest(TEXT, ratio=4, model="small", strategy="keyword"))

    assert len(limited.text) <= 200
    assert 50 < len(by_ratio.text) <= len(TEXT) // 4
    assert (by_ratio.strategy, by_ratio.original_tokens) == ("keyword", len(TEXT))


@pytest.mark.parametrize("ratio", [0.5, 0.0, -2.0, float("nan"), float("inf")])
async def test_a_ratio_that_makes_nothing_smaller_is_refused(ratio: float) -> None:
    """What is no number included."""
    with pytest.raises(UserError, match="makes no text smaller"):
        await compress().execute(CompressTextRequest(TEXT, ratio=ratio))


async def test_one_size_has_to_be_given_and_only_one() -> None:
    """Neither and both are refused; so are strategies that do not exist."""
    for request in (CompressTextRequest(TEXT), CompressTextRequest(TEXT, limit=5, ratio=2.0)):
        with pytest.raises(UserError, match="to a number of tokens or by a ratio"):
            await compress().execute(request)
    with pytest.raises(UnknownName, match="unknown compression strategy 'zip'"):
        await compress().execute(CompressTextRequest(TEXT, limit=5, strategy="zip"))
