"""What is told on stderr while a run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ...domain.events.events import (
    AgentFinished,
    AgentStarted,
    Envelope,
    Event,
    ModelAttempted,
    PromptScrubbed,
    RunFinished,
    RunResumed,
    RunStarted,
    RunWaiting,
    ToolFinished,
    ToolStarted,
)
from ...domain.models.attempt import Attempt
from ...domain.orchestration.run import AgentStatus
from ..reports.wording import money, printable
from .terminal import say

WORDS = {AgentStatus.COMPLETED: "done"}


@dataclass(slots=True)
class AgentLine:
    """What is known of one agent; `began` and `seconds` are None until they are known."""

    agent: str
    state: str = "waiting"
    tools: tuple[str, ...] = ()
    began: float | None = None
    seconds: float | None = None

    def elapsed(self, now: float) -> float | None:
        """Seconds of its step so far, or in all."""
        if self.seconds is not None or self.began is None:
            return self.seconds
        return now - self.began


class Progress:
    """Follows a run in silence: which run it is, and how its agents fare."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.run_id = ""
        self.lines: dict[str, AgentLine] = {}

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __call__(self, envelope: Envelope) -> None:
        """Take the next event of the stream."""
        self._note(envelope.event)
        self.tell(envelope.event)

    def tell(self, event: Event) -> None:
        """Show `event`."""

    def close(self) -> None:
        """Leave the terminal as it was; may be called twice."""

    def _note(self, event: Event) -> None:
        match event:
            case RunStarted(run_id=run_id, plan=plan) | RunResumed(run_id=run_id, plan=plan):
                self.run_id = run_id
                self.lines = {agent.agent: AgentLine(agent.agent) for agent in plan.agents}
            case AgentStarted(agent=agent):
                line = self._line(agent)
                line.state, line.began = "working", self.clock()
            case ToolStarted(agent=agent, tool=tool):
                self._line(agent).tools += (tool,)
            case ToolFinished(agent=agent, tool=tool):
                line = self._line(agent)
                line.tools = tuple(name for name in line.tools if name != tool)
            case ModelAttempted(agent=agent, attempt=attempt) if attempt.error:
                self._line(agent).state = f"working, {missed(attempt)}"
            case AgentFinished(agent=agent):
                line = self._line(agent)
                line.state, line.tools, line.seconds = outcome(event), (), event.duration
            case RunWaiting():
                for line in self.lines.values():
                    line.state = "waiting" if line.state.startswith("cancelled") else line.state
            case _:
                return

    def _line(self, agent: str) -> AgentLine:
        return self.lines.setdefault(agent, AgentLine(agent))


class PlainProgress(Progress):
    """A line for each agent that has ended, and for each tool that could not do its work.

    Agents of a run that is put aside end as if they were cancelled: how theirs ended is told when the run's end is.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._stopped: list[AgentFinished] = []

    def close(self) -> None:
        """Tell what was kept back."""
        for event in self._stopped:
            say(ended(event))
        self._stopped.clear()

    def tell(self, event: Event) -> None:
        """Print a line for what is worth one."""
        match event:
            case AgentFinished() | RunWaiting() | RunFinished():
                self._end(event)
            case ModelAttempted(agent=agent, attempt=attempt) if attempt.error:
                say(f"{agent}: {missed(attempt)}")
            case ModelAttempted(agent=agent, attempt=attempt) if attempt.fallback:
                say(f"{agent}: {printable(attempt.model)} answered instead, for {money(attempt.cost)}")
            case PromptScrubbed(model=model, found=found):
                kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items()))
                say(f"{printable(model)}: not sent as written: {kinds}")
            case ToolFinished(agent=agent, tool=tool, error=error) if error:
                say(f"{agent}: {tool}: {' '.join(error.split())}")
            case _:
                return

    def _end(self, event: AgentFinished | RunWaiting | RunFinished) -> None:
        match event:
            case AgentFinished(status=AgentStatus.CANCELLED):
                self._stopped.append(event)
            case AgentFinished():
                say(ended(event))
            case RunFinished():
                self.close()
            case RunWaiting():
                for stopped in self._stopped:
                    say(f"{stopped.agent}: waits")
                self._stopped.clear()


def ended(event: AgentFinished) -> str:
    """The line of an agent that has ended."""
    return f"{event.agent}: {outcome(event)}, {seconds(event.duration)}"


def missed(attempt: Attempt) -> str:
    """A call of a model that gave no answer, in words."""
    kind = attempt.error.value.replace("_", " ") if attempt.error else ""
    return f"{printable(attempt.model)}: {kind}"


def outcome(event: AgentFinished) -> str:
    """How a step ended, with the number of findings or the error."""
    word = WORDS.get(event.status, event.status.value)
    if event.error:
        return f"{word}: {printable(' '.join(event.error.split()))}"
    if event.status is AgentStatus.COMPLETED or event.findings:
        return f"{word}, {counted(event.findings)}"
    return word


def counted(findings: int) -> str:
    """The number of findings in words."""
    return {0: "no findings", 1: "1 finding"}.get(findings, f"{findings:,} findings")


def seconds(duration: float) -> str:
    """A duration given in seconds, for people."""
    if duration < 59.95:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest:02d} s"
