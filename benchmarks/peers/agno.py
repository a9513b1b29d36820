"""agno: agents over its OpenAI chat model, with telemetry off."""

from __future__ import annotations

from agno.agent import Agent
from agno.models.openai import OpenAIChat

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


class Agno(Contender):
    """One agent a set of instructions, kept for all its turns."""

    def __init__(self, url: str) -> None:
        model = OpenAIChat(id=MODEL, api_key=KEY, base_url=f"{url}/v1", max_retries=0, timeout=PATIENCE)
        self._agent = Agent(model=model, instructions=INSTRUCTIONS, telemetry=False)
        self._with_tool = Agent(model=model, instructions=INSTRUCTIONS, tools=[weather], telemetry=False)
        self._chain = [Agent(model=model, instructions=text, telemetry=False) for text in CHAIN]

    async def turn(self) -> str:
        return (await self._agent.arun(QUESTION)).content

    async def tool_turn(self) -> str:
        return (await self._with_tool.arun(QUESTION)).content

    async def chain(self) -> str:
        said = QUESTION
        for agent in self._chain:
            said = (await agent.arun(said)).content
        return said


if __name__ == "__main__":
    main(Agno)
