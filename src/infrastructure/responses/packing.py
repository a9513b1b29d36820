"""An answer as bytes that tell when they were damaged."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from ...domain.models.cached_answer import CachedAnswer

ANSWER = TypeAdapter(CachedAnswer)
DIGEST_BYTES = 32
log = logging.getLogger(__name__)


def packed(key: str, answer: CachedAnswer) -> bytes | None:
    """A digest over key and answer, and the answer as JSON; the attempts that it took are left out.

    None, and a line in the log, for an answer that cannot be written so: with half of a surrogate pair in it.
    """
    bare = replace(answer, response=replace(answer.response, attempts=()))
    try:
        content = ANSWER.dump_json(bare, warnings="error")
    except ValueError:  # of pydantic: half a surrogate pair, or a field of a wrong type
        log.warning("an answer of %r was not kept: it cannot be written as JSON", answer.response.model)
        return None
    return _digest(key, content) + content


def unpacked(key: str, data: bytes) -> CachedAnswer | None:
    """What was packed under `key`; None when a single bit of it has changed, or an older release wrote it."""
    content = data[DIGEST_BYTES:]
    if data[:DIGEST_BYTES] != _digest(key, content):
        return None
    try:
        return ANSWER.validate_json(content)
    except ValidationError:
        return None


def _digest(key: str, content: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + content).digest()
