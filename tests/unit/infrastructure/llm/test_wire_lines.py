"""Lines are put together from whatever chunks arrive."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from muster.infrastructure.llm.wire_lines import EventBuffer, LineBuffer


@given(st.lists(st.binary(max_size=12).map(lambda data: data.replace(b"z", b"\n")), max_size=20))
def test_the_cuts_of_the_chunks_make_no_difference(chunks: list[bytes]) -> None:
    """The lines are those of the whole."""
    buffer = LineBuffer()
    lines = [line for chunk in chunks for line in buffer.feed(chunk)]

    assert [*lines, buffer.rest()] == b"".join(chunks).split(b"\n")


def test_a_line_of_many_megabytes_is_linear() -> None:
    """Twice as long takes about twice as much, and not four times."""

    def seconds(chunks: int) -> float:
        buffer = LineBuffer()
        started = time.process_time()
        for _ in range(chunks):
            buffer.feed(b"x" * 4096)
        assert len(buffer.feed(b"\n")[0]) == chunks * 4096
        return time.process_time() - started

    seconds(100)
    assert seconds(2000) < 10 * seconds(1000) + 0.1


@given(st.lists(st.text("ab", max_size=4), max_size=9), st.integers(1, 9), st.sampled_from(["\n", "\r\n"]))
def test_events_are_the_same_however_they_arrive(said: list[str], size: int, end: str) -> None:
    """Comments and names are none of their data; an event that is not ended is none."""
    body = "".join(f": hello{end}event: x{end}data: {text}{end}{end}" for text in said) + f"data: half{end}"
    sent = body.encode()
    buffer = EventBuffer()
    events = [data for at in range(0, len(sent), size) for data in buffer.feed(sent[at : at + size])]

    assert events == [text.encode() for text in said]


def test_data_in_several_lines_is_one_event() -> None:
    """As the standard has it; a blank line alone is nothing."""
    assert EventBuffer().feed(b"\n\ndata:{\ndata: }\n\n\n") == [b"{\n}"]
