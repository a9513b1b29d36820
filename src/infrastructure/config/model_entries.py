"""Models, prices and tiers of one's own, from a YAML file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from ...domain.errors import ConfigurationError, UnknownName
from ...domain.models.info import FREE, Latency, ModelCapability, ModelInfo, ModelPrices, PriceStep
from ...domain.models.overrides import ModelOverrides
from ...domain.models.tasks import TaskType, task_type
from ...domain.models.tier import ModelTier
from .yaml_entries import Entry, read_entries

WANTED = "write models:, tiers: and tasks:, or a list of models"
NOTHING = Decimal(0)
NEW_WINDOW = 8_192
"""Tokens that a model has room for when the file does not say."""
NAMES: Mapping[str, type[ModelTier] | type[ModelCapability] | type[Latency] | type[TaskType]] = {
    "tier": ModelTier, "tiers": ModelTier, "capabilities": ModelCapability, "latency": Latency,
    "tasks": ModelTier,
}  # fmt: skip


def _exact(value: object) -> object:
    """A number as it is written: through its decimal text, never its binary value; no word for a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("a price is a number of dollars")
    return str(value)


def _one_price(value: object) -> object:
    """`price: 0` is short for every token at that price, however many there are."""
    if isinstance(value, Mapping) or value is None:
        return value
    return dict.fromkeys(("input", "output", "cache_read", "cache_write"), value) | {"steps": ()}


def _known_tasks(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    for name in value:
        if not isinstance(name, str) or task_type(name) is None:
            raise ValueError(f"there is no kind of work {name!r}")
    return {task_type(name): tier for name, tier in value.items()}


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Dollars = Annotated[
    Decimal, BeforeValidator(_exact), Field(ge=0, le=1_000_000, allow_inf_nan=False, max_digits=20)
]
Tokens = Annotated[StrictInt, Field(ge=1, le=1_000_000_000)]
Name = Annotated[str, Field(pattern=r"^\S+$", max_length=200)]
Closed = ConfigDict(frozen=True, extra="forbid")


class StepEntry(BaseModel):
    """Dollars per million tokens of a call whose input has more than `above` tokens."""

    model_config = Closed

    above: Tokens
    input: Dollars
    output: Dollars
    cache_read: Dollars
    cache_write: Dollars


class PriceEntry(BaseModel):
    """Dollars per million tokens; what is left out is as it is known, and else cached tokens cost what input does."""

    model_config = Closed

    input: Dollars | None = None
    output: Dollars | None = None
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None
    batch: Annotated[Dollars, Field(le=1)] | None = None
    steps: tuple[StepEntry, ...] | None = None

    def missing(self, known: ModelPrices | None) -> str:
        """What has to be told of a model without known prices; "" when nothing is missing."""
        told = {"input": self.input, "output": self.output}
        return "" if known else next((name for name, price in told.items() if price is None), "")

    def prices(self, known: ModelPrices | None) -> ModelPrices:
        """The prices as the domain knows them: only what is told changes of those that are `known`."""
        paid, made = self.input or NOTHING, self.output or NOTHING
        told = self.model_dump(exclude={"steps"}, exclude_none=True)
        if self.steps is not None:
            steps = (PriceStep(**step.model_dump()) for step in self.steps)
            told["steps"] = tuple(sorted(steps, key=lambda step: step.above))
        return replace(known or ModelPrices(paid, made, paid, paid), **told)


class ModelEntry(BaseModel):
    """One model as it is written; what is left out is as the catalogue has it, or a careful guess."""

    model_config = Closed

    id: Name
    provider: Annotated[Name, Field(pattern=r"^[^/\s]+$")]
    tier: Annotated[ModelTier, BeforeValidator(_lower)] | None = None
    context_window: Tokens | None = None
    max_input: Tokens | None = None
    max_output: Tokens | None = None
    price: Annotated[PriceEntry | None, BeforeValidator(_one_price)] = None
    capabilities: frozenset[ModelCapability] | None = None
    latency: Latency | None = None
    temperature: StrictBool | None = None
    deprecated: StrictBool | None = None

    def info(self, known: ModelInfo | None, source: str, *, local: bool) -> ModelInfo:
        """The model, told over what is `known` of it."""
        base = known or ModelInfo(
            self.id, self.provider, ModelTier.CAPABLE, NEW_WINDOW, NEW_WINDOW // 2, FREE if local else None
        )
        told = self.model_dump(exclude={"id", "provider", "price"}, exclude_none=True)
        if "price" in self.model_fields_set:
            told["prices"] = None if self.price is None else self.price.prices(base.prices)
        if self.context_window is not None and self.max_output is None:
            told["max_output"] = min(base.max_output, self.context_window)
        return replace(base, **told, source=source)


class ModelsFile(BaseModel):
    """The whole file."""

    model_config = Closed

    models: tuple[ModelEntry, ...] = ()
    tiers: Mapping[str, Mapping[ModelTier, str]] = Field(default_factory=dict)
    tasks: Annotated[Mapping[TaskType, ModelTier], BeforeValidator(_known_tasks)] = Field(
        default_factory=dict
    )


def read_model_entries(
    path: Path, known: Iterable[ModelInfo] = (), local: frozenset[str] = frozenset()
) -> ModelOverrides:
    """What the file says, over the models that are `known`; `local` are the providers whose models
    cost nothing unless the file says otherwise.

    The file is a mapping with `models`, `tiers` (provider, tier, model) and `tasks` (kind of work, tier), or a list
    of models. Raises ConfigurationError that names the line, the key and the value.
    """
    entries = read_entries(path, "models", WANTED)
    models = {model.name.lower(): model for model in known}
    own: dict[str, ModelInfo] = {}
    whole = ModelsFile()
    for entry in entries:
        listed = not entry.values.keys().isdisjoint(ModelEntry.model_fields)
        found = _checked(entry, ModelEntry if listed else ModelsFile)
        if isinstance(found, ModelsFile):
            whole = found
        for at, each in enumerate((found,) if isinstance(found, ModelEntry) else found.models):
            key = f"{each.provider}/{each.id}".lower()
            base = own.get(key) or models.get(key)
            _refuse_half_a_price(entry, () if listed else ("models", at), each, base)
            own[key] = each.info(base, path.name, local=each.provider.lower() in local)
    for entry in entries[:1]:
        _refuse_unknown(entry, whole, models.keys() | own.keys())
    return ModelOverrides(tuple(own.values()), whole.tiers, whole.tasks)


def _checked(entry: Entry, kind: type[ModelEntry] | type[ModelsFile]) -> ModelEntry | ModelsFile:
    try:
        return kind.model_validate(entry.values)
    except ValidationError as error:
        # A misspelt key is also a missing one; what is written there tells more.
        first = min(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
        raise _refused(entry, first, kind) from error


def _refuse_half_a_price(
    entry: Entry, place: tuple[int | str, ...], model: ModelEntry, known: ModelInfo | None
) -> None:
    missing = "" if model.price is None else model.price.missing(known.prices if known else None)
    if missing:
        hint = "nothing is known of this model's price: give input and output"
        raise _fault(entry, (*place, "price", missing), "is missing", hint)


def _refuse_unknown(entry: Entry, whole: ModelsFile, known: Iterable[str]) -> None:
    """Every model that is to do the work of a tier must be there."""
    names = frozenset(known)
    for provider, filled in whole.tiers.items():
        for tier, model in filled.items():
            if f"{provider}/{model}".lower() not in names:
                theirs = [name.partition("/")[2] for name in names if name.startswith(f"{provider.lower()}/")]
                unknown = UnknownName.of("model", model, theirs)
                raise _fault(entry, ("tiers", provider, tier.value), unknown.message, unknown.hint)


def _fault(entry: Entry, place: tuple[int | str, ...], message: str, hint: str) -> ConfigurationError:
    """The mistake, with its file and line, the model it is about, and the key."""
    line = entry.line(place)
    inside = entry.values
    owner = ""
    if place[:1] == ("models",) and len(place) > 1 and isinstance(place[1], int):
        owner = _called(inside.get("models"), place[1])
        place = place[2:]
    key = ".".join(str(step) for step in place)
    details = {"file": str(entry.path), "line": line, "key": key}
    said = ": ".join(part for part in (f"{entry.path}:{line}", owner, key, message) if part)
    return ConfigurationError(said, details=details, hint=hint)


def _called(models: object, at: int) -> str:
    model = models[at] if isinstance(models, list | tuple) and at < len(models) else None
    return f"model {model['id']!r}" if isinstance(model, Mapping) and "id" in model else f"model {at + 1}"


def _refused(
    entry: Entry, error: Mapping[str, Any], kind: type[ModelEntry] | type[ModelsFile]
) -> ConfigurationError:
    """The first thing that is wrong with the entry, at its line."""
    place = tuple(step for step in error["loc"] if step != "[key]")
    given, last = error["input"], str(place[-1]) if place else ""
    names = next((NAMES[str(step)] for step in reversed(place) if str(step) in NAMES), None)
    if error["type"] == "extra_forbidden":
        unknown = UnknownName.of("key", last, _fields(place, kind))
    elif error["type"] == "enum" and names is not None:
        what = "capability" if names is ModelCapability else "latency" if names is Latency else "tier"
        unknown = UnknownName.of(what, str(given), list(names))
    elif error["type"] == "missing":
        return _fault(entry, place, "is missing", "a model needs id and provider; a step every price")
    elif place[:1] == ("tasks",):
        message = str(error["msg"]).removeprefix("Value error, ")
        return _fault(entry, place, message, f"known: {', '.join(TaskType)}")
    else:
        message = f"cannot be {given!r}: {str(error['msg']).removeprefix('Value error, ')}"
        return _fault(entry, place, message, "see docs/models.md for the file")
    return _fault(entry, place, unknown.message, unknown.hint)


def _fields(place: tuple[int | str, ...], kind: type[ModelEntry] | type[ModelsFile]) -> Iterable[str]:
    if "steps" in place:
        return StepEntry.model_fields
    if "price" in place:
        return PriceEntry.model_fields
    return kind.model_fields if len(place) == 1 else ModelEntry.model_fields
