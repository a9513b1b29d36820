"""`muster agents`: the roster."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ....domain.agents.template import AgentTemplate
from .. import options as o


@click.command(
    "agents",
    cls=o.Command,
    epilog=o.examples(
        "muster agents", "muster agents --json", 'muster run "…" --agents security-auditor,test-analyst'
    ),
)
@o.compose(o.path, o.json_flag, o.output)
def command(path: str, json: bool, output: str | None) -> None:
    """List the agents, what each can do, and the tools it works with; your own included."""
    from ....application.use_cases.list_agents import ListAgentsRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async

    check_target(output)
    with session.open_session(path) as house:
        agents = run_async(house.list_agents().execute(ListAgentsRequest()))
    emit(as_json(agents=agents) if json else _as_text(agents), output)


def _as_text(agents: Sequence[AgentTemplate]) -> str:
    from ..terminal import stdout_width

    width = stdout_width()
    return "\n\n".join(_one(agent, width) for agent in agents)


def _one(agent: AgentTemplate, width: int) -> str:
    from ..plain import indented

    capabilities = ", ".join(sorted(capability.words for capability in agent.capabilities))
    lines = [f"{agent.id}  ({agent.role}, {agent.tier.value} model)", indented(agent.purpose, width)]
    lines.append(indented(f"can: {capabilities}", width))
    if agent.tools:
        lines.append(indented(f"tools: {', '.join(agent.tools)}", width))
    if agent.needs_judgement:
        lines.append(indented("needs a language model: without one it can only say so", width))
    return "\n".join(lines)
