"""LangGraph: graphs of nodes over langchain-openai's chat model."""

from __future__ import annotations

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

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


class LangGraph(Contender):
    """A node a model call; the loop over tools is an edge back."""

    def __init__(self, url: str) -> None:
        self._model = ChatOpenAI(
            model=MODEL, base_url=f"{url}/v1", api_key=KEY, max_retries=0, timeout=PATIENCE
        )
        tools = [tool(weather)]
        self._turn = self._line(INSTRUCTIONS)
        self._chain = self._line(*CHAIN)
        graph = StateGraph(MessagesState)
        graph.add_node("model", _node(self._model.bind_tools(tools), INSTRUCTIONS, all_of_it=True))
        graph.add_node("tools", ToolNode(tools))
        graph.add_edge(START, "model")
        graph.add_conditional_edges("model", tools_condition)
        graph.add_edge("tools", "model")
        self._tool_turn = graph.compile()

    def _line(self, *instructions: str):
        graph = StateGraph(MessagesState)
        names = [f"agent_{number}" for number in range(len(instructions))]
        for name, text in zip(names, instructions, strict=True):
            graph.add_node(name, _node(self._model, text))
        for before, after in zip([START, *names], [*names, END], strict=True):
            graph.add_edge(before, after)
        return graph.compile()

    async def turn(self) -> str:
        return await _run(self._turn)

    async def tool_turn(self) -> str:
        return await _run(self._tool_turn)

    async def chain(self) -> str:
        return await _run(self._chain)


def _node(model, instructions: str, all_of_it: bool = False):
    async def call(state: MessagesState):
        given = state["messages"] if all_of_it else [HumanMessage(state["messages"][-1].content)]
        return {"messages": [await model.ainvoke([SystemMessage(instructions), *given])]}

    return call


async def _run(graph) -> str:
    state = await graph.ainvoke({"messages": [HumanMessage(QUESTION)]})
    return state["messages"][-1].content


if __name__ == "__main__":
    main(LangGraph)
