"""Language models in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ...application.use_cases.explain_model import ModelExplanation
from ...application.use_cases.list_models import ListedModel, ModelList
from ...domain.models.found_server import FoundServer
from ...domain.models.info import ModelCapability, ModelInfo, ModelPrices, PriceStep
from ...domain.models.tier import ModelTier
from ..reports.wording import money
from .plain import columns, indented

HEAD = ("model", "tier", "in $/M", "out $/M", "window", "speed", "can")
SHORT = {ModelCapability.STRUCTURED_OUTPUT: "schema"}
NOTHING = "no model is like that"
PRICED_CALL = "10,000 tokens in and 1,000 out"
STEPPED = "+ dearer for long inputs: muster models show MODEL tells from where on."
STANDS_IN = "* the tier that it is made for; it does the work of the others at its provider as well."


def list_as_text(found: ModelList, width: int) -> str:
    """The models in columns, then how many more there are, and where the prices come from."""
    parts = [columns([HEAD, *map(_row, found.models)], width) if found.models else NOTHING]
    if found.more:
        more = "deprecated: --all" if found.narrowed else "more: --all, or --provider NAME"
        parts.append(f"{found.more} {more}")
    if any(_own(each) for each in found.models):
        parts.append(STANDS_IN)
    if any(each.model.prices and each.model.prices.steps for each in found.models):
        parts.append(STEPPED)
    parts += [f"Prices in US dollars per million tokens: {source}." for source in found.sources]
    return "\n".join(parts)


def _row(each: ListedModel) -> tuple[str, ...]:
    model = each.model
    tiers = [f"{tier.value}{'*' if tier is _own(each) else ''}" for tier in each.works or (model.tier,)]
    marks = sorted(SHORT.get(capability, capability.value) for capability in model.capabilities)
    return (
        model.name,
        ",".join(tiers),
        *_prices(model),
        tokens(model.context_window),
        model.latency.value,
        ", ".join([*(["deprecated"] if model.deprecated else []), *marks]),
    )


def _own(each: ListedModel) -> ModelTier | None:
    """The tier that a model is made for, where it does the work of others besides."""
    return each.model.tier if len(each.works) > 1 and each.model.tier in each.works else None


def _prices(model: ModelInfo) -> tuple[str, str]:
    """Dollars per million tokens in and out; an unpriced model says so, since that is not free."""
    if model.prices is None:
        return ("unpriced", "unpriced")
    mark = "+" if model.prices.steps else ""
    return (amount(model.prices.input) + mark, amount(model.prices.output) + mark)


def amount(dollars: Decimal) -> str:
    """A price as it was written, without zeros that say nothing."""
    return f"{dollars.normalize():f}"


def tokens(count: int) -> str:
    """A number of tokens, short."""
    if count == 0:
        return "unknown"
    return (
        f"{count / 1_000_000:.3g}M"
        if count >= 1_000_000
        else f"{count // 1000}k"
        if count >= 1000
        else str(count)
    )


def model_as_text(model: ModelInfo, width: int) -> str:
    """Everything that is known of a model."""
    facts = [
        ("model", model.name),
        ("tier", model.tier.value),
        ("window", f"{model.context_window:,} tokens" if model.context_window else "unknown"),
        ("input", f"at most {model.input_limit:,} tokens" if model.input_limit else "unknown"),
        ("output", f"at most {model.max_output:,} tokens"),
        ("can", ", ".join(sorted(item.value.replace("_", " ") for item in model.capabilities)) or "text"),
        ("speed", model.latency.value),
        ("temperature", "taken" if model.temperature else "refused by the provider, and not sent"),
        *_price_facts(model),
        ("source", model.source or "built in"),
    ]
    if model.deprecated:
        facts.append(("deprecated", "yes: its provider retires it, or has retired it"))
    if not model.judges:
        facts.append(("judgement", "none: it arranges evidence"))
    return columns(facts, width)


def _price_facts(model: ModelInfo) -> Iterator[tuple[str, str]]:
    if model.prices is None:
        yield ("price", "unpriced: a run with a money budget refuses it")
        return
    yield ("price", _four(model.prices))
    for step in model.prices.steps:
        yield (f"> {step.above:,} in", _four(step))
    if model.prices.batch is not None:
        yield ("batch", f"{model.prices.batch * 100:f}".rstrip("0").rstrip(".") + " % of the price")


def _four(price: PriceStep | ModelPrices) -> str:
    told = (
        ("in", price.input),
        ("out", price.output),
        ("cached", price.cache_read),
        ("to cache", price.cache_write),
    )
    return ", ".join(f"${amount(dollars)} {word}" for word, dollars in told) + " per million tokens"


def explanation_as_text(told: ModelExplanation, width: int) -> str:
    """Tier, model, price and reasons, and why not the nearest others."""
    model = told.choice.model
    lines = [*_used(told, width), f"{_headed(told)}: {model.name if model else 'no model'}"]
    if model:
        batch = "" if told.batch_cost is None else f", {money(told.batch_cost)} in a batch"
        lines.append(indented(f"{money(told.cost)} for {PRICED_CALL}{batch}", width))
    lines += [indented(f"because {reason}", width) for reason in told.choice.reasons]
    if told.choice.others:
        lines.append("Not:")
        lines += [indented(f"{other.model.name} {other.why}", width) for other in told.choice.others]
    return "\n".join(lines)


def _used(told: ModelExplanation, width: int) -> Iterator[str]:
    """The model that a run uses, which is the one that is set and not the one that would be the best choice."""
    used = told.used
    if used is None:
        return
    yield f"{used.tier.value}: {used.name}, as set"
    if used.judges:
        yield indented(f"{money(told.used_cost)} for {PRICED_CALL}", width)
    else:
        yield indented("it arranges evidence; no language model is asked", width)


def _headed(told: ModelExplanation) -> str:
    if told.used is None or told.choice.model is None:
        return told.tier.value
    if told.usable:
        return "Would be chosen of what can be used here"
    return f"Would be chosen with a key for {told.choice.model.provider}"


def servers_as_text(servers: Sequence[FoundServer], width: int) -> str:
    """Each server with its models."""
    if not servers:
        return "no server answers on the usual ports of Ollama, llama.cpp, vLLM and LM Studio"
    rows = [("server", "at", "models")]
    rows += [(server.kind, server.url, ", ".join(server.models) or "none loaded") for server in servers]
    return columns(rows, width)
