"""The packaged catalogue as a registry of models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files as resources
from typing import Any

from ...domain.models.info import Latency, ModelCapability, ModelInfo, ModelPrices, PriceStep
from ...domain.models.overrides import NONE, ModelOverrides
from ...domain.models.registry import ModelRegistry, Tiers
from ...domain.models.tier import ModelTier
from .offline import OFFLINE

CATALOGUE = "catalogue.json"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The models that come with Muster, and which of them does the work of which tier."""

    models: tuple[ModelInfo, ...]
    tiers: Tiers


@cache
def load_catalogue(on: date) -> Catalogue:
    """The catalogue with the prices of the day `on`, as far as they had been announced when it was written."""
    with resources(f"{__package__}.data").joinpath(CATALOGUE).open("rb") as packed:
        content = json.load(packed)
    told = content["source"]
    source = f"{told['name']} {told['version']}, prices of {told['date']}"
    models = [
        _info(provider, name, content["defaults"] | _current(row, on), source)
        for provider, rows in content["models"].items()
        for name, row in rows.items()
    ]
    tiers = {
        provider: {ModelTier(tier): name for tier, name in filled.items()}
        for provider, filled in content["tiers"].items()
    }
    tiers[OFFLINE.provider] = dict.fromkeys(ModelTier, OFFLINE.id)
    return Catalogue((*models, OFFLINE), tiers)


def build_registry(catalogue: Catalogue, own: ModelOverrides = NONE) -> ModelRegistry:
    """The registry of the catalogue and the user's own models, who win.

    A provider that only the user has needs no table of tiers: what no model of it is made for is done by the
    nearest one that it has, rather a stronger one than a weaker one.
    """
    changed = {model.name.lower(): model for model in own.models}
    kept = [changed.pop(model.name.lower(), model) for model in catalogue.models]
    models = (*kept, *changed.values())
    tiers = {provider: dict(filled) for provider, filled in catalogue.tiers.items()}
    for provider, filled in own.tiers.items():
        tiers.setdefault(provider.lower(), {}).update(filled)
    for provider in {model.provider.lower() for model in changed.values()} - set(catalogue.tiers):
        theirs = [model for model in models if model.provider.lower() == provider and not model.deprecated]
        tiers[provider] = _gaps(theirs) | tiers.get(provider, {})
    return ModelRegistry(models, tiers)


def default_registry() -> ModelRegistry:
    """The registry of the catalogue alone, with the prices of today."""
    return build_registry(load_catalogue(datetime.now(UTC).date()))


def get_model(provider: str, tier: ModelTier | str) -> ModelInfo | None:
    """The model of the default registry that does the work of `tier` at `provider`."""
    return default_registry().get_model(provider, tier)


def get_model_by_id(model_id: str) -> ModelInfo | None:
    """The model of the default registry called `provider/id` or `id`."""
    return default_registry().get_model_by_id(model_id)


def _gaps(models: Sequence[ModelInfo]) -> dict[ModelTier, str]:
    order = list(ModelTier)
    filled = {}
    for at, tier in enumerate(order):
        near = sorted(models, key=lambda model: _distance(order.index(model.tier) - at))
        if near:
            filled[tier] = near[0].id
    return filled


def _distance(steps: int) -> tuple[bool, int]:
    return (steps < 0, abs(steps))


def _current(row: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The row with the prices that hold on the day: those of the newest change that it has reached."""
    found = {name: value for name, value in row.items() if name != "later"}
    for day, change in sorted(row.get("later", {}).items()):
        if date.fromisoformat(day) <= on:
            found = {name: value for name, value in found.items() if name not in {"steps", "batch"}} | change
    return found


def _info(provider: str, name: str, row: Mapping[str, Any], source: str) -> ModelInfo:
    return ModelInfo(
        id=name,
        provider=provider,
        tier=ModelTier(row["tier"]),
        context_window=row["window"],
        max_output=min(row["output"], row["window"]),
        prices=_prices(row),
        max_input=row["input"],
        capabilities=frozenset(map(ModelCapability, row["can"])),
        latency=Latency(row.get("latency", "medium")),
        temperature=row["temperature"],
        deprecated=row["deprecated"],
        source=source,
    )


def _prices(row: Mapping[str, Any]) -> ModelPrices:
    paid, made, read, write = map(Decimal, row["prices"])
    steps = tuple(PriceStep(above, *map(Decimal, four)) for above, *four in row.get("steps", ()))
    return ModelPrices(paid, made, read, write, steps, Decimal(row["batch"]) if "batch" in row else None)
