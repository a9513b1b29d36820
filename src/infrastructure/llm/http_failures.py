"""What a request that brought no answer, or no good one, means: one reading of it for all providers."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from ...domain.errors import ErrorKind
from .wire_body import Refused, TooLarge

Found = TypeVar("Found", bound=BaseException)

KINDS = {
    400: ErrorKind.INVALID_REQUEST,
    401: ErrorKind.AUTHENTICATION,
    402: ErrorKind.QUOTA,
    403: ErrorKind.PERMISSION,
    404: ErrorKind.NOT_FOUND,
    408: ErrorKind.TIMEOUT,
    409: ErrorKind.CONFLICT,
    413: ErrorKind.CONTEXT_TOO_LONG,
    422: ErrorKind.INVALID_REQUEST,
    429: ErrorKind.RATE_LIMIT,
    503: ErrorKind.OVERLOADED,
    504: ErrorKind.TIMEOUT,
    529: ErrorKind.OVERLOADED,
}
LONGEST_WAIT = 3600.0
"""Seconds; a server that asks for more is believed so far."""
LONGEST_QUOTE = 300
LONGEST_NAME = 80
CONNECT_SECONDS = 10.0
UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""What aiohttp, which carries all requests, raises while there is no connection yet."""


def kind_of(status: int) -> ErrorKind:
    """The kind of failure that an HTTP status stands for."""
    if status in KINDS:
        return KINDS[status]
    if status >= 500:
        return ErrorKind.SERVER
    return ErrorKind.INVALID_REQUEST if 400 <= status < 500 else ErrorKind.UNKNOWN


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, at most an hour; None when it says nothing that makes sense.

    A moment is taken against the `date` of the same answer: the two clocks need not agree.
    """
    for value, unit in ((headers.get("retry-after-ms"), 0.001), (headers.get("retry-after"), 1.0)):
        seconds = _seconds(value, headers.get("date")) if value else None
        if seconds is not None and math.isfinite(seconds) and seconds >= 0:
            return min(seconds * unit, LONGEST_WAIT)
    return None


def _seconds(value: str, now: str | None) -> float | None:
    try:
        return float(value)
    except ValueError:
        moment = _moment(value)
    if moment is None:
        return None
    present = _moment(now) if now else None
    return max(0.0, moment - (time.time() if present is None else present))


def _moment(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None


def kind_of_loss(error: BaseException, *, begun: bool) -> ErrorKind:
    """Whether time ran out or the connection broke, before an answer or in the midst of one.

    Only what is behind `error` tells: the SDKs report every loss of a connection as a timeout.
    """
    if behind(error, TimeoutError):
        return ErrorKind.TIMEOUT
    if behind(error, TooLarge):
        return ErrorKind.UNKNOWN  # it would be as large again
    return ErrorKind.INCOMPLETE if begun else ErrorKind.CONNECTION


def too_large(error: BaseException) -> str:
    """What of an answer was larger than what is read of one; "" when nothing was."""
    found = behind(error, TooLarge)
    return str(found) if found else ""


def refused(error: BaseException) -> Refused | None:
    """The refusal behind an error, when it is one."""
    return behind(error, Refused)


def connect_seconds(total: float, most: float = CONNECT_SECONDS) -> float:
    """How long a connection is waited for in a call of `total` seconds.

    It ends before the call does: then it is known that nothing was sent.
    """
    return min(most, 0.9 * total)


def lost(error: BaseException) -> bool:
    """Whether it was the connection that failed, or the time that ran out."""
    return bool(behind(error, aiohttp.ClientError) or behind(error, OSError))


def never_sent(error: BaseException) -> bool:
    """Whether no connection came about (refused, no such host, no answer in time): nobody can charge for that."""
    return any(behind(error, kind) for kind in UNSENT)


def behind(error: BaseException, kind: type[Found]) -> Found | None:
    """The error of a kind that `error` is, or comes from."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, kind):
            return cause
        cause = cause.__cause__
    return None


def quoted(text: str, secret: str = "", longest: int = LONGEST_QUOTE) -> str:
    """What a server said, on one line, not too long, and without `secret`."""
    said = " ".join(text.split())
    if secret:
        said = said.replace(secret, "[key]")
    return said if len(said) <= longest else f"{said[:longest]}…"


def named(value: object, secret: str = "") -> str | None:
    """The type or code of an error, fit for details that are kept; None when it is no text."""
    return quoted(value, secret, LONGEST_NAME) if isinstance(value, str) else None


def shown(url: str) -> str:
    """An address as messages may show it: who logs in there, and what its query holds, is left out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "its address"
    place = f"…@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    return urlunsplit((parts.scheme, place, parts.path, "…" if parts.query else "", ""))
