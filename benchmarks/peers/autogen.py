"""AutoGen: assistant agents over its OpenAI client; its agents keep their history, so each turn has a fresh one."""

from __future__ import annotations

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient

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


class AutoGen(Contender):
    """Agents are cheap to make here, and not made to be shared by turns at once."""

    def __init__(self, url: str) -> None:
        self._client = OpenAIChatCompletionClient(
            model=MODEL, api_key=KEY, base_url=f"{url}/v1", max_retries=0, timeout=PATIENCE
        )

    async def _ask(self, instructions: str, question: str, tools: list | None = None) -> str:
        agent = AssistantAgent(
            "assistant",
            self._client,
            tools=tools,
            system_message=instructions,
            reflect_on_tool_use=bool(tools),
        )
        return (await agent.run(task=question)).messages[-1].content

    async def turn(self) -> str:
        return await self._ask(INSTRUCTIONS, QUESTION)

    async def tool_turn(self) -> str:
        return await self._ask(INSTRUCTIONS, QUESTION, [weather])

    async def chain(self) -> str:
        said = QUESTION
        for instructions in CHAIN:
            said = await self._ask(instructions, said)
        return said

    async def close(self) -> None:
        await self._client.close()


if __name__ == "__main__":
    main(AutoGen)
