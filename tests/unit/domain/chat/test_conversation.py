"""What can be done with a conversation."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given

from muster.domain.chat.conversation import (
    Conversation,
    Spent,
    answered,
    asked,
    next_turn,
    spent_by_model,
    title_of,
    undo,
)
from muster.domain.chat.reply import Reply
from muster.domain.errors import ErrorKind, UserError
from muster.domain.messaging.message import Message, Role
from muster.domain.models.usage import Usage
from tests.fakes.conversations import BEGAN, CONVERSATIONS, answer, conversation, question


def test_the_first_question_gives_the_title() -> None:
    """On one line, and not more of it than a list can show; later ones change nothing."""
    first = asked(conversation(), "What is\n  a monad? " + "x" * 100, BEGAN)
    assert first.title.startswith("What is a monad? xxx")
    assert len(first.title) == 60
    assert asked(first, "And else?", BEGAN).title == first.title


def test_an_answer_keeps_who_gave_it_and_what_it_took() -> None:
    """A failed one too, with its reason."""
    reply = Reply("half", "a/b", Usage(3, 4), Decimal("0.5"), 1.5, "broke off", ErrorKind.INCOMPLETE)
    (entry,) = answered(conversation(), reply, BEGAN).entries
    assert (entry.message, entry.model, entry.usage) == (Message(Role.ASSISTANT, "half"), "a/b", Usage(3, 4))
    assert (entry.cost, entry.seconds, entry.error) == (Decimal("0.5"), 1.5, "broke off")
    assert (entry.kind, entry.asks) == (ErrorKind.INCOMPLETE, False)


@given(before=CONVERSATIONS)
def test_undo_takes_back_what_was_added_and_no_money(before: Conversation) -> None:
    """Law: after question, answer and undo the entries are as before, and what was spent stays spent."""
    reply = Reply("42", "a/b", Usage(10, 20), Decimal("0.25"))
    after = answered(asked(before, "why?", BEGAN), reply, BEGAN)
    again = undo(after)
    assert again.entries == before.entries
    assert again.spent == after.spent == before.spent + Spent(Usage(10, 20), Decimal("0.25"))


def test_undo_takes_a_question_without_an_answer_alone() -> None:
    """As an interrupted process leaves it; the title goes with the last question."""
    one = conversation(question("a"), answer("b"), question("c"))
    assert undo(one).entries == one.entries[:2]
    assert (undo(undo(one)).entries, undo(undo(one)).title) == ((), "")


def test_undo_of_nothing_is_refused() -> None:
    """And says so."""
    with pytest.raises(UserError, match="nothing to undo"):
        undo(conversation())


def test_one_unpriced_answer_makes_the_sum_unpriced() -> None:
    """Tokens are still counted, and the other models keep their price."""
    mixed = conversation(
        question("a"), answer("b"), answer("c", model="own/model", cost=None), answer("d", cost=Decimal(2))
    )
    assert mixed.spent == Spent(Usage(30, 15), None)
    assert spent_by_model(mixed) == {
        "fake/scripted": Spent(Usage(20, 10), Decimal("2.01")),
        "own/model": Spent(Usage(10, 5), None),
    }


def test_the_next_turn_holds_all_that_was_said() -> None:
    """History in turns, and the open question as the prompt."""
    history, prompt = next_turn(conversation(question("a"), answer("b"), question("c")))
    assert history == (Message(Role.USER, "a"), Message(Role.ASSISTANT, "b"))
    assert prompt == "c"


@pytest.mark.parametrize("left", [(), (answer("", error="no", kind=ErrorKind.RATE_LIMIT),)])
def test_a_question_without_an_answer_is_asked_again_with_the_next(left: tuple[object, ...]) -> None:
    """Whether the call failed or the process was killed."""
    entries = (question("long text"), *left, question("please"))
    assert next_turn(replace(conversation(), entries=entries)) == ((), "long text\n\nplease")  # type: ignore[arg-type]  # entries all


def test_half_an_answer_is_an_answer() -> None:
    """So that a person can say: go on."""
    told = conversation(
        question("a"), answer("b, and", error="cut", kind=ErrorKind.CANCELLED), question("go on")
    )
    assert next_turn(told) == ((Message(Role.USER, "a"), Message(Role.ASSISTANT, "b, and")), "go on")


@pytest.mark.parametrize(
    "kind",
    [ErrorKind.CONTEXT_TOO_LONG, ErrorKind.BLOCKED, ErrorKind.REFUSED, ErrorKind.INVALID_REQUEST],
)
def test_a_question_that_was_itself_the_fault_is_not_sent_again(kind: ErrorKind) -> None:
    """It would spoil the next one as well; an earlier open one stays."""
    told = conversation(
        question("open"), question("poison"), answer("", error="no", kind=kind), question("b")
    )
    assert next_turn(told) == ((), "open\n\nb")


@given(told=CONVERSATIONS)
def test_user_and_assistant_take_turns(told: Conversation) -> None:
    """Law: some models refuse two messages of one speaker in a row, so there never are."""
    history, _ = next_turn(told)
    speakers = [message.role for message in history]
    assert all(one is not other for one, other in pairwise(speakers))
    assert not history or (speakers[0], speakers[-1]) == (Role.USER, Role.ASSISTANT)


@given(told=CONVERSATIONS)
def test_a_title_is_one_short_line(told: Conversation) -> None:
    """Law, over any text."""
    title = title_of(told.system * 5)
    assert len(title) <= 60
    assert title == " ".join(title.split())
