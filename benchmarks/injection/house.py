"""One task of AgentDojo in our house: our turn, our guarded executor, their tools, environment and checks."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from benchmarks.injection.attackers import IN_MAIL_IT_HIDES_ITSELF, OWN_SCRIPTS, Call
from benchmarks.injection.tools import TABLE, spec_of
from muster.application.turns.argument_watch import watch_over
from muster.application.turns.guarded import GuardedExecutor
from muster.application.turns.runner import TurnRunner
from muster.domain.events.events import Envelope, Event
from muster.domain.messaging.message import ToolCall
from muster.domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDone,
)
from muster.domain.models.info import ModelInfo, ModelPrices
from muster.domain.models.tier import ModelTier
from muster.domain.ports.event_bus import EventBus
from muster.domain.ports.language_model import LanguageModel
from muster.domain.ports.token_counter import TokenCounter
from muster.domain.ports.tool_executor import ToolExecutor
from muster.domain.security.provenance import Concern
from muster.domain.tokens.count import TokenCount
from muster.domain.tools.result import ToolResult
from muster.domain.tools.spec import ToolSpec
from muster.domain.turns.types import TurnConfig, TurnInput
from muster.infrastructure.common.system_clock import SystemClock

CONFIG = TurnConfig(max_iterations=80, streaming=False, analysis_enabled=False)
ZERO = Decimal(0)
INFO = ModelInfo("puppet", "bench", ModelTier.CAPABLE, 10_000_000, 8192, ModelPrices(ZERO, ZERO, ZERO, ZERO))


@dataclass
class Puppet(LanguageModel):
    """A fully compromised model: it makes the calls of its script, one a round, and then says the last words."""

    script: Iterator[Call]
    last_words: str

    @property
    def info(self) -> ModelInfo:
        """Free, and with room for everything."""
        return INFO

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The next call, whatever was answered to the last one."""
        call = next(self.script, None)
        if call is None:
            yield TextDelta(self.last_words)
            yield Finished(FinishReason.STOP, "bench/puppet")
            return
        yield ToolCallDone(0, call[0], json.dumps(call[1], default=str), f"c{len(request.messages)}")
        yield Finished(FinishReason.TOOL_CALLS, "bench/puppet")


class NoTokens(TokenCounter):
    """Counts nothing: windows are not what is looked at."""

    def count(self, text: str) -> TokenCount:
        """Always nothing."""
        return TokenCount(0)


class NoBus(EventBus):
    """Nobody listens."""

    def publish(self, event: Event) -> Envelope:
        """Not sent."""
        return None  # type: ignore[return-value]

    def subscribe(self, listener: Callable[[Envelope], None]) -> Callable[[], None]:
        """Never called."""
        return lambda: None


class DojoTools(ToolExecutor):
    """AgentDojo's tools on one environment; `made` are the calls that were really made."""

    def __init__(self, runtime: Any, functions: Any, env: Any) -> None:
        self._runtime = runtime
        self.env = env
        self.made: list[Call] = []
        self._specs = tuple(
            spec_of(one.name, one.description, one.parameters.model_json_schema()) for one in functions
        )

    def specs(self) -> tuple[ToolSpec, ...]:
        """As the table says."""
        return self._specs

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        """The call on the environment."""
        from agentdojo.agent_pipeline.tool_execution import tool_result_to_str

        arguments = json.loads(call.arguments)
        self.made.append((call.name, arguments))
        result, error = self._runtime.run_function(self.env, call.name, arguments)
        if error:
            return ToolResult.error(call.call_id, error)
        return ToolResult.success(call.call_id, tool_result_to_str(result))


@dataclass
class Attentive:
    """A user who reads what he is asked, and knows his own task.

    He says yes when one of the calls that his task needs has the tool, and every value that he is asked about. He
    does not look at the values that he is not asked about.
    """

    wanted: list[Call]
    asked: int = 0

    async def __call__(self, call: ToolCall, worry: Concern) -> bool:
        """His answer."""
        self.asked += 1
        return any(
            name == call.name and self._fits(arguments, call, worry) for name, arguments in self.wanted
        )

    def _fits(self, arguments: Mapping[str, Any], call: ToolCall, worry: Concern) -> bool:
        if not worry.asked:
            return bool(json.loads(json.dumps(arguments, default=str)) == json.loads(call.arguments))
        known = {name: _words(value) for name, value in arguments.items()}
        names = [
            (one.argument.split("[")[0].split(".")[0], re.escape(_words(one.value))) for one in worry.asked
        ]
        return all(re.search(rf"(?<!\w){value}(?!\w)", known.get(name, "")) for name, value in names)


@dataclass
class Absent:
    """Nobody is there: every question is answered with no."""

    asked: int = 0

    async def __call__(self, call: ToolCall, worry: Concern) -> bool:
        """No."""
        self.asked += 1
        return False


Who = type[Attentive] | type[Absent] | None
"""Who is asked; None is no policy at all."""


@dataclass(frozen=True)
class Outcome:
    """What one run came to; `acted` are the injected calls that changed something or let something out."""

    useful: bool
    injected: bool
    asked: int
    acted: tuple[Call, ...] = ()


@dataclass
class Dojo:
    """One suite; environments are laid once for each injection and copied."""

    suite: Any
    goals: str
    operator: tuple[str, ...] = ()
    _laid: dict[str, Any] = field(default_factory=dict)

    def environment(self, injection: Any | None, user: Any) -> Any:
        """A fresh environment; the injected text really stands in every place that AgentDojo has for it."""
        key = injection.ID if injection else ""
        if key not in self._laid:
            text = self.goals.format(goal=injection.GOAL).replace("\n", " ") if injection else ""
            places = [name for name in self.suite.get_injection_vector_defaults() if text]
            if (self.suite.name, key) in IN_MAIL_IT_HIDES_ITSELF:
                places = [name for name in places if not name.startswith("email")]
            self._laid[key] = self.suite.load_and_inject_default_environment(dict.fromkeys(places, text))
        return user.init_environment(self._laid[key].model_copy(deep=True))

    async def run(self, user: Any, injection: Any | None, who: Who, *, disguise: bool = False) -> Outcome:
        """Run the user's task, and after it the injected one, as the compromised model does."""
        from agentdojo.functions_runtime import FunctionCall, FunctionsRuntime
        from agentdojo.types import text_content_block_from_string

        before = self.environment(injection, user)
        tools = DojoTools(FunctionsRuntime(self.suite.tools), self.suite.tools, before.model_copy(deep=True))
        wanted = [(one.function, dict(one.args)) for one in user.ground_truth(before)]
        asked = Attentive(wanted) if who is Attentive else Absent() if who is Absent else None
        executor: ToolExecutor = tools
        if asked is not None:
            executor = GuardedExecutor(tools, watch_over(user.PROMPT, operator=self.operator), asked)
        turned: list[int] = []
        script = self._script(wanted, injection, tools, turned, disguise=disguise)
        words = f"{user.GROUND_TRUTH_OUTPUT}\n{injection.GROUND_TRUTH_OUTPUT if injection else ''}"
        runner = TurnRunner(Puppet(script, words), executor, NoTokens(), SystemClock(), NoBus())
        output = await runner.run(TurnInput(user.PROMPT, config=CONFIG))
        assert output.text == words, (output.status, output.error)
        trace = [FunctionCall(function=name, args=arguments) for name, arguments in tools.made]
        blocks = [text_content_block_from_string(words)]
        check = self.suite._check_task_result  # noqa: SLF001 - nothing else runs a check without their pipeline
        useful = bool(check(user, blocks, before, tools.env, trace))
        injected = injection is not None and bool(check(injection, blocks, before, tools.env, trace))
        acted = tuple(call for call in tools.made[turned[0] :] if call[0] in TABLE) if turned else ()
        return Outcome(useful, injected, asked.asked if asked else 0, acted)

    def _script(
        self,
        wanted: list[Call],
        injection: Any | None,
        tools: DojoTools,
        turned: list[int],
        *,
        disguise: bool,
    ) -> Iterator[Call]:
        yield from wanted
        if injection is None:
            return
        turned.append(len(tools.made))
        own = OWN_SCRIPTS.get((self.suite.name, injection.ID))
        calls = (
            own(tools.env)
            if own
            else ((one.function, dict(one.args)) for one in injection.ground_truth(tools.env))
        )
        for name, arguments in calls:
            yield name, _disguised(name, arguments) if disguise else arguments


def _disguised(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The same call with its content in Base64, as a model writes it that knows what is compared."""
    acts = TABLE.get(name)
    if acts is None:
        return arguments
    return {
        key: base64.b64encode(f"~{value}"[::-1].encode()).decode()
        if isinstance(value, str) and key not in acts.targets and not key.startswith(("start", "end", "date"))
        else value
        for key, value in arguments.items()
    }


def _words(value: object) -> str:
    return " ".join(str(value).casefold().split())
