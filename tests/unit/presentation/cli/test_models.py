"""`muster models`: what it says in words and as JSON."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from muster.application.use_cases.detect_models import DetectModelsRequest
from muster.application.use_cases.explain_model import ExplainModelRequest, ModelExplanation
from muster.application.use_cases.list_models import ListedModel, ListModelsRequest, ModelList
from muster.application.use_cases.show_model import ShowModelRequest
from muster.domain.errors import UnknownName
from muster.domain.models.found_server import FoundServer
from muster.domain.models.info import Latency, ModelCapability, ModelInfo, ModelPrices, PriceStep
from muster.domain.models.selection import Choice, Constraints, Other
from muster.domain.models.tier import ModelTier
from tests.fakes.builders import ARRANGER

from .conftest import Muster
from .house import House

STEP = PriceStep(200_000, *map(Decimal, ("5.00", "20", "0.5", "5")))
PRICES = ModelPrices(
    Decimal("2.50"), Decimal(10), Decimal("0.25"), Decimal("2.50"), (STEP,), batch=Decimal("0.50")
)
CLEVER = ModelInfo(
    "clever", "acme", ModelTier.CAPABLE, 1_050_000, 128_000, PRICES, max_input=922_000, temperature=False,
    capabilities=frozenset({ModelCapability.TOOLS, ModelCapability.STRUCTURED_OUTPUT}),
    source="the data of May",
)  # fmt: skip
MINE = ModelInfo("mine", "own", ModelTier.CHEAP, 0, 500, None, latency=Latency.FAST, deprecated=True)
LIST = ModelList(
    (ListedModel(CLEVER, (ModelTier.CAPABLE, ModelTier.PREMIUM)), ListedModel(MINE, ())),
    7,
    ("the data of May",),
)


@pytest.mark.parametrize("args", [(), ("list",)])
def test_models_are_listed_in_columns(muster: Muster, house: House, args: tuple[str, ...]) -> None:
    """What is unpriced says so, a price that steps up has a mark, and the date of the prices is told."""
    case = house.answers("list_models", LIST)

    answer = muster("models", *args)

    assert case.asked == [ListModelsRequest()]
    assert answer.out == (
        "model        tier              in $/M    out $/M   window   speed   can\n"
        "acme/clever  capable*,premium  2.5+      10+       1.05M    medium  schema, tools\n"
        "own/mine     cheap             unpriced  unpriced  unknown  fast    deprecated, tools\n"
        "7 more: --all, or --provider NAME\n"
        "* the tier that it is made for; it does the work of the others at its provider as well.\n"
        "+ dearer for long inputs: muster models show MODEL tells from where on.\n"
        "Prices in US dollars per million tokens: the data of May.\n"
    )


def test_more_of_what_was_wished_for_is_deprecated(muster: Muster, house: House) -> None:
    """A provider was named, so that naming one is no advice."""
    house.answers("list_models", replace(LIST, narrowed=True))

    assert "\n7 deprecated: --all\n" in muster("models", "list", "--provider", "acme").out


@pytest.mark.parametrize(("columns", "cut"), [(None, False), ("60", True)])
def test_nothing_is_cut_in_a_pipe(
    muster: Muster, house: House, monkeypatch: pytest.MonkeyPatch, columns: str | None, cut: bool
) -> None:
    """Unless a width is asked for; a file is never cut."""
    everything = ListedModel(replace(CLEVER, id="c" * 40, capabilities=frozenset(ModelCapability)), ())
    house.answers("list_models", ModelList((everything,), 0, ()))
    if columns:
        monkeypatch.setenv("COLUMNS", columns)

    assert muster("models", "list").out.splitlines()[1].endswith("vision") is not cut
    muster("models", "list", "-o", "models.txt")
    assert Path("models.txt").read_text().splitlines()[1].endswith("reasoning, schema, tools, vision")


def test_the_list_takes_filters(muster: Muster, house: House) -> None:
    """By provider, tier and capability; capabilities in any spelling."""
    case = house.answers("list_models", ModelList((), 0, ()))

    answer = muster(
        "models",
        "list",
        "--provider",
        "acme",
        "--tier",
        "cheap",
        "--needs",
        "Tools, structured-output",
        "--all",
    )

    needed = frozenset({ModelCapability.TOOLS, ModelCapability.STRUCTURED_OUTPUT})
    assert case.asked == [ListModelsRequest("acme", ModelTier.CHEAP, needed, everything=True)]
    assert answer.out == "no model is like that\n"


def test_the_list_as_json_keeps_prices_exactly(muster: Muster, house: House) -> None:
    """As texts; what is unpriced is null."""
    house.answers("list_models", LIST)

    told = muster("models", "list", "--json").json

    assert (told["schema_version"], told["more"], told["sources"]) == (1, 7, ["the data of May"])
    clever, mine = told["models"]
    assert clever["works"] == ["capable", "premium"]
    assert clever["model"]["prices"]["input"] == "2.50"
    assert clever["model"]["capabilities"] == ["structured_output", "tools"]
    assert mine["model"]["prices"] is None


def test_a_model_is_shown_with_all_that_is_known(muster: Muster, house: House) -> None:
    """Both limits, every price, and what it refuses."""
    case = house.answers("show_model", CLEVER)

    answer = muster("models", "show", "clever")

    assert case.asked == [ShowModelRequest("clever")]
    assert answer.out == (
        "model         acme/clever\n"
        "tier          capable\n"
        "window        1,050,000 tokens\n"
        "input         at most 922,000 tokens\n"
        "output        at most 128,000 tokens\n"
        "can           structured output, tools\n"
        "speed         medium\n"
        "temperature   refused by the provider, and not sent\n"
        "price         $2.5 in, $10 out, $0.25 cached, $2.5 to cache per million tokens\n"
        "> 200,000 in  $5 in, $20 out, $0.5 cached, $5 to cache per million tokens\n"
        "batch         50 % of the price\n"
        "source        the data of May\n"
    )
    assert muster("models", "show", "clever", "--json").json["model"]["max_input"] == 922_000


def test_what_is_not_known_of_a_model_is_said(muster: Muster, house: House) -> None:
    """Unpriced, deprecated, a window that nobody states; and that it judges nothing."""
    house.answers("show_model", MINE)
    shown = muster("models", "show", "mine").out
    house.answers("show_model", ARRANGER)
    arranger = muster("models", "show", "arranger").out

    assert "window       unknown\n" in shown
    assert "price        unpriced: a run with a money budget refuses it\n" in shown
    assert "deprecated   yes: its provider retires it, or has retired it\n" in shown
    assert "judgement    none: it arranges evidence\n" in arranger


def test_an_unknown_model_is_usage(muster: Muster, house: House) -> None:
    """With the nearest names."""
    house.answers("show_model", UnknownName.of("model", "clevr", ["clever"]))

    answer = muster("models", "show", "clevr")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "muster: unknown model 'clevr'\nhint: did you mean clever?\n"


def test_the_choice_of_a_model_is_explained(muster: Muster, house: House) -> None:
    """Tier, price and reasons, and why not the nearest others."""
    choice = Choice(CLEVER, ModelTier.CAPABLE, ("it is work", "it is cheap"), (Other(MINE, "is unpriced"),))
    told = ModelExplanation("fix_bug", ModelTier.CAPABLE, choice, Decimal("0.035"), Decimal("0.0175"))
    case = house.answers("explain_model", told)

    answer = muster("models", "explain", "fix_bug")

    assert case.asked == [ExplainModelRequest("fix_bug")]
    assert answer.out == (
        "capable: acme/clever\n"
        "  $0.035 for 10,000 tokens in and 1,000 out, $0.018 in a batch\n"
        "  because it is work\n"
        "  because it is cheap\n"
        "Not:\n"
        "  own/mine is unpriced\n"
    )
    data = muster("models", "explain", "fix_bug", "--json").json["explanation"]
    assert (data["tier"], data["cost"], data["choice"]["model"]["id"]) == ("capable", "0.035", "clever")


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (ARRANGER, "  it arranges evidence; no language model is asked\n"),
        (CLEVER, "  $0.035 for 10,000 tokens in and 1,000 out\n"),
    ],
)
@pytest.mark.parametrize(
    ("usable", "headed"),
    [(True, "Would be chosen of what can be used here"), (False, "Would be chosen with a key for acme")],
)
def test_what_is_used_comes_before_what_would_be_chosen(
    muster: Muster, house: House, used: ModelInfo, said: str, usable: bool, headed: str
) -> None:
    """The settings decide; --model stands in for them."""
    choice = Choice(CLEVER, ModelTier.CAPABLE, ("it is work",))
    told = ModelExplanation(
        "fix_bug", ModelTier.CAPABLE, choice, Decimal("0.035"), None,
        used.in_tier(ModelTier.CAPABLE), Decimal("0.035"), usable,
    )  # fmt: skip
    case = house.answers("explain_model", told)

    answer = muster("models", "explain", "fix_bug", "--model", "x/y")

    assert case.asked == [ExplainModelRequest("fix_bug", model="x/y")]
    assert answer.out == (
        f"capable: {used.name}, as set\n{said}{headed}: acme/clever\n"
        "  $0.035 for 10,000 tokens in and 1,000 out\n"
        "  because it is work\n"
    )


def test_limits_reach_the_explanation_exactly(muster: Muster, house: House) -> None:
    """Dollars are decimal from the first moment on."""
    nothing = Choice(None, ModelTier.CHEAP, ("no model is within these limits",))
    case = house.answers("explain_model", ModelExplanation("x", ModelTier.CHEAP, nothing, None, None))

    answer = muster(
        "models", "explain", "x", "--provider", "b, a,b", "--needs", "vision", "--max-input-price", "0.10",
        "--max-output-price", "2", "--min-window", "5000", "--latency", "fast",
    )  # fmt: skip

    within = Constraints(
        ("b", "a"), None, Decimal("0.10"), Decimal(2), 5000, frozenset({ModelCapability.VISION}), Latency.FAST
    )
    assert case.asked == [ExplainModelRequest("x", within)]
    assert answer.out == "cheap: no model\n  because no model is within these limits\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--max-input-price", "-1"), "'-1' is no price in dollars"),
        (("--max-input-price", "nan"), "'nan' is no price in dollars"),
        (("--max-output-price", "ten"), "'ten' is no price in dollars"),
        (("--min-window", "-5"), "-5"),
        (("--latency", "fats"), "did you mean fast?"),
        (("--needs", "wings"), "unknown capability 'wings'"),
    ],
)
def test_limits_that_make_no_sense_are_usage(
    muster: Muster, house: House, args: tuple[str, ...], said: str
) -> None:
    """Before anything is opened."""
    answer = muster("models", "explain", "fix_bug", *args)

    assert answer.code == 2
    assert said in answer.err
    assert house.opened == []


def test_local_servers_are_listed_with_their_models(muster: Muster, house: House) -> None:
    """One line each; names from a server are made safe for a terminal."""
    servers = (
        FoundServer("ollama", "http://127.0.0.1:11434", ("qwen3", "bad\x1b[31m")),
        FoundServer("vllm", "http://127.0.0.1:8000", ()),
    )
    case = house.answers("detect_models", servers)

    answer = muster("models", "detect")

    assert case.asked == [DetectModelsRequest()]
    assert answer.out == (
        "server  at                      models\n"
        "ollama  http://127.0.0.1:11434  qwen3, bad\n"
        "vllm    http://127.0.0.1:8000   none loaded\n"
    )
    assert muster("models", "detect", "--json").json["servers"][1]["models"] == []


def test_no_local_server_is_said(muster: Muster, house: House) -> None:
    """And is no failure."""
    house.answers("detect_models", ())

    answer = muster("models", "detect")

    assert (answer.code, answer.out) == (
        0, "no server answers on the usual ports of Ollama, llama.cpp, vLLM and LM Studio\n"
    )  # fmt: skip


@pytest.mark.parametrize("name", ["list", "show", "explain", "detect"])
def test_every_subcommand_has_help_with_examples(muster: Muster, name: str) -> None:
    """It fits 80 columns."""
    answer = muster("models", name, "--help")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: muster models {name} ")
    assert "Examples:\n" in answer.out
    assert max(len(line) for line in answer.out.splitlines()) <= 80


def test_a_free_model_costs_zero_and_small_windows_are_told_in_full(muster: Muster, house: House) -> None:
    """Never "unpriced", and never rounded to nothing."""
    free = replace(ARRANGER, context_window=512)
    house.answers("list_models", ModelList((ListedModel(free, (ModelTier.CHEAP,)),), 0, ()))

    row = muster("models", "list").out.splitlines()[1]

    assert row.split() == ["fake/arranger", "cheap", "0", "0", "512", "medium", "tools"]
