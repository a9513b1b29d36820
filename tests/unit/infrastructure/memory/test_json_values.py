"""Keys and values that a long-term store takes."""

from hypothesis import given
from hypothesis import strategies as st

from muster.domain.security.paths import fault_of
from muster.infrastructure.memory.json_values import PLAIN, checked_key


@given(key=st.from_regex(PLAIN, fullmatch=True) | st.text(st.sampled_from("aZ0_-/.~:\\%\n "), max_size=12))
def test_a_key_that_looks_plain_has_no_fault(key: str) -> None:
    """So nothing is let through because it was not looked at closely."""
    if PLAIN.fullmatch(key):
        assert fault_of(key) == ""
        assert key.strip()
        assert checked_key(key) == key.encode()
