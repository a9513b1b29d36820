"""Conversations as Markdown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from muster.domain.chat.markdown import as_markdown
from muster.domain.errors import ErrorKind
from tests.fakes.conversations import answer, conversation, question


def test_each_message_stands_below_who_said_it() -> None:
    """With tokens and exact cost, and what the model was told to be."""
    told = replace(
        conversation(question("Why?"), answer("Because.", cost=Decimal("0.0000150"))), system="Be brief."
    )
    assert as_markdown(told) == (
        "# a title\n\n"
        "Conversation `chat-01`, started 2026-01-02 03:04 UTC; 15 tokens, $0.000015 in all.\n\n"
        "## System\n\nBe brief.\n\n"
        "## You\n\nWhy?\n\n"
        "## fake/scripted\n\nBecause.\n\n*15 tokens, $0.000015*\n"
    )


def test_an_answer_that_broke_off_says_so_and_swallows_nothing() -> None:
    """A block of code that it left open is closed; unpriced is unpriced."""
    told = conversation(
        question("Code?"),
        answer("```py\nx = 1", error="the answer was cancelled", kind=ErrorKind.CANCELLED, cost=None),
        question("More."),
    )
    assert "```py\nx = 1\n```\n\n*the answer was cancelled; 15 tokens, unpriced*\n\n## You" in as_markdown(
        told
    )


def test_a_fence_inside_a_longer_one_does_not_close_it() -> None:
    """Nor does one of other marks, or one with a word behind it."""
    told = conversation(question("````md\n```py\n~~~\n```` x\n````\nafter"))
    assert as_markdown(told).endswith("````\nafter\n")


def test_a_conversation_without_a_word_has_a_heading() -> None:
    """And costs nothing."""
    assert as_markdown(conversation()).startswith("# Conversation\n\nConversation `chat-01`, started")
    assert "0 tokens, $0 in all" in as_markdown(conversation())
