"""CrewAI: agents of its own kind, each kicked off with a question; a sequential crew for the chain."""

from __future__ import annotations

import os

os.environ |= {
    "CREWAI_DISABLE_TELEMETRY": "true",
    "OTEL_SDK_DISABLED": "true",
    "CREWAI_TRACING_ENABLED": "false",
}

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool

from benchmarks.peers.common import CHAIN, KEY, MODEL, PATIENCE, QUESTION, Contender, main, weather


class CrewAi(Contender):
    """Role, goal and backstory stand for the instructions."""

    def __init__(self, url: str) -> None:
        self._llm = LLM(
            model=f"openai/{MODEL}", api_key=KEY, base_url=f"{url}/v1", max_retries=0, timeout=PATIENCE
        )
        self._tools = [tool("weather")(weather)]

    def _agent(self, goal: str, tools: list | None = None) -> Agent:
        return Agent(
            role="assistant", goal=goal, backstory="You are helpful.", llm=self._llm, tools=tools or []
        )

    async def turn(self) -> str:
        return (await self._agent("Answer in one short sentence.").kickoff_async(QUESTION)).raw

    async def tool_turn(self) -> str:
        agent = self._agent("Answer in one short sentence.", self._tools)
        return (await agent.kickoff_async(QUESTION)).raw

    async def chain(self) -> str:
        agents = [self._agent(goal) for goal in CHAIN]
        tasks = [Task(description=QUESTION, expected_output="a sentence", agent=agent) for agent in agents]
        return (await Crew(agents=agents, tasks=tasks).kickoff_async()).raw


if __name__ == "__main__":
    main(CrewAi)
