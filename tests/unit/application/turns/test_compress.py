"""Messages that are a little too many: what goes first, and what stays."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from muster.application.turns.budget import estimate_budget
from muster.application.turns.compress import compress_messages, shorten_newest_results
from muster.application.turns.rounds import split_rounds
from muster.application.turns.summary import HEADER, SUMMARY
from muster.domain.messaging.message import Message, Role
from muster.domain.turns.types import TurnConfig
from tests.fakes.character_counter import CharacterCounter

from .conversations import answer, asked, asking, histories, result, steps, user

COUNTER = CharacterCounter()


def tokens(messages: tuple[Message, ...]) -> int:
    return estimate_budget(messages, TurnConfig(), COUNTER, 0).tokens


def test_the_largest_old_result_loses_its_middle_and_says_how_much() -> None:
    """The ends tell most: a file's head, a command's last lines."""
    long = "".join(chr(ord("a") + n % 26) for n in range(2000))
    messages = (
        user("q"),
        asking("1", "2"),
        result("1", "short"),
        result("2", long),
        answer("a"),
        user("now"),
    )

    shorter = compress_messages(messages, tokens(messages) - 1000, COUNTER)

    told = json.loads(shorter[3].content)
    assert tokens(shorter) <= tokens(messages) - 1000
    assert long.startswith(told["head"])
    assert long.endswith(told["tail"])
    assert told["dropped_characters"] == 2000 - len(told["head"]) - len(told["tail"])
    assert abs(len(told["head"]) - len(told["tail"])) <= 1
    assert [m for n, m in enumerate(shorter) if n != 3] == [m for n, m in enumerate(messages) if n != 3]


def test_of_two_equal_results_the_older_is_shortened() -> None:
    """The newer one is nearer to what is being asked."""
    messages = (asking("1"), result("1", "x" * 800), asking("2"), result("2", "y" * 800), user("now"))

    shorter = compress_messages(messages, tokens(messages) - 300, COUNTER)

    assert len(shorter[1].content) < 800
    assert shorter[3].content == "y" * 800


def test_a_result_shortened_twice_still_tells_all_that_is_gone() -> None:
    """No JSON within JSON, and the count goes on from where it was."""
    messages = (asking("1"), result("1", "x" * 3000), answer("a"), user("now"))

    once = compress_messages(messages, 1500, COUNTER)
    twice = compress_messages(once, 700, COUNTER)

    told = json.loads(twice[1].content)
    assert set(told["head"] + told["tail"]) == {"x"}
    assert told["dropped_characters"] + len(told["head"]) + len(told["tail"]) == 3000


def test_a_tool_that_writes_like_a_shortened_result_is_not_taken_for_one() -> None:
    """What a tool says cannot break the compression."""
    messages = (asking("1"), result("1", '{"dropped_characters":' + "x" * 2000), answer("a"), user("now"))

    shorter = compress_messages(messages, 800, COUNTER)

    assert json.loads(shorter[1].content)["head"].startswith('{"dropped_characters":xx')


def test_when_shortening_is_not_enough_the_oldest_rounds_go_whole() -> None:
    """A question goes with its answer, a call with its results; there is no room to tell of them."""
    old = (user("o" * 400), answer("p" * 400))
    recent = (user("recent"), asking("1"), result("1", "r"), answer("so"))
    messages = (Message(Role.SYSTEM, "s"), *old, *recent, user("now"))

    assert compress_messages(messages, 200, COUNTER) == (messages[0], *recent, user("now"))


def test_the_newest_step_of_the_turn_stays_while_earlier_steps_go() -> None:
    """Without its newest results the model would ask for them again."""
    steps_ = [message for n in "123" for message in (asking(n), result(n, n * 150))]
    messages = (user("now"), *steps_)

    assert compress_messages(messages, 200, COUNTER) == (user("now"), *steps_[4:])


def test_the_newest_results_are_shortened_rather_than_the_turn_given_up() -> None:
    """Only when nothing else is left to take from."""
    messages = (user("now"), asking("1"), result("1", "x" * 5000))

    shorter = compress_messages(messages, 1000, COUNTER)

    assert tokens(shorter) <= 1000
    assert json.loads(shorter[2].content)["dropped_characters"] > 4000


def test_messages_that_fit_are_left_as_they_are() -> None:
    """Nothing is taken that need not go."""
    messages = (user("q"), asking("1"), result("1", "x" * 500), answer("a"), user("now"))

    assert compress_messages(messages, tokens(messages), COUNTER) == messages
    assert shorten_newest_results(messages, tokens(messages), COUNTER) == messages


OLD = (
    user("Where do we keep the backups? I forgot. The weather is nice."),
    answer(
        "The backups lie on the host called hamster. It is fed every night. Nobody else has the key. " * 4
    ),
    user("And what does the cat eat? It looks hungry to me, more than yesterday."),
    answer("The cat eats fish. Fish is bought on Mondays. The shop opens at nine and closes at noon. " * 4),
)


def test_where_there_is_room_old_rounds_become_an_extract_for_what_is_asked() -> None:
    """One message in their place, with the sentences that the prompt is about; what comes after stays whole."""
    messages = (
        Message(Role.SYSTEM, "s"),
        *OLD,
        user("yes"),
        answer("no"),
        user("which host has the backups?"),
    )

    shorter = compress_messages(messages, 330, COUNTER)

    assert tokens(shorter) <= 330
    assert (shorter[0], shorter[2:]) == (messages[0], messages[-3:])
    assert (shorter[1].role, shorter[1].metadata) == (Role.USER, SUMMARY)
    assert "The backups lie on the host called hamster." in shorter[1].content
    assert "Mondays" not in shorter[1].content


def test_a_summary_is_summarised_again_and_does_not_nest() -> None:
    """The second one holds what is still told of the first; there is one at a time."""
    messages = (*OLD, user("which host has the backups?"))
    once = compress_messages(messages, 700, COUNTER)
    assert once[0].metadata == SUMMARY
    again = (*once[:-1], user("q" * 100), answer("r" * 100), once[-1])

    twice = compress_messages(again, 330, COUNTER)

    assert sum(message.metadata == SUMMARY for message in twice) == 1
    assert twice[0].content.count(HEADER) == 1
    assert "hamster" in twice[0].content
    assert tokens(twice) <= 330


def test_steps_of_the_turn_itself_are_summed_up_by_the_assistant() -> None:
    """A user's message after the prompt would be taken for the prompt."""
    steps_ = [m for n in "abcdefghijkl" for m in (asking(n), result(n, f"file {n} was read. " * 40))]
    messages = (user("now"), *steps_)

    shorter = compress_messages(messages, 1400, COUNTER)

    assert tokens(shorter) <= 1400
    assert (shorter[0], shorter[-2:]) == (user("now"), messages[-2:])
    assert (shorter[1].role, shorter[1].metadata) == (Role.ASSISTANT, SUMMARY)
    assert "file a was read." in shorter[1].content
    assert "dropped_characters" not in shorter[1].content


@given(history=histories(), room=st.integers(0, 5000))
def test_compression_makes_nothing_up_and_keeps_calls_with_their_results(
    history: tuple[Message, ...], room: int
) -> None:
    """For any history: the rest is in order, no text grows, the prompt stays, no call loses its results.

    At most one summary stands on each side of the prompt, and where there is one, everything fits.
    """
    marked = (replace(message, name=str(number)) for number, message in enumerate(history))
    messages = (Message(Role.SYSTEM, "s"), *marked, user("now"))

    shorter = compress_messages(messages, room, COUNTER)

    remaining = iter(messages)
    summaries = [message for message in shorter if message.metadata == SUMMARY]
    for message in shorter:
        if message.metadata != SUMMARY:
            same = next(m for m in remaining if (m.role, m.name) == (message.role, message.name))
            assert message == same or (message.role is Role.TOOL and len(message.content) < len(same.content))
    assert len(summaries) <= 1
    assert not summaries or tokens(shorter) <= room
    assert (shorter[0], shorter[-1]) == (messages[0], user("now"))
    assert steps(shorter) == asked(shorter)


@given(history=histories())
def test_rounds_cover_every_message_once_and_in_order(history: tuple[Message, ...]) -> None:
    """Nothing is in two rounds or in none."""
    messages = (*history, user("now"))

    assert [index for part in split_rounds(messages) for index in part] == list(range(len(messages)))


def test_a_result_that_comes_late_keeps_its_round_together() -> None:
    """Even when somebody spoke in between."""
    messages = (asking("1"), user("hurry"), result("1", "r"), answer("a"), user("now"))

    assert split_rounds(messages) == (range(3), range(3, 4), range(4, 5))
