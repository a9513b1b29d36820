"""Which counter counts for which model.

OpenAI's vocabularies are public: o200k_base since gpt-4o (GPT-5, GPT-6 and gpt-oss included), cl100k_base before.
Every other model is estimated from cl100k_base. The factors and margins of `FAMILIES` were measured in November 2026
over 188 texts (Python, JavaScript, C, Markdown, chat, JSON, tables, Chinese, emoji, random digits), against published
vocabularies, and for Claude against an unofficial reconstruction of Anthropic's count_tokens endpoint:

    family                   factor  margin   texts within   texts above
    Claude up to Opus 4.6      1.20    20 %       100 %           0 %
    Claude from Opus 4.7       1.50    30 %        97 %           2 %   (C headers full of macros)
    Llama (by Llama 3)         1.00    10 %        99 %           0 %
    Gemini (by Gemma)          1.10    25 %        98 %           1 %   (columns of digits)
    DeepSeek, Mistral, Qwen    1.05    25 %     98-99 %         0-2 %   (columns of digits)

In 29 other languages no text took more than the margin allows, and many took less: cl100k_base is wasteful there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ...domain.models.info import ModelInfo
from ...domain.ports.token_counter import TokenCounter
from .bpe_counter import BpeTokenCounter, Vocabulary
from .estimating_counter import EstimatingCounter


@dataclass(frozen=True, slots=True)
class Estimate:
    """How tokens of a family of models follow from those of cl100k_base; `margin` is a share."""

    factor: float
    margin: float


CLAUDE = Estimate(1.20, 0.20)
NEWER_CLAUDE = Estimate(1.50, 0.30)
OTHER = Estimate(1.05, 0.25)
FAMILIES = {"llama": Estimate(1.0, 0.10), "gemini": Estimate(1.10, 0.25), "gemma": Estimate(1.10, 0.25)}
OLDER_GPT = re.compile(r"gpt-(?:4(?![\d.o])|3\.?5)|davinci-002|babbage-002|text-embedding-")
GPT = re.compile(r"(?:ft:)?(?:gpt-|chatgpt-|codex-|o[134](?:-|$))")
CLAUDE_VERSION = re.compile(r"(?:opus|sonnet|haiku|fable|mythos)-(\d+)(?:[-.](\d{1,2})(?!\d))?")
NEW_SINCE = (4, 7)


def counter_for(info: ModelInfo) -> TokenCounter:
    """The counter of a model, by its id; models that run here without a vocabulary of their own use o200k_base."""
    name = info.id.lower().rpartition("/")[2]
    if info.provider == "offline" or GPT.match(name) or OLDER_GPT.match(name):
        return bpe_counter(Vocabulary.CL100K if OLDER_GPT.search(name) else Vocabulary.O200K)
    return _estimating(_estimate(name))


def bpe_counter(vocabulary: Vocabulary = Vocabulary.O200K) -> BpeTokenCounter:
    """The one counter of a vocabulary in this process: its tables take tens of megabytes."""
    return _COUNTERS[vocabulary]


_COUNTERS = {vocabulary: BpeTokenCounter(vocabulary) for vocabulary in Vocabulary}


@cache
def _estimating(estimate: Estimate) -> EstimatingCounter:
    return EstimatingCounter(bpe_counter(Vocabulary.CL100K), estimate.factor, estimate.margin)


def _estimate(name: str) -> Estimate:
    if "claude" in name:
        return NEWER_CLAUDE if _claude_version(name) >= NEW_SINCE else CLAUDE
    return next((estimate for family, estimate in FAMILIES.items() if family in name), OTHER)


def _claude_version(name: str) -> tuple[int, int]:
    """(major, minor); names of the third generation put the version first, and count as old."""
    found = CLAUDE_VERSION.search(name)
    return (int(found[1]), int(found[2] or 0)) if found else (3, 0)
