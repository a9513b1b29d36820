"""What a short-term store takes and how it keeps it."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ...domain.memory.due import Due
from ...domain.memory.lifetime import Lifetime
from .json_values import checked_key, encoded

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Writing:
    """One writing of one entry: the digest covers the rest, `version` is never given twice."""

    key: bytes
    value: bytes
    version: str
    digest: str

    def whole(self) -> bool:
        """Whether it is what was once written; what is not is logged, never handed out."""
        if self.digest == _digest(self.key, self.value, self.version):
            return True
        log.warning("the short-term entry %r does not match its digest", self.key.decode(errors="replace"))
        return False

    def data(self) -> object:
        """The JSON value; only of what is whole."""
        data: object = json.loads(self.value)
        return data

    def due(self, stashed_at: datetime) -> Due:
        """As the port hands it out."""
        return Due(key=self.key.decode(), value=self.data(), version=self.version, stashed_at=stashed_at)


def writings(entries: Mapping[str, object]) -> list[Writing]:
    """Each entry as it is kept; raises ValueError for a key and TypeError for a value as the port says."""
    found = []
    for name, data in entries.items():
        key, value, version = checked_key(name), encoded(name, data), secrets.token_hex(16)
        found.append(Writing(key, value, version, _digest(key, value, version)))
    return found


def checked_time(ttl_seconds: float | None) -> float:
    """Seconds to keep an entry for; raises ValueError for a time that is not above zero or has no end."""
    seconds = float(Lifetime.WORKING if ttl_seconds is None else ttl_seconds)
    if not 0 < seconds < math.inf:
        raise ValueError(f"ttl_seconds of {ttl_seconds!r} is no time; give a number of seconds above 0")
    return seconds


def _digest(key: bytes, value: bytes, version: str) -> str:
    return hashlib.sha256(b"%d:%b%b%b" % (len(key), key, version.encode(), value)).hexdigest()
