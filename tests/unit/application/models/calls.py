"""Short ways to the models and requests that these tests are about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from muster.domain.errors import ErrorKind, ModelFailure, MusterError
from muster.domain.ledger.entry import CostTotal, Grouping, LedgerEntry, LedgerQuery
from muster.domain.messaging.message import Message, Role
from muster.domain.models.attempt import Attempt
from muster.domain.models.exchange import AttemptEnded, CallContext, ModelEvent, ModelRequest, TextDelta
from muster.domain.models.info import ModelCapability, ModelInfo, ModelPrices
from muster.domain.models.tier import ModelTier
from muster.domain.ports.cost_ledger import CostLedger
from muster.domain.ports.language_model import LanguageModel

E = TypeVar("E", bound=MusterError)

ASKED = ModelRequest((Message(Role.USER, "hello"),), context=CallContext("run-1", "reviewer"))
PRICES = ModelPrices(Decimal(1), Decimal(2), Decimal(0), Decimal(0), batch=Decimal("0.5"))


class ListedLedger(CostLedger):
    """Keeps entries in a list, and adds nothing up."""

    def __init__(self) -> None:
        self.kept: list[LedgerEntry] = []

    @property
    def attempts(self) -> list[Attempt]:
        """What was recorded, in order."""
        return [entry.attempt for entry in self.kept]

    def record(self, entry: LedgerEntry) -> None:
        self.kept.append(entry)

    async def totals(self, by: Grouping, query: LedgerQuery) -> tuple[CostTotal, ...]:
        raise NotImplementedError

    async def entries(self, query: LedgerQuery) -> tuple[LedgerEntry, ...]:
        return tuple(self.kept)


def known(
    name: str = "fake/scripted",
    tier: ModelTier = ModelTier.CAPABLE,
    *,
    window: int = 128_000,
    prices: ModelPrices | None = PRICES,
    schema: bool = True,
) -> ModelInfo:
    """What is known about the model `provider/id`."""
    provider, _, model = name.partition("/")
    can = {ModelCapability.TOOLS} | ({ModelCapability.STRUCTURED_OUTPUT} if schema else set())
    return ModelInfo(model, provider, tier, window, 8192, prices, capabilities=frozenset(can))


def failure(kind: ErrorKind, *, retry_after: float | None = None, **details: object) -> ModelFailure:
    """An error as an adapter raises it."""
    return ModelFailure(
        f"fake/scripted: {kind.value}",
        kind=kind,
        retry_after=retry_after,
        details=details,
        hint="do something",
    )


async def told(model: LanguageModel, request: ModelRequest = ASKED) -> list[ModelEvent]:
    """All events of one call that goes well."""
    return [event async for event in model.stream(request)]


async def failed(
    model: LanguageModel, expected: type[E], request: ModelRequest = ASKED
) -> tuple[list[ModelEvent], E]:
    """All events of one call that fails, and its error."""
    events: list[ModelEvent] = []
    try:
        async for event in model.stream(request):
            events.append(event)  # noqa: PERF401 - what comes before the error counts
    except expected as error:
        return events, error
    raise AssertionError(f"it did not fail: {events}")


def text_of(events: Sequence[ModelEvent]) -> str:
    """The text deltas, one after the other."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def attempts_of(events: Sequence[ModelEvent]) -> list[Attempt]:
    """The attempts that were told."""
    return [event.attempt for event in events if isinstance(event, AttemptEnded)]


def chance(value: float) -> Callable[[], float]:
    """A source of randomness that always gives `value`."""
    return lambda: value


async def settled() -> None:
    """Let every task go on until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)
