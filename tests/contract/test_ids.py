"""What every maker of identifiers promises."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from muster.domain.ports.ids import Ids
from muster.infrastructure.common.ids import ALPHABET, SortableIds
from tests.fakes.ids import FakeIds


@pytest.fixture(params=[SortableIds, FakeIds])
def ids(request: pytest.FixtureRequest) -> Ids:
    """Each maker in turn."""
    made: Ids = request.param()
    return made


def test_identifiers_carry_their_prefix(ids: Ids) -> None:
    """`run-…`, in characters that need no quoting anywhere."""
    assert re.fullmatch(r"run-[0-9a-z]+", ids.new("run"))


def test_later_ones_sort_after_earlier_ones(ids: Ids) -> None:
    """Also the many of one millisecond."""
    made = [ids.new("run") for _ in range(5000)]
    assert made == sorted(set(made))


def test_threads_never_get_the_same(ids: Ids) -> None:
    """Eight threads, a thousand each."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new("run"), range(8000)))
    assert len(set(made)) == 8000


def test_two_processes_do_not_meet() -> None:
    """Two makers, as two processes have them, in the same milliseconds."""
    one, other = SortableIds(), SortableIds()
    made = [maker.new("run") for _ in range(2000) for maker in (one, other)]
    assert len(set(made)) == 4000


def test_identifiers_begin_with_their_moment() -> None:
    """So that those of several processes sort by time: milliseconds since 1970, above 40 random bits."""
    before = time.time_ns() // 1_000_000
    digits = SortableIds().new("run").removeprefix("run-")
    moment = sum(ALPHABET.index(digit) << 5 * place for place, digit in enumerate(reversed(digits))) >> 40
    assert len(digits) == 18
    assert before <= moment <= time.time_ns() // 1_000_000
