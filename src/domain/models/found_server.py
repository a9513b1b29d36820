"""A server of language models on this machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundServer:
    """What answers at `url`; `kind` is ollama, llama.cpp, vllm, lm-studio or openai-compatible."""

    kind: str
    url: str
    models: tuple[str, ...]
