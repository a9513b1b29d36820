"""Language models: which are known, who is asked for them, and what is kept about each call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ..domain.budget.limits import BudgetLimits
from ..domain.models.info import ModelInfo
from ..domain.models.overrides import ModelOverrides
from ..domain.models.provider import Provider, ProviderKind
from ..domain.models.rate import RateLimit
from ..domain.models.registry import ModelRegistry
from ..domain.models.retry import RetryPolicy
from ..domain.models.tier import ModelTier
from ..domain.ports.clock import Clock
from ..domain.ports.cost_ledger import CostLedger
from ..domain.ports.event_bus import EventBus
from ..domain.ports.language_model import LanguageModel
from ..domain.ports.pii_scrubber import PiiScrubber
from ..domain.ports.prompt_scrubber import PromptScrubber
from ..domain.ports.rate_limiter import RateLimiter
from ..domain.ports.response_cache import ResponseCache
from ..domain.ports.token_counter import TokenCounter
from ..infrastructure.config.loader import LoadedSettings

if TYPE_CHECKING:
    from ..application.models.budget import BudgetBook
    from ..application.models.choice import ModelChoice
    from ..application.models.pool import ModelPool
    from ..application.security.audit_trail import AuditTrail
    from ..application.use_cases.detect_models import DetectModels
    from ..application.use_cases.explain_model import ExplainModel
    from ..application.use_cases.list_models import ListModels
    from ..application.use_cases.show_model import ShowModel
    from ..domain.models.selection import ModelSelector
    from ..infrastructure.common.redis_client import RedisClient
    from ..infrastructure.llm.opener import ModelOpener
    from .stack import Books, Layers, ModelStack

Providers = Mapping[str, Provider]


def providers(loaded: LoadedSettings) -> Providers:
    """The built-in table with what the user has set on top; who is sent elsewhere is no longer local unasked."""
    from ..infrastructure.config.disclosure import is_loopback
    from ..infrastructure.llm.providers import BUILT_IN

    table = dict(BUILT_IN)
    for name, own in loaded.values.providers.items():
        key = name.lower()
        base = table.get(key, Provider(key, ProviderKind.COMPATIBLE))
        kind, url = ProviderKind(own.kind) if own.kind else base.kind, own.url or base.url
        here = kind is ProviderKind.EMBEDDED or is_loopback(url or "")
        table[key] = replace(
            base,
            kind=kind,
            url=url,
            key_env=base.key_env if own.key_env is None else own.key_env,
            local=base.local and here if own.local is None else own.local,
            seconds=own.seconds,
            rate=RateLimit(own.requests, own.tokens),
        )
    return table


def overrides(loaded: LoadedSettings, providers: Providers) -> ModelOverrides:
    """What the user says about models in a file of their own."""
    from ..domain.models.overrides import NONE

    path = loaded.values.models_file
    if path is None:
        return NONE
    from ..infrastructure.config.model_entries import read_model_entries
    from ..infrastructure.llm.registry_source import default_registry

    local = frozenset(name for name, provider in providers.items() if provider.local)
    return read_model_entries(path, default_registry().get_all_models(), local)


def registry(clock: Clock, overrides: ModelOverrides) -> ModelRegistry:
    """The catalogue at the prices of today, with what the user says on top."""
    from ..infrastructure.llm.registry_source import build_registry, load_catalogue

    return build_registry(load_catalogue(clock.now().date()), overrides)


def default_registry() -> ModelRegistry:
    """The catalogue alone, at the prices of today."""
    from ..infrastructure.llm.registry_source import default_registry

    return default_registry()


def counter_for() -> Callable[[ModelInfo], TokenCounter]:
    """Which counter counts for which model."""
    from ..infrastructure.tokens.model_counters import counter_for

    return counter_for


def choice(registry: ModelRegistry, providers: Providers) -> ModelChoice:
    """From names to models."""
    from ..application.models.choice import ModelChoice

    return ModelChoice(registry, providers)


def opener(providers: Providers, env: Mapping[str, str], counter: TokenCounter) -> ModelOpener:
    """Opens models at their providers."""
    from ..infrastructure.llm.opener import ModelOpener

    return ModelOpener(providers, env, counter)


def ledger(loaded: LoadedSettings, files: ExitStack) -> CostLedger:
    """What every call has cost."""
    from ..infrastructure.ledger.sqlite_ledger import SqliteCostLedger

    return files.enter_context(closing(SqliteCostLedger(loaded.values.data_dir / "costs.db")))


def budgets(clock: Clock) -> BudgetBook:
    """All open budgets."""
    from ..application.models.budget import BudgetBook

    return BudgetBook(clock)


def redis(loaded: LoadedSettings, files: ExitStack) -> RedisClient | None:
    """The Redis that several machines share; None when none is set."""
    if loaded.values.redis_url is None:
        return None
    from ..infrastructure.common.redis_client import RedisClient

    return files.enter_context(closing(RedisClient(loaded.values.redis_url)))


def limiter(redis: RedisClient | None, clock: Clock) -> RateLimiter:
    """Rate limits of this process, or of all that share the Redis."""
    if redis is None:
        from ..infrastructure.limits.in_process_limiter import InProcessRateLimiter

        return InProcessRateLimiter(clock)
    from ..infrastructure.limits.redis_limiter import RedisRateLimiter

    return RedisRateLimiter(redis, clock)


def response_cache(
    loaded: LoadedSettings, redis: RedisClient | None, clock: Clock, files: ExitStack
) -> ResponseCache | None:
    """Answers that were paid for before; None unless the user asked for it."""
    if not loaded.values.response_cache:
        return None
    if redis is not None:
        from ..infrastructure.responses.redis_cache import RedisResponseCache

        return RedisResponseCache(redis, clock)
    from ..infrastructure.responses.sqlite_cache import SqliteResponseCache

    path = loaded.values.data_dir / "answers.db"
    return files.enter_context(closing(SqliteResponseCache(path, clock)))


def scrubber(providers: Providers, env: Mapping[str, str]) -> PromptScrubber:
    """Finds what should not be sent; the keys of this user are among it."""
    from ..infrastructure.evidence.secret_scrubber import SecretScrubber

    return SecretScrubber(env.get(one.key_env, "") for one in providers.values() if one.key_env)


def books(ledger: CostLedger, budgets: BudgetBook, clock: Clock, bus: EventBus, trail: AuditTrail) -> Books:
    """What is kept about calls."""
    from ..application.models.breaker import CircuitBoard
    from ..application.models.cached import CacheCounts
    from ..application.models.refusal import Refusals
    from ..domain.models.circuit import CircuitPolicy
    from .stack import Books

    circuits = CircuitBoard(CircuitPolicy(), clock)
    return Books(ledger, budgets, Refusals(ledger, clock), circuits, CacheCounts(), bus, trail)


def layers(
    clock: Clock,
    counter_for: Callable[[ModelInfo], TokenCounter],
    scrubber: PromptScrubber,
    limiter: RateLimiter,
    pii: PiiScrubber,
    cache: ResponseCache | None,
) -> Layers:
    """The ports that the layers of a call work with."""
    from .stack import Layers

    return Layers(clock, counter_for, scrubber, limiter, pii, cache)


def stack(
    loaded: LoadedSettings,
    opener: ModelOpener,
    providers: Providers,
    choice: ModelChoice,
    registry: ModelRegistry,
    books: Books,
    layers: Layers,
) -> ModelStack:
    """All layers of a call."""
    from .stack import ModelStack, Rules

    values = loaded.values
    rules = Rules(RetryPolicy(values.retries), values.privacy, values.personal_data, values.fallback)
    return ModelStack(opener.open, providers, choice, registry, rules, books, layers)


def pool(
    loaded: LoadedSettings, choice: ModelChoice, stack: ModelStack, host_model: LanguageModel | None
) -> ModelPool:
    """The model of each tier: as set, or the host's own for all of them."""
    from ..application.models.pool import ModelPool

    if host_model is not None:
        return ModelPool.of_one(stack.counted(host_model))
    values = loaded.values
    named = {tier: values.tiers.get(tier, values.model) for tier in ModelTier}

    def open_model(info: ModelInfo) -> LanguageModel:
        return stack.open(info, alone="/" in named[info.tier])  # who names a model means that one

    return ModelPool(choice.team(values.model, values.tiers), open_model)


def model_named(
    choice: ModelChoice, stack: ModelStack, pool: ModelPool, host_model: LanguageModel | None
) -> Callable[[str], LanguageModel]:
    """Models by the name that a user gives; "" and the name of a tier are those that are set."""

    def named(name: str) -> LanguageModel:
        tiers = {tier.value: tier for tier in ModelTier}
        if host_model is not None or name in tiers or not name:
            return pool.client(tiers.get(name, ModelTier.CAPABLE))
        return stack.open(choice.named(name), alone="/" in name)

    return named


def limits(loaded: LoadedSettings) -> BudgetLimits:
    """What a run may spend unless it is told otherwise."""
    own = loaded.values.budget
    usd = None if own.usd is None else Decimal(str(own.usd))
    return BudgetLimits(own.calls, own.tokens, usd, own.seconds, own.allow_unpriced)


def model_selector(registry: ModelRegistry, overrides: ModelOverrides) -> ModelSelector:
    """Chooses models by task and by constraints."""
    from ..domain.models.selection import ModelSelector

    return ModelSelector(registry, overrides.tasks)


def list_models(registry: ModelRegistry, overrides: ModelOverrides, providers: Providers) -> ListModels:
    """What models there are."""
    from ..application.use_cases.list_models import ListModels

    return ListModels(registry, [model.name for model in overrides.models], providers)


def show_model(registry: ModelRegistry, providers: Providers) -> ShowModel:
    """All about one model."""
    from ..application.use_cases.show_model import ShowModel

    return ShowModel(registry, providers)


def explain_model(
    selector: ModelSelector, opener: ModelOpener, providers: Providers, choice: ModelChoice, pool: ModelPool
) -> ExplainModel:
    """Which model a task gets as things are set, and which one it would get with the keys that are there."""
    from ..application.use_cases.explain_model import ExplainModel

    def named(name: str, tier: ModelTier) -> ModelInfo:
        return choice.named(name, tier) if name else pool.info(tier)

    keyed = (name for name, provider in providers.items() if provider.key_env)
    usable = tuple(name for name in keyed if not opener.lacks(name))
    return ExplainModel(selector, usable, named, providers)


def detect_models() -> DetectModels:
    """Which servers run here."""
    from ..application.use_cases.detect_models import DetectModels
    from ..infrastructure.llm.server_finder import LocalServerFinder

    return DetectModels(LocalServerFinder())
