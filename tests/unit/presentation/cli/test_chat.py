"""`chat` and `ask` in a pipe: what goes to stdout, what to stderr, and how they end."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.models.exchange import Finished, FinishReason, TextDelta, UsageReported
from muster.domain.models.usage import Usage
from muster.domain.ports.language_model import LanguageModel
from muster.infrastructure.llm.offline import OfflineModel
from tests.fakes.chat_house import ChatHouse
from tests.fakes.scripted_model import ScriptedModel, Step, saying
from tests.fakes.token_counter import FakeTokenCounter

from .conftest import Answer, Muster
from .house import House

Say = Callable[..., Answer]
TOOK = "[fake/scripted, 0 ms, 15 tokens, $0.000020; so far $0.000020]"
FAILS: list[Step] = [TextDelta("Half"), ModelFailure("fake/scripted went away", kind=ErrorKind.SERVER)]


def furnished(house: House, **models: LanguageModel | Exception) -> ChatHouse:
    """The house with chat use cases over these models."""
    chat = ChatHouse(models)
    cases = cast("dict[str, Any]", house.others)
    cases["chat_interaction"] = chat.chat_interaction()
    cases["ask_models"] = chat.ask_models()
    cases["list_conversations"] = chat.list_conversations()
    return chat


@pytest.fixture
def say(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Pipe lines into `muster chat` with these arguments."""

    def piped(text: str, *args: str) -> Answer:
        raw = text.encode("utf-8", "surrogateescape")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        return muster("chat", *args)

    return piped


def test_each_line_is_a_message_and_stdout_holds_answers_alone(say: Say, house: House) -> None:
    """Blank lines are none; what it took is told on stderr, or not at all."""
    model = ScriptedModel(saying("Hello."), saying("Still here."))
    furnished(house, a=model)

    answer = say("\ufeffHi\n\n  \nAnd now?\n")

    assert (answer.code, answer.out) == (0, "Hello.\nStill here.\n")
    assert answer.err.splitlines()[0] == TOOK
    assert [message.content for message in model.requests[1].messages] == ["Hi", "Hello.", "And now?"]
    assert say("Hi\n", "--quiet").err == ""


def test_a_message_that_begins_with_a_slash_can_be_sent(say: Say, house: House) -> None:
    """Doubled; a single one is a command."""
    model = ScriptedModel(saying("A path."))
    furnished(house, a=model)
    assert say("//etc/hosts, what is it?").code == 0
    assert model.requests[0].messages[0].content == "/etc/hosts, what is it?"
    assert "starts with a slash, type it twice: //like this" in say("/help\n").err
    refused = say("/histroy\nHi\n")
    assert (refused.code, refused.out, len(model.requests)) == (2, "", 1)
    assert "did you mean /history" in refused.err


def test_commands_work_in_a_pipe(say: Say, house: House, tmp_path: Path) -> None:
    """Each does what it says, on stderr."""
    two = ScriptedModel([TextDelta("Two."), UsageReported(Usage(1, 1)), Finished(FinishReason.STOP, "b/two")])
    one = ScriptedModel(saying("One."))
    furnished(house, a=one, b=two)

    answer = say(
        "/system Be brief.\nHi\n/model b\nAnd?\n/undo\n/cost\n/history\n/model\n/system\n"
        f"/save {tmp_path}/chat.md\n/save {tmp_path}/chat.json\n/help\n/quit\nnever sent\n",
        "--quiet",
    )

    assert (answer.code, answer.out) == (0, "One.\nTwo.\n")
    assert one.requests[0].messages[0].content == "Be brief."
    for expected in (
        "fake/scripted  10    5        $0.000020\n(taken back)   1     1        $0.0000030\n",
        "system: Be brief.\n\nyou: Hi\n\nfake/scripted: One.\nfake/scripted (capable, window 128,000 tokens)\n",
        f" bytes to {tmp_path}/chat.md\n",
        "/undo           take back the last question",
    ):
        assert expected in answer.err
    assert (tmp_path / "chat.md").read_text().startswith("# Hi\n\n")
    saved = json.loads((tmp_path / "chat.json").read_text())
    assert saved["schema_version"] == 1
    assert [entry["message"]["content"] for entry in saved["conversation"]["entries"]] == ["Hi", "One."]
    assert saved["conversation"]["entries"][1]["cost"] == "0.00002"
    assert saved["conversation"]["undone"]["cost"] == "0.000003"


def test_a_conversation_goes_on_later(say: Say, house: House, muster: Muster) -> None:
    """The last one, or one by the beginning of its id; listed with its title."""
    model = ScriptedModel(saying("Hello."))
    chat = furnished(house, a=model)
    say("First\n")
    say("Second\n")

    say("More\n", "--continue")
    assert [message.content for message in model.requests[-1].messages] == ["Second", "Hello.", "More"]
    say("Other\n", "--conversation", "chat-000001", "--system", "Be brief.")
    assert [message.content for message in model.requests[-1].messages][:2] == ["Be brief.", "First"]

    listed = muster("chat", "--list").out.splitlines()
    assert [line.split()[0] for line in listed] == ["conversation", "chat-000001", "chat-000002"]
    assert listed[1].split()[3:] == ["4", "fake/scripted", "First"]
    kept = muster("chat", "--list", "--json").json["conversations"]
    assert [(each["id"], each["entries"]) for each in kept] == [("chat-000001", 4), ("chat-000002", 4)]
    assert chat.store is not None


def test_answers_that_fail_are_told_and_counted(say: Say, house: House) -> None:
    """5 when one is missing, be it the only one; the words that came are on stdout."""
    furnished(house, a=ScriptedModel(FAILS, saying("Hello.")))
    some = say("One\nTwo\n", "--quiet")
    assert (some.code, some.out) == (5, "Half\nHello.\n")
    assert some.err == (
        "muster: fake/scripted went away\nmuster: your question and what was said so far are kept\n"
    )
    furnished(house, a=ScriptedModel(FAILS[1:]))
    none = say("One\n")
    assert (none.code, none.out) == (5, "")
    assert "is sent again with the next one; /undo takes it back" in none.err


def test_without_a_model_it_says_what_to_set(say: Say, house: House) -> None:
    """The offline model judges nothing: no question is read, none is kept."""
    furnished(house, offline=OfflineModel(FakeTokenCounter()))
    answer = say("Hi\n")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err.startswith("muster: 'offline/evidence' is no language model")
    assert "hint: name one with --model (ask: --models) as provider or provider/id" in answer.err
    assert "its key (ANTHROPIC_API_KEY, OPENAI_API_KEY, …)" in answer.err


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--continue", "--conversation", "x"), 2),
        (("--json",), 2),
        (("--continue",), 2),
        (("--conversation", "chat-9"), 2),
        (("--model", "nobody"), 2),
    ],
)
def test_a_wish_that_cannot_be_met_is_usage(say: Say, house: House, args: tuple[str, ...], code: int) -> None:
    """And nothing is sent."""
    model = ScriptedModel(saying("Hello."))
    furnished(house, a=model)
    answer = say("Hi\n", *args)
    assert (answer.code, answer.out, model.requests) == (code, "", [])


def test_a_model_cannot_write_to_the_terminal_what_is_no_text(say: Say, house: House, muster: Muster) -> None:
    """Colours, titles, turns of direction: on stdout they are gone, lines and tabs stay."""
    evil = "a\tb\r\nc\x1b[31m red\x1b]0;title\x07\x9b2J \x08\u202etxt\n"
    model = ScriptedModel(saying(evil))
    furnished(house, a=model)
    clean = "a\tb\nc red2J \\u202etxt\n"
    assert say("Hi\n").out == clean
    assert clean in muster("ask", "Hi").out


def test_bytes_that_are_no_text_do_not_end_a_conversation(say: Say, house: House) -> None:
    """They are sent as the sign for what cannot be read."""
    model = ScriptedModel(saying("Hello."))
    furnished(house, a=model)
    assert say("H\udce4\n").code == 0
    assert model.requests[0].messages[0].content == "H\ufffd"


def test_a_reader_that_has_gone_does_not_cost_the_answer(
    say: Say, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept first; then the pipe is broken."""

    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    chat = furnished(house, a=ScriptedModel(saying("Hello.")))
    monkeypatch.setattr(sys, "stdout", Gone())
    assert say("Hi\nMore\n").code == 141
    kept = chat.kept("chat-000001")
    assert [entry.message.content for entry in kept.entries] == ["Hi", "Hello."]


def test_ask_shows_answers_and_a_table(muster: Muster, house: House) -> None:
    """In the order of asking; progress on stderr."""
    two = ScriptedModel(
        [TextDelta("Two.\n"), UsageReported(Usage(1, 1)), Finished(FinishReason.LENGTH, "b/two")]
    )
    furnished(house, a=ScriptedModel(saying("One.")), b=two)

    answer = muster("ask", "Why?", "--models", "a, b")

    assert answer.code == 0
    assert answer.out == (
        "── fake/scripted ────────────────────\nOne.\n\n"
        "── b/two ────────────────────\nTwo.\n\n"
        "model          time  read  written  cost        result\n"
        "fake/scripted  0 ms  10    5        $0.000020   answered\n"
        "b/two          0 ms  1     1        $0.0000030  answered (length)\n"
    )
    assert sorted(answer.err.splitlines()) == ["a: answered, 0 ms", "b: answered (length), 0 ms"]


def test_ask_as_json(muster: Muster, house: House) -> None:
    """One document; a failure is one of the answers, and the exit code says partial."""
    furnished(house, a=ScriptedModel(saying("One.")), b=ScriptedModel(FAILS))

    answer = muster("ask", "Why?", "--models", "a", "--models", "b", "--json", "--quiet")

    assert (answer.code, answer.err) == (5, "")
    assert answer.json["question"] == "Why?"
    first, second = answer.json["answers"]
    assert first == {
        "asked": "a",
        "reply": {
            "text": "One.", "model": "fake/scripted", "cost": "0.00002", "seconds": 0.0, "error": "",
            "usage": {"input": 10, "output": 5, "cache_read": 0, "cache_write": 0, "reasoning": 0},
            "kind": None, "finish": "stop", "estimated": False, "left_out": 0, "instead_of": "", "because": None,
            "code": "",
        },
    }  # fmt: skip
    assert (second["reply"]["text"], second["reply"]["kind"]) == ("Half", "server")


def test_ask_says_when_nobody_could_answer(muster: Muster, house: House) -> None:
    """5 for a call that failed, 4 for nobody to call, 2 for an unknown name and for nobody named."""
    furnished(house, a=ScriptedModel(FAILS))
    assert muster("ask", "Why?").code == 5
    assert muster("ask", "Why?", "--models", "x").code == 2
    assert muster("ask", "Why?", "--models", " , ").code == 2
    assert muster("ask", " ").code == 2
    furnished(house, offline=OfflineModel(FakeTokenCounter()))
    answer = muster("ask", "Why?", "--json")
    assert answer.code == 4
    assert json.loads(answer.err)["error"]["code"] == "no-model"
