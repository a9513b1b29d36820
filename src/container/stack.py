"""How a call of a language model is wrapped: the one place where the layers are put on each other."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..application.models.breaker import BreakerModel, CircuitBoard
from ..application.models.budget import BudgetBook
from ..application.models.budgeted import BudgetedModel
from ..application.models.cached import CacheCounts, CachedModel
from ..application.models.choice import ModelChoice
from ..application.models.fallback import FallbackModel
from ..application.models.guarded import GuardedModel, PromptGuard
from ..application.models.hiding import HidingModel
from ..application.models.metered import MeteredModel
from ..application.models.rate_limited import Pace, RateLimitedModel
from ..application.models.refusal import Refusals
from ..application.models.retrying import RetryingModel
from ..application.security.audit_trail import AuditTrail
from ..application.security.audited_model import REDACTED, AuditedModel
from ..application.turns.course import Guard
from ..domain.errors import ConfigurationError
from ..domain.events.events import PromptScrubbed
from ..domain.models.fallback import FallbackPolicy
from ..domain.models.info import ModelInfo
from ..domain.models.provider import Provider, ProviderKind
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
from ..domain.security.audit_event import AuditEventType
from ..domain.security.scrubbed import PersonalDataPolicy, PrivacyPolicy


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user has set about calls; `fallback` names models and providers that may stand in."""

    retry: RetryPolicy
    privacy: PrivacyPolicy
    personal: PersonalDataPolicy = PersonalDataPolicy.ALLOW
    fallback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Books:
    """What is kept about calls: costs, budgets, refusals, circuits, hits of the cache."""

    ledger: CostLedger
    budgets: BudgetBook
    refusals: Refusals
    circuits: CircuitBoard
    hits: CacheCounts
    bus: EventBus
    trail: AuditTrail

    def scrubbed(self, model: str, found: Mapping[str, int]) -> None:
        """Tell that secrets were found in a prompt."""
        self._taken_out(model, found, "a secret in a prompt")

    def hidden(self, model: str, found: Mapping[str, int]) -> None:
        """Tell that personal data was found in a prompt."""
        self._taken_out(model, found, "personal data in a prompt")

    def _taken_out(self, model: str, found: Mapping[str, int], what: str) -> None:
        REDACTED.set(True)
        self.bus.publish(PromptScrubbed("", model, found))
        finds = ", ".join(f"{kind} {amount}" for kind, amount in sorted(found.items()))
        self.trail.note(AuditEventType.SECURITY_VIOLATION, model, what=what, finds=finds)


@dataclass(frozen=True, slots=True)
class Layers:
    """The ports that the layers work with."""

    clock: Clock
    counter_for: Callable[[ModelInfo], TokenCounter]
    scrubber: PromptScrubber
    limiter: RateLimiter
    pii: PiiScrubber
    cache: ResponseCache | None = None


class _OwnProvider:
    """The registry as a call without named stand-ins sees it: nothing goes to a provider that nobody chose."""

    def __init__(self, registry: ModelRegistry) -> None:
        self._registry = registry

    def get_model(self, provider: str, tier: ModelTier) -> ModelInfo | None:
        """The model of `provider` for `tier`."""
        return self._registry.get_model(provider, tier)

    def get_providers(self) -> tuple[str, ...]:
        """No other provider."""
        return ()


class ModelStack:
    """Opens models in all their layers, the outermost first:

    cache → fallback → for each model: retry → breaker → rate limit → budget → audit → meter → hiding → guard →
    the provider.
    """

    def __init__(
        self,
        open_bare: Callable[[ModelInfo], LanguageModel],
        providers: Mapping[str, Provider],
        choice: ModelChoice,
        registry: ModelRegistry,
        rules: Rules,
        books: Books,
        layers: Layers,
    ) -> None:
        self._open_bare = open_bare
        self._providers = providers
        self._choice = choice
        self._registry = registry
        self._rules = rules
        self._books = books
        self._layers = layers

    def open(self, info: ModelInfo, *, alone: bool = False) -> LanguageModel:
        """`info` with everything that stands in for it; raises ConfigurationError when it cannot be had.

        With `alone` that is what the user has named as a fallback, and no other tier of the provider.
        """
        model = self._alone(info)
        chain = tuple(self._choice.named(name, info.tier).in_tier(info.tier) for name in self._rules.fallback)
        policy = FallbackPolicy(chain=chain, stay=self._local())
        options = () if alone and not chain else policy.candidates(info, _OwnProvider(self._registry))
        if options:
            model = FallbackModel(model, options, self._stand_in, policy, self._layers.counter_for(info))
        cache = self._layers.cache
        if cache is None:
            return model
        # Another server, or another policy, gives another answer.
        salt = f"{self._providers[info.provider].url} {self._rules.privacy} {self._rules.personal}"
        return CachedModel(model, cache, self._books.ledger, self._layers.clock, self._books.hits, salt)

    def guard_for(self, info: ModelInfo) -> Guard:
        """What messages for `info` go through before they are shortened."""
        provider = self._providers.get(info.provider)
        if provider is None or provider.local:
            return tuple
        layers, rules = self._layers, self._rules
        return PromptGuard(info.name, layers.scrubber, rules.privacy, self._books.scrubbed).checked

    def counted(self, model: LanguageModel) -> LanguageModel:
        """A model in the two layers that every call goes through: the meter, and around it the budget."""
        counter = self._layers.counter_for(model.info)
        return BudgetedModel(self._metered(model), self._books.budgets, counter, self._books.refusals)

    def _metered(self, model: LanguageModel) -> LanguageModel:
        counter = self._layers.counter_for(model.info)
        metered = MeteredModel(model, self._books.ledger, counter, self._layers.clock)
        return AuditedModel(metered, self._books.trail)

    def _alone(self, info: ModelInfo) -> LanguageModel:
        """One model in its layers, without others that could stand in."""
        model = self._open_bare(info)
        provider = self._providers[info.provider]
        if provider.kind is ProviderKind.EMBEDDED:  # nobody is asked, nothing is spent
            return self._metered(model)
        books, layers, rules = self._books, self._layers, self._rules
        if not provider.local and rules.privacy is not PrivacyPolicy.ALLOW:
            model = GuardedModel(model, layers.scrubber, rules.privacy, found=self._books.scrubbed)
        if not provider.local and rules.personal is not PersonalDataPolicy.ALLOW:
            model = HidingModel(model, layers.pii, rules.personal, found=self._books.hidden)
        model = self.counted(model)
        if provider.rate.requests or provider.rate.tokens:
            pace = Pace(
                layers.limiter, provider.rate, layers.clock, seconds_left=books.budgets.remaining_seconds
            )
            model = RateLimitedModel(model, pace, layers.counter_for(info), books.refusals)
        model = BreakerModel(model, books.circuits, books.refusals)
        left = books.budgets.remaining_seconds
        return RetryingModel(model, rules.retry, layers.clock, random.random, left)

    def _stand_in(self, info: ModelInfo) -> LanguageModel | None:
        try:
            return self._alone(info)
        except ConfigurationError:
            return None

    def _local(self) -> frozenset[str]:
        return frozenset(name for name, provider in self._providers.items() if provider.local)
