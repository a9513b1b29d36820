"""When a call is made again, and after how long."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import ErrorKind
from muster.domain.models.retry import RetryPolicy

PASSING = [kind for kind in ErrorKind if kind.passing]
LASTING = [kind for kind in ErrorKind if not kind.passing]
chances = st.floats(0, 1)
policies = st.builds(
    RetryPolicy,
    max_retries=st.integers(0, 2000),
    base=st.floats(0, 1e6),
    factor=st.floats(1, 1e6),
    cap=st.floats(0, 1e6),
    jitter=chances,
    patience=st.floats(0, 1e6),
)


@given(policy=policies, attempt=st.integers(1, 2000), kind=st.sampled_from(PASSING), chance=chances)
def test_the_wait_is_never_negative_and_never_above_the_cap(
    policy: RetryPolicy, attempt: int, kind: ErrorKind, chance: float
) -> None:
    """For any policy, however often a call failed; also where the power overflows."""
    wait = policy.delay(attempt, kind, None, chance)

    assert (wait is None) == (attempt > policy.max_retries)
    assert wait is None or 0 <= wait <= policy.cap


@given(policy=policies, attempt=st.integers(1, 100), kind=st.sampled_from(LASTING), chance=chances)
def test_what_does_not_pass_is_never_tried_again(
    policy: RetryPolicy, attempt: int, kind: ErrorKind, chance: float
) -> None:
    """Authentication, invalid requests, refusals: whatever the server says about waiting."""
    assert policy.delay(attempt, kind, 1.0, chance) is None


@given(asked=st.floats(0, 60), chance=chances, attempt=st.integers(1, 3))
def test_the_server_is_taken_at_its_word(asked: float, chance: float, attempt: int) -> None:
    """A `retry-after` wins over the backoff, to the fraction of a second, without jitter."""
    assert RetryPolicy().delay(attempt, ErrorKind.RATE_LIMIT, asked, chance) == asked


@pytest.mark.parametrize("asked", [60.1, 86_400.0, math.inf])
def test_who_is_asked_to_wait_too_long_gives_up(asked: float) -> None:
    """Another model can be asked in the meantime."""
    assert RetryPolicy(patience=60).delay(1, ErrorKind.RATE_LIMIT, asked, 0.0) is None


@pytest.mark.parametrize("asked", [math.nan, -1.0, -math.inf])
def test_a_wait_that_is_none_is_not_asked_for(asked: float) -> None:
    """A clock that jumped, or a header of nonsense, leaves the backoff."""
    assert RetryPolicy(base=0.5).delay(1, ErrorKind.RATE_LIMIT, asked, 0.0) == 0.5


def test_waits_double_and_jitter_takes_off_its_share() -> None:
    """0.5, 1, 2 s, and half of each at the far end of a jitter of one half."""
    policy = RetryPolicy(max_retries=3, base=0.5, factor=2, jitter=0.5)

    def waits(chance: float) -> list[float | None]:
        return [policy.delay(attempt, ErrorKind.TIMEOUT, None, chance) for attempt in (1, 2, 3, 4)]

    assert waits(0.0) == [0.5, 1.0, 2.0, None]
    assert waits(1.0) == [0.25, 0.5, 1.0, None]


@pytest.mark.parametrize(
    "broken",
    [
        {"base": -1.0},
        {"factor": 0.5},
        {"jitter": 1.5},
        {"max_retries": -1},
        {"cap": math.nan},
        {"patience": -1},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(broken: dict[str, float]) -> None:
    """At once, not at the first failure."""
    with pytest.raises(ValueError, match="no retry policy"):
        RetryPolicy(**broken)  # type: ignore[arg-type]  # that is the point
