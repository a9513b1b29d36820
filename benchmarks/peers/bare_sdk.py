"""The OpenAI SDK with nothing around it, on its default transport."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from openai import AsyncOpenAI

from benchmarks.peers.common import (
    CHAIN,
    INSTRUCTIONS,
    KEY,
    MODEL,
    PATIENCE,
    QUESTION,
    TOOL_NAME,
    TOOL_SCHEMA,
    TOOL_TEXT,
    Contender,
    main,
    weather,
)

if TYPE_CHECKING:
    import httpx2
    from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

TOOL: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": TOOL_NAME, "description": TOOL_TEXT, "parameters": TOOL_SCHEMA},
}


class BareSdk(Contender):
    """Messages in, messages out; the loop over tools written by hand."""

    def __init__(self, url: str, http_client: httpx2.AsyncClient | None = None) -> None:
        self._client = AsyncOpenAI(
            api_key=KEY, base_url=f"{url}/v1", max_retries=0, timeout=PATIENCE, http_client=http_client
        )

    async def turn(self) -> str:
        return await self._ask(INSTRUCTIONS, QUESTION)

    async def _ask(self, instructions: str, question: str) -> str:
        answer = await self._client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "system", "content": instructions}, {"role": "user", "content": question}],
        )
        return answer.choices[0].message.content or ""

    async def tool_turn(self) -> str:
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": QUESTION},
        ]
        while True:
            answer = await self._client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL])
            said = answer.choices[0].message
            if not said.tool_calls:
                return said.content or ""
            messages.append(cast("ChatCompletionMessageParam", said.model_dump(exclude_none=True)))
            for call in said.tool_calls:
                assert call.type == "function"
                result = weather(**json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})

    async def chain(self) -> str:
        said = QUESTION
        for instructions in CHAIN:
            said = await self._ask(instructions, said)
        return said

    async def close(self) -> None:
        await self._client.close()


if __name__ == "__main__":
    main(BareSdk)
