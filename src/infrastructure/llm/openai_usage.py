"""Usage as OpenAI's two formats report it."""

from __future__ import annotations

from ...domain.models.usage import Usage
from .token_count import token_count


def usage_of(reported: object) -> Usage | None:
    """Tokens of one call; None when what is reported is no usage: then it is estimated rather than believed.

    OpenAI counts cached tokens as part of the input, and thinking as part of the output. Where a server's total
    is more than its input and output together, the rest is thinking that it left out of the output.
    """
    if not isinstance(reported, dict):
        return None
    chat = "prompt_tokens" in reported
    before, after = ("prompt", "completion") if chat else ("input", "output")
    read, output = token_count(reported.get(f"{before}_tokens")), token_count(reported.get(f"{after}_tokens"))
    if read is None or output is None:
        return None
    cached, written = (
        _inner(reported, f"{before}_tokens_details", name) for name in ("cached_tokens", "cache_write_tokens")
    )
    thought = _inner(reported, f"{after}_tokens_details", "reasoning_tokens")
    left_out = max((token_count(reported.get("total_tokens")) or 0) - read - output, 0)
    return Usage(
        input=max(read - cached - written, 0),
        output=output + left_out,
        cache_read=cached,
        cache_write=written,
        reasoning=min(max(thought, left_out), output + left_out),
    )


def _inner(reported: dict[str, object], part: str, key: str) -> int:
    details = reported.get(part)
    return token_count(details.get(key)) or 0 if isinstance(details, dict) else 0
