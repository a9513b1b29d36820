"""The scripted provider speaks its formats so that the official SDKs, at their strictest, understand it."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import anthropic
import httpx2
import openai
import pytest

from muster.domain.models.usage import Usage
from tests.fakes.provider_script import (
    Answer,
    Step,
    after,
    call_tools,
    choose,
    drip,
    empty,
    fails_midway,
    hang,
    has_tool_result,
    malformed,
    reset,
    say,
    stalls,
    status,
    think,
    truncated,
)
from tests.fakes.provider_server import ProviderServer

KEY = "sk-test-not-a-key"
COUNTED = Usage(input=11, output=7, cache_read=5, cache_write=3, reasoning=2)
ANSWERS: dict[str, Answer] = {
    "text": say("Hello,  big\nworld", usage=COUNTED),
    "tools": call_tools(("look", '{"at":"a tree"}'), ("wait", "{}"), text="Let me see.", usage=COUNTED),
    "thinking": think("Hm, let me see.", then=say("Yes.", usage=COUNTED)),
    "empty": empty(),
}


class Told:
    """What an SDK made of an answer, in the terms of the script."""

    def __init__(self) -> None:
        self.text = ""
        self.thinking = ""
        self.calls: list[tuple[str, str]] = []
        self.usage = Usage()


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A provider on a free port."""
    async with ProviderServer() as one:
        yield one


@pytest.fixture
async def gpt(server: ProviderServer) -> AsyncIterator[openai.AsyncOpenAI]:
    """OpenAI's SDK, which validates every field that it receives."""
    async with openai.AsyncOpenAI(
        api_key=KEY, base_url=f"{server.url}/v1", max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture
async def claude(server: ProviderServer) -> AsyncIterator[anthropic.AsyncAnthropic]:
    """Anthropic's SDK, which validates every field that it receives."""
    async with anthropic.AsyncAnthropic(
        api_key=KEY, base_url=server.url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def told_by_responses(response: openai.types.responses.Response) -> Told:
    """Read a response of OpenAI."""
    told = Told()
    for item in response.output:
        if item.type == "message":
            told.text += "".join(part.text for part in item.content if part.type == "output_text")
        elif item.type == "function_call":
            told.calls.append((item.name, item.arguments))
        elif item.type == "reasoning":
            told.thinking += "".join(part.text for part in item.summary)
    counted = response.usage
    assert counted is not None
    read, written = (
        counted.input_tokens_details.cached_tokens,
        counted.input_tokens_details.cache_write_tokens,
    )
    told.usage = Usage(
        counted.input_tokens - read - written,
        counted.output_tokens,
        read,
        written,
        counted.output_tokens_details.reasoning_tokens,
    )
    return told


def told_by_message(message: anthropic.types.Message) -> Told:
    """Read a message of Anthropic."""
    told = Told()
    for block in message.content:
        if block.type == "text":
            told.text += block.text
        elif block.type == "thinking":
            assert block.signature
            told.thinking += block.thinking
        elif block.type == "tool_use":
            told.calls.append((block.name, json.dumps(block.input, separators=(",", ":"))))
    counted = message.usage
    assert counted.output_tokens_details is not None
    told.usage = Usage(
        counted.input_tokens,
        counted.output_tokens,
        counted.cache_read_input_tokens or 0,
        counted.cache_creation_input_tokens or 0,
        counted.output_tokens_details.thinking_tokens,
    )
    return told


def told_by_completion(completion: openai.types.chat.ChatCompletion) -> Told:
    """Read a chat completion."""
    told = Told()
    message = completion.choices[0].message
    told.text = message.content or ""
    told.thinking = str((message.model_extra or {}).get("reasoning_content", ""))
    for call in message.tool_calls or []:
        assert call.type == "function"
        told.calls.append((call.function.name, call.function.arguments))
    counted = completion.usage
    assert counted is not None
    assert counted.prompt_tokens_details is not None
    assert counted.completion_tokens_details is not None
    read = counted.prompt_tokens_details.cached_tokens or 0
    written = counted.prompt_tokens_details.cache_write_tokens or 0
    told.usage = Usage(
        counted.prompt_tokens - read - written,
        counted.completion_tokens,
        read,
        written,
        counted.completion_tokens_details.reasoning_tokens or 0,
    )
    return told


async def ask_responses(gpt: openai.AsyncOpenAI, stream: bool) -> Told:
    """One call of Responses."""
    if not stream:
        return told_by_responses(await gpt.responses.create(model="m", input="hi"))
    async with gpt.responses.stream(model="m", input="hi") as events:
        pieces = [event.delta async for event in events if event.type == "response.output_text.delta"]
        told = told_by_responses(await events.get_final_response())
    assert "".join(pieces) == told.text
    return told


async def ask_chat(gpt: openai.AsyncOpenAI, stream: bool) -> Told:
    """One call of Chat Completions."""
    said: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "hi"}]
    if not stream:
        return told_by_completion(await gpt.chat.completions.create(model="m", messages=said))
    usage: openai.types.chat.ChatCompletionStreamOptionsParam = {"include_usage": True}
    async with gpt.chat.completions.stream(model="m", messages=said, stream_options=usage) as events:
        return told_by_completion(await events.get_final_completion())


async def ask_messages(claude: anthropic.AsyncAnthropic, stream: bool) -> Told:
    """One call of Messages."""
    said: list[anthropic.types.MessageParam] = [{"role": "user", "content": "hi"}]
    if not stream:
        return told_by_message(await claude.messages.create(model="m", max_tokens=9, messages=said))
    async with claude.messages.stream(model="m", max_tokens=9, messages=said) as events:
        return told_by_message(await events.get_final_message())


Ask = Callable[[bool], Awaitable[Told]]


@pytest.fixture(params=["responses", "chat", "messages"])
def ask(request: pytest.FixtureRequest, gpt: openai.AsyncOpenAI, claude: anthropic.AsyncAnthropic) -> Ask:
    """One call with an SDK, in each of its formats."""
    asks: dict[str, Ask] = {
        "responses": lambda stream: ask_responses(gpt, stream),
        "chat": lambda stream: ask_chat(gpt, stream),
        "messages": lambda stream: ask_messages(claude, stream),
    }
    return asks[request.param]


STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@STREAMED
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_the_sdk_reads_exactly_what_the_script_says(
    server: ProviderServer, ask: Ask, answer: Answer, stream: bool
) -> None:
    """Text, thinking, calls with their arguments, and all five counts survive every format."""
    server.play(answer)
    told = await ask(stream)
    assert told.text == answer.text
    assert told.thinking == answer.thinking
    assert tuple(told.calls) == answer.calls
    assert told.usage == answer.usage


FAULTS: dict[str, tuple[Step, tuple[type[Exception], ...]]] = {
    "400": (status(400), (openai.BadRequestError, anthropic.BadRequestError)),
    "401": (status(401), (openai.AuthenticationError, anthropic.AuthenticationError)),
    "429": (status(429), (openai.RateLimitError, anthropic.RateLimitError)),
    "500": (status(500), (openai.InternalServerError, anthropic.InternalServerError)),
    "529": (status(529), (openai.InternalServerError, anthropic.InternalServerError)),
    "reset": (reset(), (openai.APIConnectionError, anthropic.APIConnectionError)),
    "truncated": (
        truncated("one two"),
        (openai.APIConnectionError, anthropic.APIConnectionError, httpx2.RemoteProtocolError),
    ),
    "malformed": (malformed(), (ValueError,)),
    "midway": (fails_midway("one"), (openai.APIError, anthropic.APIError, RuntimeError)),
}


@STREAMED
@pytest.mark.parametrize(("step", "errors"), FAULTS.values(), ids=FAULTS)
async def test_every_fault_reaches_the_sdk_as_what_it_is(
    server: ProviderServer, ask: Ask, step: Step, errors: tuple[type[Exception], ...], stream: bool
) -> None:
    """A status is a status, a cut is a cut; and the next call is served again."""
    server.play(step, say("well again"))
    with pytest.raises(errors):
        await ask(stream)
    assert (await ask(stream)).text == "well again"


async def test_a_refusal_carries_its_code_and_headers(
    server: ProviderServer, gpt: openai.AsyncOpenAI
) -> None:
    """Both what the header says and what the body's code field says can be told apart by an adapter."""
    server.play(status(429, retry_after=3, code_field="insufficient_quota", message="no money"))
    with pytest.raises(openai.RateLimitError) as caught:
        await ask_responses(gpt, stream=False)
    assert caught.value.response.headers["retry-after"] == "3"
    assert caught.value.code == "insufficient_quota"


async def test_an_answer_cut_off_tidily_has_no_last_event(
    server: ProviderServer, claude: anthropic.AsyncAnthropic
) -> None:
    """The body ends well-formed, yet nothing says that the message has ended: adapters must notice."""
    server.play(truncated("one two", tidy=True))
    events = [
        event.type
        async for event in await claude.messages.create(model="m", max_tokens=9, messages=[], stream=True)
    ]
    assert events[-1] == "content_block_delta"


async def test_what_arrived_is_kept_as_it_was_sent(server: ProviderServer, gpt: openai.AsyncOpenAI) -> None:
    """Method, path, headers, body and its bytes; in order."""
    await ask_responses(gpt, stream=False)
    await ask_chat(gpt, stream=True)
    first, second = server.received
    assert (first.method, first.path, second.path) == ("POST", "/v1/responses", "/v1/chat/completions")
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert first.body == {"model": "m", "input": "hi"}
    assert json.loads(first.raw) == first.body
    assert second.body["stream"] is True
    assert first.at < second.at


async def test_steps_are_played_in_order_and_the_last_repeats(
    server: ProviderServer, gpt: openai.AsyncOpenAI
) -> None:
    """Without any step the answer is ok."""
    assert (await ask_chat(gpt, stream=False)).text == "ok"
    server.play(say("one"), say("two"))
    assert [(await ask_chat(gpt, stream=False)).text for _ in range(3)] == ["one", "two", "two"]
    server.play(say("three"))
    assert (await ask_chat(gpt, stream=False)).text == "three"


async def test_a_model_or_a_path_can_have_a_script_of_its_own(
    server: ProviderServer, gpt: openai.AsyncOpenAI, claude: anthropic.AsyncAnthropic
) -> None:
    """For fallbacks: one model fails while another answers; a lookup can fail as well."""
    server.play(status(500), on="m")
    server.play(status(404), on="/v1/messages/count_tokens")
    with pytest.raises(openai.InternalServerError):
        await ask_chat(gpt, stream=False)
    with pytest.raises(anthropic.NotFoundError):
        await claude.messages.count_tokens(model="m", messages=[{"role": "user", "content": "hi"}])
    other = await gpt.chat.completions.create(model="n", messages=[{"role": "user", "content": "hi"}])
    assert (other.model, other.choices[0].message.content) == ("n", "ok")


async def test_a_step_can_depend_on_the_request(server: ProviderServer, gpt: openai.AsyncOpenAI) -> None:
    """For calls at once, whose order nobody knows: a tool result is answered, anything else asks for it."""
    server.play(choose(lambda body: say("done") if has_tool_result(body) else call_tools(("look", "{}"))))
    assert (await ask_responses(gpt, stream=False)).calls == [("look", "{}")]
    done = await gpt.responses.create(
        model="m", input=[{"type": "function_call_output", "call_id": "call_1_0", "output": "seen"}]
    )
    assert done.output_text == "done"


async def test_time_passes_as_the_script_says(server: ProviderServer, gpt: openai.AsyncOpenAI) -> None:
    """A late answer, and one that comes in slow pieces: four words and the events around them."""
    loop = asyncio.get_running_loop()
    server.play(after(0.1, say("late")), drip("one two three four", 0.02))
    started = loop.time()
    await ask_chat(gpt, stream=False)
    late = loop.time()
    assert (await ask_chat(gpt, stream=True)).text == "one two three four"
    assert late - started >= 0.1
    assert loop.time() - late >= 0.08


@pytest.mark.parametrize("step", [hang(), stalls("one"), after(60, say("late")), drip("a b c d", 60)])
async def test_a_client_that_leaves_early_is_noticed(
    server: ProviderServer, gpt: openai.AsyncOpenAI, step: Step
) -> None:
    """So a test can see that a cancelled call really closed its connection."""
    server.play(step)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.15):
            await ask_chat(gpt, stream=True)
    for _ in range(100):
        if server.abandoned:
            break
        await asyncio.sleep(0.01)
    assert (server.abandoned, server.at_once) == (1, 0)


async def test_many_calls_at_once_are_counted(server: ProviderServer, gpt: openai.AsyncOpenAI) -> None:
    """The most calls that were open together."""
    server.play(after(0.05, say("ok")))
    await asyncio.gather(*(ask_chat(gpt, stream=False) for _ in range(7)))
    assert server.most_at_once == 7


async def test_a_crowd_is_answered_only_when_all_of_it_is_there() -> None:
    """For measuring memory: the first three are served at once, then nobody until so many calls are open."""
    async with (
        ProviderServer(gather=5) as server,
        openai.AsyncOpenAI(api_key=KEY, base_url=f"{server.url}/v1", max_retries=0) as gpt,
    ):
        for _ in range(3):
            await ask_chat(gpt, stream=False)
        waiting = [asyncio.create_task(ask_chat(gpt, stream=False)) for _ in range(4)]
        _, pending = await asyncio.wait(waiting, timeout=0.2)
        assert len(pending) == 4
        assert (await ask_chat(gpt, stream=False)).text == "ok"
        assert [told.text for told in await asyncio.gather(*waiting)] == ["ok"] * 4
        async with httpx2.AsyncClient(base_url=server.url) as client:
            assert (await client.get("/stats")).json() == {"most_at_once": 5}


async def test_ollama_streams_lines_unless_told_otherwise(server: ProviderServer) -> None:
    """Its own format: thinking, text, calls with arguments as an object, counts in the last line."""
    server.play(think("Hm.", then=call_tools(("look", '{"at":"it"}'), text="So be it.", usage=COUNTED)))
    async with httpx2.AsyncClient(base_url=server.url) as client:
        lines = (await client.post("/api/chat", json={"model": "m", "messages": []})).text.splitlines()
        whole = (await client.post("/api/chat", json={"model": "m", "messages": [], "stream": False})).json()
    pieces = [json.loads(line) for line in lines]
    assert [piece["done"] for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert "".join(piece["message"]["content"] for piece in pieces) == "So be it."
    assert whole["message"]["tool_calls"][0]["function"] == {
        "index": 0,
        "name": "look",
        "arguments": {"at": "it"},
    }
    assert (pieces[-1]["prompt_eval_count"], pieces[-1]["eval_count"]) == (19, 7)
    assert (whole["prompt_eval_count"], whole["done_reason"], whole["done"]) == (19, "stop", True)


async def test_lookups_tell_what_the_test_set(
    server: ProviderServer, gpt: openai.AsyncOpenAI, claude: anthropic.AsyncAnthropic
) -> None:
    """Models in both vendors' shapes, counted tokens, Ollama's and llama.cpp's own facts."""
    server.lookups.models = ["a", "b"]
    server.lookups.counted = 17
    server.lookups.extra = {"max_model_len": 4096}
    assert [one.id async for one in gpt.models.list()] == ["a", "b"]
    assert [one.id async for one in claude.models.list()] == ["a", "b"]
    counted = await claude.messages.count_tokens(model="a", messages=[{"role": "user", "content": "hi"}])
    assert counted.input_tokens == 17
    async with httpx2.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/v1/models")).json()["data"][0]["max_model_len"] == 4096
        assert [one["name"] for one in (await client.get("/api/tags")).json()["models"]] == ["a", "b"]
        shown = (await client.post("/api/show", json={"model": "a"})).json()
        assert shown["model_info"]["llama.context_length"] == 8192
        assert (await client.get("/props")).json()["default_generation_settings"]["n_ctx"] == 8192
        assert (await client.get("/other")).status_code == 404
    assert server.calls == []


async def test_a_server_serves_only_its_own_paths() -> None:
    """A server compatible with OpenAI has no Ollama, and the other way round."""
    async with ProviderServer(serves=("/v1/",)) as server, httpx2.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/v1/models")).status_code == 200
        assert (await client.get("/api/tags")).status_code == 404


async def test_it_runs_alone_and_asks_for_a_tool_once() -> None:
    """In its own process for measurements: its first line is its URL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.provider_server", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
        body: dict[str, object] = {"model": "m", "messages": [], "tools": [tool]}
        async with httpx2.AsyncClient(base_url=url) as client:
            first = (await client.post("/v1/chat/completions", json=body)).json()
            body["messages"] = [{"role": "tool", "tool_call_id": "call_1_0", "content": "seen"}]
            second = (await client.post("/v1/chat/completions", json=body)).json()
        assert first["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "look"
        assert second["choices"][0]["finish_reason"] == "stop"
    finally:
        process.kill()
        await process.wait()


async def test_its_port_is_free_again_afterwards() -> None:
    """A stopped server leaves no connection and no listener."""
    async with ProviderServer() as server:
        port = int(server.url.rsplit(":", 1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b""
    writer.close()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
