"""Models, prices and tiers of one's own, in YAML."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from muster.domain.errors import ConfigurationError
from muster.domain.models.info import FREE, Latency, ModelCapability, ModelInfo, ModelPrices, PriceStep
from muster.domain.models.overrides import ModelOverrides
from muster.domain.models.tasks import TaskType
from muster.domain.models.tier import ModelTier
from muster.infrastructure.config.model_entries import read_model_entries
from muster.infrastructure.llm.registry_source import load_catalogue
from tests.fakes.builders import JUDGE

ZERO: dict[str, object] = dict.fromkeys(("input", "output", "cache_read", "cache_write"), Decimal(0))
LOCAL = frozenset({"ollama", "vllm"})
ROOT = Path(__file__).resolve().parents[4]
STEP = PriceStep(200_000, Decimal(6), Decimal(30), Decimal("0.6"), Decimal("7.5"))
JUDGE_PRICES = ModelPrices(
    Decimal(3), Decimal(15), Decimal("0.3"), Decimal("3.75"), steps=(STEP,), batch=Decimal("0.5")
)
STEPPED = replace(JUDGE, id="stepped", prices=JUDGE_PRICES)
KNOWN = (JUDGE, replace(JUDGE, id="other"), STEPPED)
WHOLE = """\
models:
  - id: qwen3:32b
    provider: ollama
    tier: premium
    context_window: 32768
    max_input: 30000
    max_output: 8192
    price: 0
    capabilities: [tools, reasoning]
    latency: slow
    temperature: false
  - id: judge
    provider: fake
    price:
      input: 0.1
      output: "0.30"
      cache_read: 0.01
      batch: 0.5
tiers:
  fake: {cheap: other, premium: judge}
tasks:
  Fix Bug: premium
  generate-code: cheap
"""


def load(folder: Path, text: str) -> ModelOverrides:
    """What a file with this text says, over two known models."""
    path = folder / "models.yaml"
    path.write_text(text)
    return read_model_entries(path, KNOWN, LOCAL)


def test_a_whole_file_is_read_exactly(tmp_path: Path) -> None:
    """Prices are what is written, to the digit; the rest of a known model stays."""
    own = load(tmp_path, WHOLE)

    local = ModelInfo(
        "qwen3:32b", "ollama", ModelTier.PREMIUM, 32768, 8192, FREE, max_input=30000, temperature=False,
        capabilities=frozenset({ModelCapability.TOOLS, ModelCapability.REASONING}), latency=Latency.SLOW,
        source="models.yaml",
    )  # fmt: skip
    assert JUDGE.prices is not None
    prices = replace(
        JUDGE.prices,
        input=Decimal("0.1"),
        output=Decimal("0.30"),
        cache_read=Decimal("0.01"),
        batch=Decimal("0.5"),
    )
    assert own.models == (local, replace(JUDGE, prices=prices, source="models.yaml"))
    assert own.tiers == {"fake": {ModelTier.CHEAP: "other", ModelTier.PREMIUM: "judge"}}
    assert own.tasks == {
        TaskType.FIX_BUG: ModelTier.PREMIUM, TaskType.CODE_GENERATION: ModelTier.CHEAP
    }  # fmt: skip


def test_a_list_of_models_is_enough(tmp_path: Path) -> None:
    """And a new model gets careful guesses for what is not said."""
    own = load(tmp_path, "- {id: a, provider: house}\n- {id: b, provider: vllm, context_window: 2000}\n")

    unpriced, local = own.models
    assert unpriced == ModelInfo("a", "house", ModelTier.CAPABLE, 8192, 4096, None, source="models.yaml")
    assert (local.prices, local.context_window, local.max_output) == (FREE, 2000, 2000)
    assert (own.tiers, own.tasks) == ({}, {})


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "models: []\n", "{}\n"])
def test_an_empty_file_changes_nothing(tmp_path: Path, text: str) -> None:
    """Neither does a file of comments."""
    assert load(tmp_path, text) == ModelOverrides()


@pytest.mark.parametrize(
    ("price", "changed"),
    [
        ("{input: 2.5}", {"input": Decimal("2.5")}),
        ("{cache_read: 0, batch: 0.4}", {"cache_read": Decimal(0), "batch": Decimal("0.4")}),
        ("{}", {}),
        ("{steps: []}", {"steps": ()}),
        (
            "{steps: [{above: 9, input: 1, output: 2, cache_read: 3, cache_write: 4},"
            " {above: 5, input: 0, output: 0, cache_read: 0, cache_write: 0}]}",
            {"steps": (PriceStep(5, *map(Decimal, "0000")), PriceStep(9, *map(Decimal, "1234")))},
        ),
        ("0", ZERO | {"steps": ()}),
    ],
)
def test_only_what_is_told_of_a_known_price_changes(
    tmp_path: Path, price: str, changed: dict[str, object]
) -> None:
    """The rest stays: what cached tokens and long inputs cost, and the share of a batch."""
    (model,) = load(tmp_path, f"- {{id: stepped, provider: fake, price: {price}}}").models

    assert model.prices == replace(JUDGE_PRICES, **changed)  # type: ignore[arg-type]


def test_a_price_that_nobody_knows_has_to_be_told_with_input_and_output(tmp_path: Path) -> None:
    """Half a price is none."""
    with pytest.raises(ConfigurationError, match=r":1: price\.input: is missing") as raised:
        load(tmp_path, "- {id: new, provider: house, price: {output: 1}}")
    assert raised.value.hint == "nothing is known of this model's price: give input and output"


@pytest.mark.parametrize("price", ["null", "~"])
def test_a_known_price_can_be_taken_away(tmp_path: Path, price: str) -> None:
    """Then the model is unpriced, which is not free."""
    (model,) = load(tmp_path, f"- {{id: judge, provider: FAKE, price: {price}}}").models

    assert (model.name, model.prices) == ("fake/judge", None)


def test_a_local_model_can_have_a_price(tmp_path: Path) -> None:
    """Electricity is not free either."""
    (model,) = load(tmp_path, "- {id: m, provider: ollama, price: 0.25}").models

    quarter = Decimal("0.25")
    assert model.prices == ModelPrices(quarter, quarter, quarter, quarter)


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("- {id: a}", 1, "provider: is missing", "id and provider"),
        ("- {provider: p}", 1, "id: is missing", "id and provider"),
        ("- id: a\n  provider: p\n  prise: 3", 3, "prise: unknown key 'prise'", "price"),
        ("models:\n  - id: a\n    provider: p\n    tier: chep", 4, "model 'a': tier: unknown tier 'chep'", "cheap"),
        ("models:\n  - id: a\n    provider: p\n    price: {input: 1}", 4,
         "model 'a': price.output: is missing", "input and output"),
        ("- id: a\n  provider: p\n  price: {input: 1, output: 1, steps: [{over: 3}]}", 3,
         "unknown key 'over'", "above"),
        ("models:\n- {id: a, provider: p, price: -1}", 2, "model 'a': price.input: cannot be", ""),
        ("- {id: a, provider: p, price: .nan}", 1, "price.input: cannot be", ""),
        ("- {id: a, provider: p, price: .inf}", 1, "price.input: cannot be", ""),
        ("- {id: a, provider: p, price: yes}", 1, "price.input: cannot be True", ""),
        ("- {id: a, provider: p, price: cheap}", 1, "price.input: cannot be 'cheap'", ""),
        ("- {id: a, provider: p, price: {input: 1, output: 1, batch: 2}}", 1, "price.batch: cannot be", ""),
        ("- {id: a, provider: p, context_window: 0}", 1, "context_window: cannot be 0", ""),
        ("- {id: a, provider: p, context_window: 8k}", 1, "context_window: cannot be '8k'", ""),
        ("- {id: a, provider: p/q}", 1, "provider: cannot be 'p/q'", ""),
        ("- {id: a b, provider: p}", 1, "id: cannot be 'a b'", ""),
        ("- id: a\n  provider: p\n  capabilities:\n  - tools\n  - seeing", 5, "unknown capability 'seeing'", ""),
        ("tiers:\n  fake:\n    cheap: nobody", 3, "tiers.fake.cheap: unknown model 'nobody'", "judge"),
        ("tiers:\n  fake:\n    best: judge", 3, "unknown tier 'best'", "premium"),
        ("tasks:\n  cook: cheap", 1, "there is no kind of work 'cook'", "fix_bug"),
        ("tasks:\n  fix_bug: chep", 2, "unknown tier 'chep'", "cheap"),
        ("model: []", 1, "unknown key 'model'", "models"),
        ("just words", 1, "not models", "models:"),
        ("models: [", 1, "not valid YAML", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_key_and_value(
    tmp_path: Path, text: str, line: int, said: str, hint: str
) -> None:
    """And with what would be right."""
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path, text)

    error = raised.value
    assert error.message.startswith(f"{tmp_path / 'models.yaml'}:{line}: ")
    assert said in error.message
    assert hint in error.hint
    assert error.hint


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    """It was named, so somebody wanted it."""
    with pytest.raises(ConfigurationError, match="there is no such file") as raised:
        read_model_entries(tmp_path / "gone.yaml")
    assert raised.value.hint == "name one that is there, or none"


def test_the_example_in_the_documents_is_read() -> None:
    """As it stands there, over the catalogue that comes along."""
    text = (ROOT / "docs" / "models.md").read_text("utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "models.yaml"
        path.write_text(example)
        own = read_model_entries(path, load_catalogue(date(2026, 11, 21)).models, LOCAL)

    local, known = own.models
    assert (local.prices, local.context_window, known.context_window) == (FREE, 32768, 1_000_000)
    assert known.prices is not None
    assert (known.prices.input, known.prices.cache_write) == (Decimal("3.20"), Decimal(4))
    assert own.tasks[TaskType.SUMMARIZE] is ModelTier.CAPABLE
