"""What failing answers say, whichever server they come from."""

from __future__ import annotations

import time
from email.utils import formatdate

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import ErrorKind
from muster.infrastructure.llm.http_failures import (
    kind_of,
    kind_of_loss,
    never_sent,
    quoted,
    retry_after,
    shown,
)

HOST = ConnectionKey(
    "nowhere", 80, is_ssl=False, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None
)
NOW = "Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        ("2.5", 2.5),
        ("86400", 3600.0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_moment_by_the_servers_clock(said: str, seconds: float | None) -> None:
    """At most an hour; what makes no sense says nothing."""
    assert retry_after({"retry-after": said, "date": NOW}) == seconds


def test_milliseconds_are_more_exact() -> None:
    """They win over seconds, unless they make no sense."""
    assert retry_after({"retry-after-ms": "1500", "retry-after": "2"}) == 1.5
    assert retry_after({"retry-after-ms": "x", "retry-after": "2"}) == 2.0


def test_without_the_servers_clock_ours_is_taken() -> None:
    """To the second, as the header is."""
    wait = retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)})

    assert wait is not None
    assert 57 < wait <= 60


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text(max_size=40)))
def test_no_header_is_too_strange(headers: dict[str, str]) -> None:
    """Nothing, or a wait between no time and an hour."""
    wait = retry_after(headers)

    assert wait is None or 0 <= wait <= 3600


@given(st.integers(100, 999))
def test_every_status_has_a_kind(status: int) -> None:
    """Failures of the server pass, but not those of the request."""
    kind = kind_of(status)

    assert (kind is ErrorKind.UNKNOWN) == (status < 400)
    assert status < 500 or kind.passing


def behind(cause: BaseException) -> Exception:
    """An error of a library that reports every loss alike."""
    outer = RuntimeError("Request timed out.")
    middle = RuntimeError("ConnectTimeout")
    middle.__cause__, outer.__cause__ = cause, middle
    return outer


@pytest.mark.parametrize(
    ("cause", "kind", "unsent"),
    [
        (aiohttp.ClientConnectorError(HOST, OSError()), ErrorKind.CONNECTION, True),
        (aiohttp.ClientConnectorDNSError(HOST, OSError()), ErrorKind.CONNECTION, True),
        (aiohttp.ConnectionTimeoutError(), ErrorKind.TIMEOUT, True),
        (aiohttp.InvalidURL("http://"), ErrorKind.CONNECTION, True),
        (aiohttp.SocketTimeoutError(), ErrorKind.TIMEOUT, False),
        (TimeoutError(), ErrorKind.TIMEOUT, False),
        (aiohttp.ServerDisconnectedError(), ErrorKind.CONNECTION, False),
        (aiohttp.ClientOSError(), ErrorKind.CONNECTION, False),
        (ConnectionResetError(), ErrorKind.CONNECTION, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_lost_call_is_told_by_what_is_behind_it(cause: Exception, kind: ErrorKind, unsent: bool) -> None:
    """What could not connect has sent nothing; what was lost later may have been read, and may be charged."""
    for error in (cause, behind(cause)):
        assert kind_of_loss(error, begun=False) is kind
        assert never_sent(error) is unsent


def test_an_answer_that_was_begun_is_incomplete_unless_time_ran_out() -> None:
    """A part of it is there."""
    assert kind_of_loss(ConnectionResetError(), begun=True) is ErrorKind.INCOMPLETE
    assert kind_of_loss(behind(TimeoutError()), begun=True) is ErrorKind.TIMEOUT


@given(st.text(max_size=2000), st.text(min_size=8, max_size=20).filter(lambda text: text == text.strip()))
def test_what_is_quoted_is_short_and_without_the_secret(text: str, secret: str) -> None:
    """On one line."""
    said = quoted(f"{text} {secret} {text}", "".join(secret.split()) or "secret")

    assert len(said) <= 301
    assert "\n" not in said


def test_the_secret_is_replaced_everywhere() -> None:
    """Wherever the server repeats it."""
    assert quoted("key sk-1 is\n bad: sk-1", "sk-1") == "key [key] is bad: [key]"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("http://user:PW@host:1/a", "http://…@host:1/a"),
        ("https://PW@host/a?key=PW#PW", "https://…@host/a?…"),
        ("http://a@b:PW@host", "http://…@host"),
        ("http://[PW", "its address"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, said: str) -> None:
    """Enough is left to know the server by."""
    assert shown(url) == said
