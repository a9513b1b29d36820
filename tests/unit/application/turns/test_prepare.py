"""Stage 1: what goes to the model, in which order, and whether it fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from muster.application.turns.budget import token_limit, window_of
from muster.application.turns.prepare import build_messages, estimate_budget, prepare_turn, summarize_turn
from muster.domain.messaging.message import Message, Role
from muster.domain.tools.spec import ToolSpec
from muster.domain.turns.types import BudgetVerdict, TurnConfig, TurnInput
from muster.domain.workspace.document import DocumentSnapshot
from tests.fakes.builders import JUDGE
from tests.fakes.character_counter import CharacterCounter

from .conversations import answer, asked, histories, steps, user

COUNTER = CharacterCounter()
WINDOW = 128_000


def document(content: str, path: str = "notes.md") -> DocumentSnapshot:
    return DocumentSnapshot("d1", path, content, datetime(2025, 1, 1, tzinfo=UTC))


def config(limit: int, share: float = 0.25) -> TurnConfig:
    """Exactly `limit` tokens for messages and tools."""
    return TurnConfig(max_context_tokens=limit, response_reserve=0, emergency_share=share)


def test_messages_stand_in_the_order_system_history_user() -> None:
    """spec: "Order system, history, user." A system message of the history moves to the front."""
    history = (user("earlier"), Message(Role.SYSTEM, "mind the gap"), answer("said"))

    messages = build_messages("now", document("text"), history, system_prompt="you are")

    assert [message.role for message in messages] == ["system", "system", "user", "assistant", "user", "user"]
    assert [message.content for message in messages[:4]] == ["you are", "mind the gap", "earlier", "said"]
    assert messages[-1].content == "now"
    assert messages[-2].content == '<document path="notes.md" version="1">\ntext\n</document>'


def test_a_prompt_alone_is_one_message() -> None:
    """No empty system message is sent."""
    assert build_messages("now") == (Message(Role.USER, "now"),)


def test_the_document_goes_in_whole_when_it_fits() -> None:
    """spec: "The document's text goes in when it fits"."""
    prepared = prepare_turn(TurnInput("why?", snapshot=document("# A\nbody\n")), COUNTER, WINDOW)

    assert "# A\nbody\n" in prepared.messages[0].content
    assert prepared.document_context == prepared.messages[0].content


def test_a_document_that_does_not_fit_is_outlined_by_line_numbers() -> None:
    """spec: "otherwise its outline and the tools to read it do"."""
    content = "intro\n# One\n" + "a" * 900 + "\n# Two\nb\n"
    turn = TurnInput("why?", snapshot=document(content), config=config(600))

    prepared = prepare_turn(turn, COUNTER, WINDOW)

    assert prepared.budget.verdict is BudgetVerdict.OK
    assert "aaa" not in prepared.document_context
    assert "1-1: (no heading)\n2-3: # One\n4-5: # Two\n</document>" in prepared.document_context
    assert "read_document" in prepared.document_context
    assert "search_document" in prepared.document_context


def test_an_outline_of_very_many_parts_is_cut_and_says_so() -> None:
    """An outline must not become the next document that does not fit."""
    content = "".join(f"# Part {number}\n" for number in range(1000))
    prepared = prepare_turn(TurnInput("?", snapshot=document(content), config=config(8000)), COUNTER, WINDOW)

    assert prepared.document_context.count("# Part") == 150
    assert "… and 850 more parts" in prepared.document_context


def test_trimming_drops_the_oldest_history_and_keeps_the_newest() -> None:
    """spec: "Trimming keeps the newest"."""
    history = tuple(
        message for n in range(10) for message in (user(f"q{n}" + "." * 90), answer(f"a{n}" + "." * 90))
    )
    turn = TurnInput("now", history=history, config=config(800))

    prepared = prepare_turn(turn, COUNTER, WINDOW)

    assert [message.content[:2] for message in prepared.messages] == [
        "q5", "a5", "q6", "a6", "q7", "a7", "q8", "a8", "q9", "a9", "no",
    ]  # fmt: skip
    assert prepared.budget.verdict is BudgetVerdict.NEEDS_SUMMARY


@given(history=histories(), limit=st.integers(0, 6000))
def test_trimming_keeps_a_newest_part_and_parts_no_call_from_its_results(
    history: tuple[Message, ...], limit: int
) -> None:
    """spec: "never separates an assistant's tool calls from their results", for any history and limit."""
    prepared = prepare_turn(TurnInput("now", history=history, config=config(limit)), COUNTER, WINDOW)
    kept = prepared.messages[:-1]

    assert kept == history[len(history) - len(kept) :]
    assert steps(kept) == asked(kept)
    assert prepared.budget.verdict is not BudgetVerdict.REJECT or not kept


def test_the_verdict_is_ok_up_to_the_limit_and_reject_beyond_the_emergency_share() -> None:
    """spec: "Verdict ok, needs_summary (over by no more than the emergency share), reject"."""
    verdicts = [
        estimate_budget(
            (Message(Role.USER, "x" * (tokens - 4)),), config(1000), COUNTER, WINDOW
        ).verdict.value
        for tokens in (1000, 1001, 1250, 1251)
    ]

    assert verdicts == ["ok", "needs_summary", "needs_summary", "reject"]


def test_the_limit_is_the_smaller_window_less_the_room_for_the_answer() -> None:
    """max_context_tokens comes "from the model, else 128000"; a wish cannot make a model's window larger."""
    own = TurnConfig()
    asked_for = TurnConfig(max_context_tokens=10_000, response_reserve=1000)

    limits = [
        estimate_budget((), cfg, COUNTER, window).limit
        for cfg, window in ((own, 50_000), (own, 0), (asked_for, 50_000), (asked_for, 8000))
    ]

    assert limits == [45_904, 123_904, 9000, 7000]


def test_tools_and_calls_count_and_metadata_does_not() -> None:
    """What is sent is counted; what is never sent is not."""
    bare = estimate_budget((Message(Role.USER, "hello"),), config(99), COUNTER, WINDOW)
    noted = Message(Role.USER, "hello", metadata={"note": "x" * 50})
    spec = ToolSpec("look", "looks", {"type": "object"})

    assert bare.tokens == 9
    assert estimate_budget((noted,), config(99), COUNTER, WINDOW).tokens == 9
    assert estimate_budget((), config(99), COUNTER, WINDOW, [spec]).tokens == 4 + 4 + 5 + 18


def test_an_estimated_count_is_taken_at_its_upper_bound_and_said_to_be_inexact() -> None:
    """A margin must not become an overshoot."""
    budget = estimate_budget((Message(Role.USER, "x" * 100),), config(999), CharacterCounter(0.2), WINDOW)

    assert (budget.tokens, budget.exact) == (124, False)


@given(history=histories(), limit=st.integers(0, 6000))
def test_after_a_summary_the_messages_fit_or_the_turn_is_rejected(
    history: tuple[Message, ...], limit: int
) -> None:
    """spec: "needs_summary compresses and estimates again", for any history and limit."""
    cfg = config(limit, share=0.5)
    prepared = prepare_turn(TurnInput("now", history=history, config=cfg), COUNTER, WINDOW)

    summarized = summarize_turn(prepared, cfg, COUNTER, WINDOW)

    again = estimate_budget(summarized.messages, cfg, COUNTER, WINDOW)
    fits = again.tokens <= limit
    assert summarized.budget.tokens == again.tokens
    assert summarized.budget.verdict is (BudgetVerdict.OK if fits else BudgetVerdict.REJECT)
    assert summarized.messages[-1] == Message(Role.USER, "now")
    assert steps(summarized.messages) == asked(summarized.messages)


def test_a_model_that_reads_less_than_its_window_holds_is_sent_no_more() -> None:
    """Window and maximal input are two limits: messages keep to both, whatever is kept for the answer."""
    info = replace(JUDGE, context_window=100_000, max_input=20_000)
    for reserve in (1_000, 50_000, 90_000):
        kept = TurnConfig(response_reserve=reserve)
        assert token_limit(kept, window_of(info, kept)) == min(20_000, 100_000 - reserve)
    whole = replace(info, max_input=0)
    assert token_limit(TurnConfig(), window_of(whole, TurnConfig())) == 100_000 - 4096
    assert window_of(replace(info, context_window=0), TurnConfig()) == 0
