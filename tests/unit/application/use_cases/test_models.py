"""Listing, showing, explaining and detecting models."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from muster.application.use_cases.detect_models import DetectModels, DetectModelsRequest
from muster.application.use_cases.explain_model import (
    KIND_OF,
    ExplainModel,
    ExplainModelRequest,
    ModelExplanation,
)
from muster.application.use_cases.list_models import ListModels, ListModelsRequest, ModelList
from muster.application.use_cases.show_model import ShowModel, ShowModelRequest
from muster.domain.agents.capability import Capability
from muster.domain.errors import InvalidTask, UnknownName, UserError
from muster.domain.models.found_server import FoundServer
from muster.domain.models.info import ModelCapability, ModelInfo, ModelPrices
from muster.domain.models.provider import Provider, ProviderKind
from muster.domain.models.registry import ModelRegistry
from muster.domain.models.selection import Constraints, ModelSelector
from muster.domain.models.tasks import TaskType
from muster.domain.models.tier import ModelTier
from muster.domain.ports.server_finder import ServerFinder
from muster.infrastructure.llm.providers import BUILT_IN
from tests.fakes.builders import ARRANGER, JUDGE

CHEAP, CAPABLE, PREMIUM = ModelTier
HALF = ModelPrices(Decimal(1), Decimal(4), Decimal(0), Decimal(0), batch=Decimal("0.5"))
SMALL = replace(JUDGE, id="small", provider="acme", tier=CHEAP, source="the data of May")
LARGE = replace(JUDGE, id="large", provider="acme", tier=PREMIUM, source="the data of May")
SPARE = replace(LARGE, id="spare", capabilities=frozenset({ModelCapability.VISION}))
OLD = replace(LARGE, id="old", deprecated=True)
MINE = replace(JUDGE, id="mine", provider="own", source="models.yaml", prices=HALF)
ALSO_MINE = replace(MINE, id="also")
REGISTRY = ModelRegistry([SMALL, LARGE, SPARE, OLD, MINE, ALSO_MINE], {"acme": {CAPABLE: "large"}})


async def listed(request: ListModelsRequest, *own: str) -> ModelList:
    """The answer to a request."""
    return await ListModels(REGISTRY, own).execute(request)


def names(found: ModelList) -> list[str]:
    """The ids in a list."""
    return [each.model.id for each in found.models]


async def test_a_list_without_wishes_is_of_the_models_that_work() -> None:
    """With the tiers they work for, how many more there are, and whose figures these are."""
    found = await listed(ListModelsRequest())

    assert [(each.model.id, each.works) for each in found.models] == [
        ("small", (CHEAP,)), ("large", (CAPABLE, PREMIUM)), ("mine", (CAPABLE,)),
    ]  # fmt: skip
    assert (found.more, found.sources, found.narrowed) == (3, ("the data of May", "models.yaml"), False)


async def test_ones_own_models_are_always_listed() -> None:
    """Whoever wrote them down wants to see them."""
    assert names(await listed(ListModelsRequest(), "OWN/also")) == ["small", "large", "mine", "also"]


@pytest.mark.parametrize(
    ("request_", "expected", "more"),
    [
        (ListModelsRequest(provider="ACME"), ["small", "large", "spare"], 1),
        (ListModelsRequest(provider="acme", everything=True), ["small", "large", "spare", "old"], 0),
        (ListModelsRequest(tier=CAPABLE), ["large", "mine", "also"], 0),
        (ListModelsRequest(tier=PREMIUM), ["large", "spare"], 1),
        (ListModelsRequest(capabilities=frozenset({ModelCapability.VISION})), ["spare"], 0),
        (ListModelsRequest(everything=True), ["small", "large", "spare", "old", "mine", "also"], 0),
    ],
)
async def test_wishes_narrow_the_list(request_: ListModelsRequest, expected: list[str], more: int) -> None:
    """A deprecated model is there only when everything is asked for; more of the same are counted, others not."""
    found = await listed(request_)

    assert names(found) == expected
    assert found.more == more


async def test_a_provider_that_nobody_knows_is_an_error() -> None:
    """An empty list would look like a provider without models."""
    with pytest.raises(UnknownName, match="unknown provider 'acne'"):
        await listed(ListModelsRequest(provider="acne"))


async def test_a_local_server_has_no_list() -> None:
    """But one of those that run here."""
    listing = ListModels(REGISTRY, providers=BUILT_IN)
    with pytest.raises(UserError, match="'ollama' is a local server") as raised:
        await listing.execute(ListModelsRequest(provider="Ollama"))
    assert "muster models detect" in raised.value.hint
    with pytest.raises(UserError, match="'vllm' is a local server"):
        await ShowModel(REGISTRY, BUILT_IN).execute(ShowModelRequest("vllm/qwen"))


async def test_a_model_is_shown_by_id_or_by_provider_and_id() -> None:
    """An unknown one with the nearest names."""
    show = ShowModel(REGISTRY)

    assert await show.execute(ShowModelRequest("Small")) == SMALL
    assert await show.execute(ShowModelRequest("own/mine")) == MINE
    with pytest.raises(UnknownName) as raised:
        await show.execute(ShowModelRequest("smal"))
    assert "small" in raised.value.hint
    with pytest.raises(UnknownName) as raised:
        await show.execute(ShowModelRequest("acme/larg"))
    assert "acme/large" in raised.value.hint


async def explained(task: str, *usable: str, **within: tuple[str, ...]) -> ModelExplanation:
    """The explanation of a task."""
    request = ExplainModelRequest(task, Constraints(**within))  # type: ignore[arg-type]
    return await ExplainModel(ModelSelector(REGISTRY), usable).execute(request)


async def test_a_kind_of_work_is_explained_with_its_price() -> None:
    """That of 10,000 tokens in and 1,000 out, and of the same in a batch."""
    told = await explained("Fix Bug", providers=("own",))

    assert (told.tier, told.choice.model, told.cost) == (CAPABLE, MINE, Decimal("0.014"))
    assert told.batch_cost == Decimal("0.007")
    assert told.choice.reasons[0] == "fix bug is work for a capable model by the table of tasks"


async def test_the_providers_that_can_be_used_here_come_first_unless_others_are_wished_for() -> None:
    """A model that nobody has a key for is no help."""
    assert (await explained("fix_bug", "own")).choice.model == MINE
    assert (await explained("fix_bug", "own", providers=("acme",))).choice.model == LARGE.in_tier(CAPABLE)
    assert (await explained("fix_bug")).batch_cost is not None


@pytest.mark.parametrize(
    ("task", "tier", "said"),
    [
        ("what is a monad?", CHEAP, "simple qa is work for a cheap model"),
        ("find the bug in src/queue.py", CAPABLE, "fix bug is work for a capable model"),
        ("audit the whole system for security holes, across all services", PREMIUM, "one tier more"),
        ("design the architecture of a payment service", PREMIUM, "architectural decision is work"),
        (
            "Summarise the log",
            CHEAP,
            "summarize is work for a cheap model by the table of tasks (the task begins ",
        ),
        ("write a summary of the changes", CHEAP, "summarize is work for a cheap model"),
        ("triage the bugs of this week", CHEAP, "triage is work"),
        ("plan my week", CAPABLE, "but one word for it is no reason for more than a capable one"),
        ("coordinate the roadmap", CAPABLE, "but one word for it is no reason"),
        ("final review of the text", PREMIUM, "final review is work for a premium model"),
        ("combine the reports into one", PREMIUM, "synthesize results is work for a premium model"),
        ("frobnicate", CAPABLE, "'frobnicate' is no known kind of work"),
        ("write a poem about the sea, about eighty lines, rhymed, with a moral at its end", CAPABLE, ""),
    ],
)
async def test_a_task_in_words_has_the_tier_of_what_it_asks_for(
    task: str, tier: ModelTier, said: str
) -> None:
    """And says by which words."""
    told = await explained(task)

    assert told.tier is tier
    assert said in told.choice.reasons[0]


async def test_a_tier_of_ones_own_needs_no_second_word() -> None:
    """What the user's table says holds."""
    selector = ModelSelector(REGISTRY, {TaskType.SUMMARIZE: PREMIUM})
    told = await ExplainModel(selector).execute(ExplainModelRequest("summarise the log"))

    assert told.tier is PREMIUM
    assert "by your configuration" in told.choice.reasons[0]


async def test_what_a_run_uses_is_what_is_set_whatever_would_be_chosen() -> None:
    """For the tier of the task, with its price; a model that is named stands in for the settings."""

    def named(name: str, tier: ModelTier) -> ModelInfo:
        return {"": ARRANGER, "own/mine": MINE}[name]

    providers = {"acme": Provider("acme", ProviderKind.OPENAI, key_env="ACME_KEY")}
    explain = ExplainModel(ModelSelector(REGISTRY), (), named, providers)
    told = await explain.execute(ExplainModelRequest("coordinate"))
    asked = await explain.execute(ExplainModelRequest("coordinate", model="own/mine"))
    keyed = ExplainModel(ModelSelector(REGISTRY), ("acme",), named, providers)

    assert (told.used, told.used_cost, told.usable) == (ARRANGER.in_tier(PREMIUM), Decimal(0), False)
    assert told.choice.model == LARGE
    assert (asked.used, asked.used_cost) == (MINE.in_tier(PREMIUM), Decimal("0.014"))
    assert (await keyed.execute(ExplainModelRequest("coordinate"))).usable


def test_every_capability_is_some_kind_of_work() -> None:
    """No task is left without a tier."""
    assert set(KIND_OF) == set(Capability)
    assert set(KIND_OF.values()) <= set(TaskType)


@pytest.mark.parametrize("task", ["", "  \n", "x" * 20_001])
async def test_no_task_is_no_question(task: str) -> None:
    """Neither is a book."""
    with pytest.raises(InvalidTask):
        await explained(task)


async def test_an_unknown_provider_is_named() -> None:
    """With the known ones."""
    with pytest.raises(UnknownName, match="unknown provider 'nobody'"):
        await explained("fix_bug", providers=("acme", "nobody"))


async def test_servers_are_what_the_finder_finds() -> None:
    """In its order."""
    servers = (
        FoundServer("ollama", "http://127.0.0.1:1", ("m",)),
        FoundServer("vllm", "http://127.0.0.1:2", ()),
    )

    class Finder(ServerFinder):
        async def find(self) -> tuple[FoundServer, ...]:
            return servers

    assert await DetectModels(Finder()).execute(DetectModelsRequest()) == servers
