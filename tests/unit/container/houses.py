"""Containers whose models play scripts, with everything else as it is wired."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from muster.container import Container, close_container, close_models, open_container
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import ConfigurationError, MusterError
from muster.domain.models.attempt import Attempt
from muster.domain.models.exchange import CallContext, Finished, ModelEvent, ModelRequest
from muster.domain.models.info import ModelInfo
from muster.domain.models.registry import ModelRegistry
from muster.domain.models.tier import ModelTier
from muster.domain.ports.language_model import LanguageModel
from muster.infrastructure.llm.offline import OFFLINE
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step
from tests.unit.application.models.calls import ASKED, ListedLedger, known

CHEAP, CAPABLE, PREMIUM = ModelTier
MODELS = (
    OFFLINE,
    known("house/small", CHEAP),
    known("house/large", CAPABLE),
    known("house/best", PREMIUM),
    known("other/large", CAPABLE),
    known("other/best", PREMIUM),
    known("third/large", CAPABLE),
    known("ollama/qwen", CAPABLE),
    known("ollama/qwen-best", PREMIUM),
)
PROVIDERS = {
    "house": {"kind": "openai", "key_env": "HOUSE_KEY"},
    "other": {"kind": "anthropic", "key_env": "OTHER_KEY"},
    "third": {"kind": "compatible", "url": "https://third.example/v1"},
}


class House:
    """A container in which each model plays its script, every call the same; the others have no key."""

    def __init__(self, folder: Path, scripts: Mapping[str, Sequence[Step]], settings: Mapping[str, object]):
        self.clock, self.ledger = FakeClock(), ListedLedger()
        self.played: dict[str, ScriptedModel] = {}
        self._scripts = scripts
        given = {"data_dir": str(folder / "data"), "model": "house", "providers": PROVIDERS, **settings}
        adapters = {
            "clock": self.clock, "ledger": self.ledger, "opener": self, "registry": ModelRegistry(MODELS)
        }  # fmt: skip
        self.container = open_container(str(folder), given, {}, adapters)

    def open(self, info: ModelInfo) -> LanguageModel:
        """In place of the opener: one scripted model a name."""
        if info.name not in self._scripts:
            raise ConfigurationError(f"{info.name} has no key", code="no-key")
        if info.name not in self.played:
            steps = [
                replace(step, model=info.name) if isinstance(step, Finished) else step
                for step in self._scripts[info.name]
            ]
            self.played[info.name] = ScriptedModel(steps, info=info)
        return self.played[info.name]

    async def close(self) -> None:
        """Nothing is open."""

    def model(self, name: str) -> LanguageModel:
        """The model called `name`, in all its layers."""
        return self.container.stack().open(self.container.choice().named(name))

    def calls(self) -> dict[str, int]:
        """How often each model was really called."""
        return {name: len(model.requests) for name, model in self.played.items() if model.requests}

    def asking(self, request: ModelRequest = ASKED, *, calls: int) -> ModelRequest:
        """`request`, paid from a new budget of so many calls."""
        account = f"budget-{len(self.ledger.kept)}-{calls}"
        self.container.budgets().open(account, BudgetLimits(calls=calls))
        return paid_from(account, request)


Building = Callable[..., House]


def paid_from(account: str, request: ModelRequest = ASKED) -> ModelRequest:
    """`request`, for which the budget `account` pays."""
    return replace(request, context=CallContext("run-1", "reviewer", (account,)))


async def asked(
    model: LanguageModel, request: ModelRequest = ASKED
) -> tuple[list[ModelEvent], MusterError | None]:
    """All events of a call, and the error with which it ended, if it did."""
    events: list[ModelEvent] = []
    try:
        async for event in model.stream(request):
            events.append(event)  # noqa: PERF401 - what comes before the error counts
    except MusterError as error:
        return events, error
    return events, None


def story(attempts: Sequence[Attempt]) -> list[str]:
    """Each attempt as model and error."""
    return [f"{one.model} {one.error.value if one.error else 'answered'}" for one in attempts]


@asynccontextmanager
async def opened(
    folder: Path, settings: Mapping[str, object], env: Mapping[str, str], **adapters: object
) -> AsyncIterator[Container]:
    """A container as a program opens it, closed at the end."""
    container = open_container(str(folder), {"data_dir": str(folder / "data"), **settings}, env, adapters)
    try:
        yield container
    finally:
        await close_models(container)
        close_container(container)
