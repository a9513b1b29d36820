"""OpenAI Agents SDK: agents over its Chat Completions model, with tracing off."""

from __future__ import annotations

from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI

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


class OpenAiAgents(Contender):
    """One agent a set of instructions, each run by the Runner."""

    def __init__(self, url: str) -> None:
        set_tracing_disabled(disabled=True)
        client = AsyncOpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0, timeout=PATIENCE)
        model = OpenAIChatCompletionsModel(MODEL, client)
        self._agent = Agent("assistant", instructions=INSTRUCTIONS, model=model)
        tools = [function_tool(weather)]
        self._with_tool = Agent("assistant", instructions=INSTRUCTIONS, model=model, tools=tools)
        self._chain = [Agent(f"agent_{i}", instructions=text, model=model) for i, text in enumerate(CHAIN)]

    async def turn(self) -> str:
        return (await Runner.run(self._agent, QUESTION)).final_output

    async def tool_turn(self) -> str:
        return (await Runner.run(self._with_tool, QUESTION)).final_output

    async def chain(self) -> str:
        said = QUESTION
        for agent in self._chain:
            said = (await Runner.run(agent, said)).final_output
        return said


if __name__ == "__main__":
    main(OpenAiAgents)
