"""Pydantic AI: agents over its model of OpenAI's Chat Completions."""

from __future__ import annotations

from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from benchmarks.peers.common import (
    CHAIN,
    INSTRUCTIONS,
    KEY,
    MODEL,
    PATIENCE,
    QUESTION,
    Contender,
    main,
    weather,
)


class PydanticAi(Contender):
    """One agent a set of instructions."""

    def __init__(self, url: str) -> None:
        client = AsyncOpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0, timeout=PATIENCE)
        model = OpenAIChatModel(MODEL, provider=OpenAIProvider(openai_client=client))
        self._agent = Agent(model, instructions=INSTRUCTIONS)
        self._with_tool = Agent(model, instructions=INSTRUCTIONS, tools=[weather])
        self._chain = [Agent(model, instructions=text) for text in CHAIN]

    async def turn(self) -> str:
        return (await self._agent.run(QUESTION)).output

    async def tool_turn(self) -> str:
        return (await self._with_tool.run(QUESTION)).output

    async def chain(self) -> str:
        said = QUESTION
        for agent in self._chain:
            said = (await agent.run(said)).output
        return said


if __name__ == "__main__":
    main(PydanticAi)
