"""Write the catalogue of models from the installed genai-prices and from what is known by hand; checks it first."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from genai_prices import data
from genai_prices.types import ModelInfo, ModelPrice, Provider, StartDateConstraint, TieredPrices

FOLDER = Path(__file__).resolve().parent.parent / "src" / "infrastructure" / "llm" / "data"
KINDS = ("input", "output", "cache_read", "cache_write")
EXTRAS = {"cache_write_1h_mtok", "web_searches_kcount", "storage_searches_kcount"}
"""Prices of what a call of ours never uses."""
NOT_TEXT = re.compile(r"audio|image|video")
FIELDS = ("window", "input", "output", "temperature", "deprecated")
LOOKED_AT = r"(?:verified|checked|launched|as of)[^.']{0,40}?(20\d\d-[01]\d-[0-3]\d)"
BATCH = {"processing": "batch"}
MOMENTS = tuple(time(hour, minute, tzinfo=UTC) for hour in range(24) for minute in (0, 30))
MOST_BYTES = 150_000

Row = dict[str, Any]
Known = Mapping[str, Any]


class Refused(Exception):
    """The catalogue would be wrong; says where."""


def dearest(model: ModelInfo, day: date, *, batch: bool = False) -> ModelPrice:
    """The prices of `day`; where they depend on the hour, those of the dearest half-hour."""
    context = BATCH if batch else None
    moments = [datetime.combine(day, moment) for moment in MOMENTS]
    return max((model.get_prices(moment, context) for moment in moments), key=_height)


def _height(price: ModelPrice) -> Decimal:
    return sum((_at(price, kind, -1) or Decimal(0) for kind in ("input", "output")), Decimal(0))


def _at(price: ModelPrice, kind: str, above: int) -> Decimal | None:
    """The price of one kind of token in a call that reads more than `above`."""
    value = getattr(price, f"{kind}_mtok")
    if isinstance(value, TieredPrices):
        reached = [tier.price for tier in value.tiers if tier.start <= above]
        return reached[-1] if reached else value.base
    return value if isinstance(value, Decimal) else None


def _four(price: ModelPrice, above: int) -> list[str]:
    """Input, output, cache read, cache write; cached tokens without a price of their own cost what input costs."""
    paid = _at(price, "input", above)
    return [_text(_at(price, kind, above) if _at(price, kind, above) is not None else paid) for kind in KINDS]


def _text(value: Decimal | None) -> str:
    return "0" if not value else f"{value.normalize():f}"


def _thresholds(price: ModelPrice) -> list[int]:
    values = [getattr(price, f"{kind}_mtok") for kind in KINDS]
    return sorted({tier.start for value in values if isinstance(value, TieredPrices) for tier in value.tiers})


def priced(model: ModelInfo, day: date) -> Row:
    """Prices of a day as they are written: four of them, steps for long inputs, the share that a batch costs."""
    price = dearest(model, day)
    row: Row = {"prices": _four(price, -1)}
    steps = [[above, *_four(price, above)] for above in _thresholds(price)]
    share = batch_share(model, day)
    return row | ({"steps": steps} if steps else {}) | ({"batch": share} if share else {})


def batch_share(model: ModelInfo, day: date) -> str:
    """The one share of its price that everything costs in a batch; "" when there is none."""
    variants = [variant for variant in model.price_variants or () if variant.when == BATCH]
    moment = datetime.combine(day, MOMENTS[0])
    if not any(variant.constraint is None or variant.constraint.active(moment) for variant in variants):
        return ""
    standard, batch = dearest(model, day), dearest(model, day, batch=True)
    shares = {
        Decimal(there) / Decimal(here)
        for above in (-1, *_thresholds(standard), *_thresholds(batch))
        for here, there in zip(_four(standard, above), _four(batch, above), strict=True)
        if Decimal(here)
    }
    share = shares.pop() if len(shares) == 1 else Decimal(1)
    return "" if share == 1 else _text(share)


def changes(model: ModelInfo, after: date) -> dict[str, Row]:
    """Prices that are announced for later days, by day."""
    conditions = [*(model.prices if isinstance(model.prices, list) else ()), *(model.price_variants or ())]
    days = {
        one.constraint.start_date for one in conditions if isinstance(one.constraint, StartDateConstraint)
    }
    return {day.isoformat(): priced(model, day) for day in sorted(days) if day > after}


def speaks_text(model: ModelInfo, day: date) -> bool:
    """Whether all that a call of it costs can be told from its tokens, in and out."""
    names = {name for name, value in dearest(model, day).__dict__.items() if value is not None}
    rest = names - {f"{kind}_mtok" for kind in KINDS} - EXTRAS
    spoken = {name for name in rest if NOT_TEXT.search(name) and not name.startswith("output")}
    return {"input_mtok", "output_mtok"} <= names and rest == {name for name in spoken if "mtok" in name}


def chosen(provider: Provider, known: Known, day: date) -> Iterator[ModelInfo]:
    """The models of a provider that are kept."""
    keep, drop = (known["providers"][provider.id].get(name) for name in ("keep", "drop"))
    for model in provider.models:
        wanted = not keep or re.search(keep, model.id)
        if wanted and not (drop and re.search(drop, model.id)) and speaks_text(model, day):
            yield model


def facts(provider: str, name: str, known: Known) -> Row:
    """What the rules know of a model, field by field."""
    found: Row = dict(known["defaults"])
    vendor, slash, tail = name.partition("/")
    owners = [(provider, name)]
    if provider == "openrouter" and slash and vendor in known["vendors"]:
        owners.insert(0, (known["vendors"][vendor], tail.partition(":")[0]))
    for owner, called in owners:
        for rule in known["rules"]:
            if rule["provider"] == owner and re.search(rule["model"], called.lower().replace(".", "-")):
                found |= {key: value for key, value in rule.items() if key not in {"provider", "model"}}
    classes = [rule["class"] for rule in known["latency"] if re.search(rule["model"], name.lower())]
    return found | {"latency": classes[-1] if classes else "medium"}


def tier_of(provider: str, name: str, prices: list[str], known: Known) -> str:
    """The tier whose work a model does, or the one that its price suggests."""
    for tier, filled in known["tiers"][provider].items():
        if filled == name:
            return str(tier)
    limits = known["tier_by_output_price"].items()
    return next((str(tier) for tier, most in limits if Decimal(prices[1]) <= Decimal(most)), "premium")


def row_of(provider: str, model: ModelInfo, known: Known, day: date) -> Row:
    """One line of the catalogue; what is as usual is left out."""
    told = facts(provider, model.id, known)
    usual = known["defaults"]
    told["window"] = told["window"] or model.context_window or 0
    told["deprecated"] = bool(told["deprecated"] or model.deprecated)
    row: Row = priced(model, day)
    row["tier"] = tier_of(provider, model.id, row["prices"], known)
    row |= {name: told[name] for name in FIELDS if told[name] != usual[name]}
    row |= {"can": told["can"]} if told["can"] else {}
    row |= {"latency": told["latency"]} if told["latency"] != "medium" else {}
    later = changes(model, day)
    return row | ({"later": later} if later else {})


def catalogue(providers: Iterable[Provider], known: Known, day: date) -> Row:
    """The whole file; raises Refused when a tier is filled by nothing that can fill it."""
    there = {provider.id: provider for provider in providers}
    models: dict[str, dict[str, Row]] = {}
    for name in known["providers"]:
        rows = {model.id: row_of(name, model, known, day) for model in chosen(there[name], known, day)}
        models[name] = {model: row for model, row in rows.items() if row.get("window")}
    for provider, tiers in known["tiers"].items():
        for tier, model in tiers.items():
            row = models[provider].get(model)
            if row is None or row.get("deprecated"):
                why = "is unknown" if row is None else "is deprecated"
                raise Refused(f"known.yaml: tiers: {provider}: {tier}: {model!r} {why}")
    source = {"name": "genai-prices", "version": version("genai-prices"), "date": day.isoformat()}
    usual = known["defaults"]
    return {"source": source, "defaults": usual, "tiers": known["tiers"], "models": models}


def written(content: Row) -> str:
    """The catalogue as JSON, one model a line, so that a change of a price is a line of a diff."""
    lines = [f'{{"{key}": {_line(content[key])},' for key in ("source",)]
    lines += [f'"{key}": {_line(content[key])},' for key in ("defaults", "tiers")]
    blocks = []
    for provider, rows in content["models"].items():
        inner = ",\n".join(f"{_line(name)}: {_line(row)}" for name, row in rows.items())
        blocks.append(f"{_line(provider)}: {{\n{inner}\n}}")
    return "\n".join([*lines, '"models": {', ",\n".join(blocks), "}}"]) + "\n"


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def newest_day(text: str, today: date) -> date:
    """The newest day on which, as it says, the price data was compared with what providers say."""
    days = [date.fromisoformat(found) for found in re.findall(LOOKED_AT, text, re.IGNORECASE)]
    return max(day for day in days if day <= today)


def load_known() -> Known:
    """What is known by hand."""
    known: Known = yaml.safe_load((FOLDER / "known.yaml").read_text(encoding="utf-8"))
    return known


def main(*args: str) -> int:
    """Write the catalogue for the day that is given, or for the newest one in the price data."""
    if args:
        day = date.fromisoformat(args[0])
    else:
        day = newest_day(Path(data.__file__).read_text(encoding="utf-8"), datetime.now(UTC).date())
    try:
        content = catalogue(data.providers, load_known(), day)
    except Refused as refused:
        print(f"not written: {refused}", file=sys.stderr)
        return 1
    text = written(content)
    if len(text.encode()) > MOST_BYTES:
        print(f"not written: {len(text.encode()):,} bytes are too many", file=sys.stderr)
        return 1
    (FOLDER / "catalogue.json").write_text(text, encoding="utf-8")
    models = sum(len(rows) for rows in content["models"].values())
    print(f"{models} models, {len(text.encode()):,} bytes, prices of {day}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
