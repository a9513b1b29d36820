"""Talking with a model: what it is sent, what is kept, and what it costs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from muster.application.use_cases.chat_interaction import ChatRequest
from muster.application.use_cases.list_conversations import ListConversationsRequest
from muster.domain.chat.conversation import Conversation, undo
from muster.domain.errors import (
    ConfigurationError,
    ErrorKind,
    ModelFailure,
    StorageError,
    UnknownName,
    UserError,
)
from muster.domain.messaging.message import Role
from muster.domain.models.exchange import (
    AnswerRestarted,
    Finished,
    FinishReason,
    ModelEvent,
    TextDelta,
    UsageReported,
)
from muster.domain.models.usage import Usage
from muster.infrastructure.conversations.memory_store import MemoryConversationStore
from muster.infrastructure.llm.offline import OfflineModel
from tests.fakes.chat_house import ChatHouse
from tests.fakes.patience import until
from tests.fakes.scripted_model import ScriptedModel, Step, model_info, saying
from tests.fakes.token_counter import FakeTokenCounter

ASKED = "fake/scripted"


def sent(model: ScriptedModel) -> list[tuple[str, str]]:
    """Who says what in the last request."""
    return [(message.role.value, message.content) for message in model.requests[-1].messages]


async def talk(house: ChatHouse, *texts: str, told: Conversation | None = None) -> Conversation:
    """Say one thing after the other."""
    chat = house.chat_interaction()
    conversation = told or chat.begin()
    for text in texts:
        conversation = (await chat.execute(ChatRequest(conversation, text))).conversation
    return conversation


async def test_a_model_is_sent_all_that_was_said() -> None:
    """System message first; what a conversation costs is the sum over its answers, in exact dollars."""
    model = ScriptedModel(saying("Hello."), saying("Again."))
    house = ChatHouse({ASKED: model})
    begun = house.chat_interaction().begin(system="Be brief.")

    told = await talk(house, "Hi", "And?", told=begun)

    assert sent(model) == [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello."), ("user", "And?")]
    assert [entry.message.content for entry in told.entries] == ["Hi", "Hello.", "And?", "Again."]
    assert (told.spent.usage, told.spent.cost) == (Usage(20, 10), Decimal("0.00004"))
    assert await house.store.load(told.id) == told


async def test_no_tools_are_offered_and_the_call_says_who_calls() -> None:
    """The ledger knows the conversation by its id."""
    model = ScriptedModel(saying("Hello."))
    told = await talk(ChatHouse({ASKED: model}), "Hi")
    (request,) = model.requests
    assert request.tools == ()
    assert (request.context.run_id, request.context.agent) == (told.id, "chat")


async def test_pieces_are_told_as_they_come() -> None:
    """Also that an answer begins anew: then only what was said after it counts."""
    anew: list[Step] = [TextDelta("Hel"), AnswerRestarted("broke off"), *saying("Hello.")]
    house = ChatHouse({ASKED: ScriptedModel(anew)})
    chat = house.chat_interaction()
    heard: list[ModelEvent] = []

    result = await chat.execute(ChatRequest(chat.begin(), "Hi"), heard.append)

    assert heard[:3] == [TextDelta("Hel"), AnswerRestarted("broke off"), TextDelta("Hello.")]
    assert result.reply.text == "Hello."


class Watched(MemoryConversationStore):
    """Writes down how many entries each saved state has, and fails at the states it is told to."""

    def __init__(self, *failures: int) -> None:
        super().__init__()
        self.saved: list[int] = []
        self._failures = failures

    async def save(self, conversation: Conversation) -> None:
        """Save, or fail."""
        self.saved.append(len(conversation.entries))
        if len(self.saved) in self._failures:
            raise StorageError("the disk is full")
        await super().save(conversation)


async def test_the_question_is_kept_before_the_model_is_called() -> None:
    """The store has it while the model is still thinking: a kill takes nothing away."""
    waiting = asyncio.Event()
    store = Watched()
    house = ChatHouse({ASKED: ScriptedModel([waiting, *saying("Hello.")])}, store)
    asking = asyncio.create_task(talk(house, "Hi"))
    await until(lambda: store.saved)
    (listed,) = await store.list()
    kept = await store.load(listed.id)
    assert kept is not None
    assert [entry.message.content for entry in kept.entries] == ["Hi"]
    waiting.set()
    assert len((await asking).entries) == 2
    assert store.saved == [1, 2]


async def test_nothing_is_sent_when_the_question_cannot_be_kept() -> None:
    """Nor is anything spent."""
    model = ScriptedModel(saying("Hello."))
    with pytest.raises(StorageError, match="full"):
        await talk(ChatHouse({ASKED: model}, Watched(1)), "Hi")
    assert model.requests == []


async def test_an_answer_that_cannot_be_kept_is_given_all_the_same() -> None:
    """It was paid for; that it is not on the disk is said."""
    house = ChatHouse({ASKED: ScriptedModel(saying("Hello."))}, Watched(2))
    chat = house.chat_interaction()
    result = await chat.execute(ChatRequest(chat.begin(), "Hi"))
    assert (result.reply.text, result.unsaved) == ("Hello.", "the disk is full")
    assert len(result.conversation.entries) == 2


async def test_another_model_goes_on_in_the_middle() -> None:
    """It is told all that was said, and each answer keeps who gave it."""
    one = ScriptedModel(saying("One."))
    two = ScriptedModel([TextDelta("Two."), UsageReported(Usage(1, 1)), Finished(FinishReason.STOP, "b/two")])
    house = ChatHouse({"a": one, "b": two})
    told = await talk(house, "Hi")
    told = await house.chat_interaction().switch(told, "b")
    told = await talk(house, "And?", told=told)
    assert sent(two) == [("user", "Hi"), ("assistant", "One."), ("user", "And?")]
    assert [entry.model for entry in told.entries] == ["", "fake/scripted", "", "b/two"]
    assert (await house.chat_interaction().resume()).model == "b"


async def test_a_model_that_does_not_exist_changes_nothing() -> None:
    """Nor does one that judges nothing."""
    house = ChatHouse({"a": ScriptedModel(saying("x")), "offline": OfflineModel(FakeTokenCounter())})
    told = await talk(house, "Hi")
    with pytest.raises(UnknownName, match="nobody"):
        await house.chat_interaction().switch(told, "nobody")
    with pytest.raises(ConfigurationError, match="offline/evidence"):
        await house.chat_interaction().switch(told, "offline")
    assert (await house.chat_interaction().resume()).model == "a"


async def test_without_a_model_that_judges_there_is_no_conversation() -> None:
    """What to set is said."""
    house = ChatHouse({"offline": OfflineModel(FakeTokenCounter())})
    with pytest.raises(ConfigurationError) as refused:
        house.chat_interaction().begin()
    assert "ANTHROPIC_API_KEY" in refused.value.hint
    assert "--model" in refused.value.hint
    assert await house.store.list() == ()


async def test_what_no_longer_fits_is_left_out_from_the_oldest_on() -> None:
    """It is counted and stays in the conversation; a small window leaves room for an answer."""
    model = ScriptedModel(saying("y" * 400), info=model_info(window=1000))
    house = ChatHouse({ASKED: model})
    chat = house.chat_interaction()
    told = await talk(house, *("x" * 400 for _ in range(4)))

    result = await chat.execute(ChatRequest(told, "z" * 400))

    request = model.requests[-1]
    assert request.max_output_tokens == 250
    assert sum(-(-len(message.content) // 4) + 4 for message in request.messages) <= 750
    assert sent(model)[-1] == ("user", "z" * 400)
    assert request.messages[0].role is Role.USER
    assert result.reply.left_out == 9 - len(request.messages) > 0
    assert len(result.conversation.entries) == 10


async def test_a_question_that_cannot_fit_costs_nothing_and_spoils_nothing() -> None:
    """It is kept, refused without a call, and not sent with the next one; free although unpriced."""
    info = replace(model_info(window=400), prices=None)
    model = ScriptedModel(saying("Hello."), info=info)
    house = ChatHouse({ASKED: model})
    told = await talk(house, "x" * 4000)
    assert model.requests == []
    assert (told.entries[1].kind, told.spent.cost) == (ErrorKind.CONTEXT_TOO_LONG, Decimal(0))
    told = await talk(house, "Hi", told=told)
    assert sent(model) == [("user", "Hi")]
    assert told.spent.cost is None, "unpriced is unpriced"


@pytest.mark.parametrize(
    ("finish", "kind"), [(FinishReason.STOP, ErrorKind.BAD_ANSWER), (FinishReason.REFUSED, ErrorKind.REFUSED)]
)
async def test_a_model_that_says_nothing_has_not_answered(finish: FinishReason, kind: ErrorKind) -> None:
    """An empty answer is a failure, a refusal too; the tokens are paid."""
    nothing: list[Step] = [TextDelta(" \n"), UsageReported(Usage(3, 1)), Finished(finish, ASKED)]
    told = await talk(ChatHouse({ASKED: ScriptedModel(nothing)}), "Hi")
    assert (told.entries[1].kind, told.spent.usage) == (kind, Usage(3, 1))


async def test_undo_and_system_are_kept() -> None:
    """A conversation goes on as it was left, at another time too."""
    house = ChatHouse({ASKED: ScriptedModel(saying("Hello."))})
    chat = house.chat_interaction()
    told = await talk(house, "Hi", "And?")
    told = await chat.instruct(await chat.keep(undo(told)), " Be brief. ")
    assert await chat.resume(told.id[:-1]) == told
    assert ([entry.message.content for entry in told.entries], told.system) == (["Hi", "Hello."], "Be brief.")
    assert told.spent.usage == Usage(20, 10), "what was taken back was spent"


async def test_a_conversation_in_which_nothing_was_asked_is_not_kept() -> None:
    """Lists hold no empty lines."""
    house = ChatHouse({ASKED: ScriptedModel(saying("Hello."))})
    chat = house.chat_interaction()
    await chat.instruct(chat.begin(), "Be brief.")
    assert await house.list_conversations().execute(ListConversationsRequest()) == ()


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_a_message_without_words_is_refused(text: str) -> None:
    """And leaves no trace."""
    house = ChatHouse({ASKED: ScriptedModel(saying("Hello."))})
    with pytest.raises(UserError, match="nothing to send"):
        await talk(house, text)
    assert await house.store.list() == ()


async def test_half_characters_never_reach_a_model() -> None:
    """A terminal may send them; a request could not be written."""
    model = ScriptedModel(saying("Hello."))
    await talk(ChatHouse({ASKED: model}), "H\udce4")
    assert sent(model) == [("user", "H?")]


async def test_a_conversation_that_is_not_there_is_said() -> None:
    """With the ids that there are, or how to begin."""
    house = ChatHouse({ASKED: ScriptedModel(saying("Hello."))})
    with pytest.raises(UserError, match="no conversations yet"):
        await house.chat_interaction().resume()
    told = await talk(house, "Hi")
    with pytest.raises(UnknownName) as refused:
        await house.chat_interaction().resume("chat-999999")
    assert told.id in refused.value.hint


async def test_twenty_conversations_at_once_do_not_mix() -> None:
    """A use case keeps nothing between calls."""
    house = ChatHouse({ASKED: ScriptedModel(saying("Hello."))})
    told = await asyncio.gather(*(talk(house, f"I am {n}", f"Still {n}") for n in range(20)))
    for number, conversation in enumerate(told):
        said = [entry.message.content for entry in conversation.entries if entry.asks]
        assert said == [f"I am {number}", f"Still {number}"]
        assert conversation.spent.usage == Usage(20, 10)


async def test_a_question_that_was_taken_back_and_cost_nothing_leaves_no_trace() -> None:
    """It is not listed, neither with its words nor without; one that cost something stays with its cost."""
    away = ModelFailure("fake/scripted is away", kind=ErrorKind.CONNECTION, details={"sent": False})
    failing = ScriptedModel([away])
    house = ChatHouse({ASKED: failing})
    free = await talk(house, "Hi")
    await house.chat_interaction().keep(undo(free))
    assert await house.store.list() == ()
    paid = await talk(ChatHouse({ASKED: ScriptedModel(saying("Hello."))}, house.store), "Hi")
    await house.chat_interaction().keep(undo(paid))
    assert [(each.title, each.entries) for each in await house.store.list()] == [("", 0)]


async def test_the_list_names_the_model_that_answered() -> None:
    """Not the tier or provider that it was asked for by."""
    house = ChatHouse({"capable": ScriptedModel(saying("Hello."))})
    await talk(house, "Hi")
    assert [each.model for each in await house.store.list()] == [ASKED]


async def test_a_tier_without_a_model_is_said_to_have_none() -> None:
    """Whoever has keys is not told to get one first, but where to name the model."""
    house = ChatHouse({"cheap": OfflineModel(FakeTokenCounter())})
    with pytest.raises(ConfigurationError, match="no model is set for the tier 'cheap'") as refused:
        house.chat_interaction().begin()
    assert refused.value.hint.startswith("name one with --model")
    assert "MUSTER_MODEL" in refused.value.hint
