"""What every embedder promises; the real adapter runs a real model of a few words."""

import json
import math
import re
import struct
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.domain.errors import ConfigurationError
from muster.domain.ports.embedder import Embedder
from muster.infrastructure.memory.onnx_embedder import OnnxEmbedder
from tests.fakes.tiny_model import MEANINGS, tiny_model


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """A model that knows nine words."""
    return OnnxEmbedder(tiny_model(tmp_path_factory.mktemp("models") / "words"))


def numbers(row: bytes) -> tuple[float, ...]:
    """The vector that these bytes are."""
    return struct.unpack(f"<{len(row) // 4}f", row)


def near(one: bytes, other: bytes) -> float:
    """The cosine of the angle between two vectors of length 1."""
    return sum(a * b for a, b in zip(numbers(one), numbers(other), strict=True))


@settings(max_examples=40)
@given(texts=st.lists(st.text() | st.lists(st.sampled_from(sorted(MEANINGS))).map(" ".join), max_size=5))
def test_any_texts_become_vectors_of_length_one(embedder: Embedder, texts: list[str]) -> None:
    """As many as there are texts, each the same as when its text stands alone; zeros where it says nothing."""
    rows = embedder.embed(texts)
    assert len(rows) == len(texts)
    for text, row in zip(texts, rows, strict=True):
        assert len(numbers(row)) == embedder.dimension()
        known = not set(MEANINGS).isdisjoint(re.findall(r"\w+|[^\w\s]+", text.lower()))
        assert math.hypot(*numbers(row)) == pytest.approx(1.0 if known else 0.0, abs=1e-5)
        assert numbers(row) == pytest.approx(numbers(embedder.embed([text])[0]), abs=1e-6)


def test_what_means_alike_lies_close_together(embedder: Embedder) -> None:
    """Whatever words it says it with."""
    dog, puppy, ship = embedder.embed(["a dog", "a puppy", "a ship"])
    assert near(dog, puppy) > 0.9
    assert near(dog, ship) < 0.3


def test_threads_share_it(embedder: Embedder) -> None:
    """Each gets its own answer."""
    words = sorted(MEANINGS) * 20
    alone = {word: embedder.embed([word])[0] for word in MEANINGS}
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda word: embedder.embed([word])[0], words))
    assert rows == [alone[word] for word in words]


def test_a_lone_surrogate_is_no_error(embedder: Embedder) -> None:
    """Texts come from anywhere."""
    assert len(embedder.embed(["\ud800 dog"])) == 1


def unit(*parts: float) -> tuple[float, ...]:
    """That way, at length 1."""
    return tuple(part / math.hypot(*parts) for part in parts)


def check(row: bytes, expected: Sequence[float]) -> None:
    """The vector is that one."""
    assert numbers(row) == pytest.approx(expected, abs=1e-6)


def test_the_mean_of_all_tokens_counts_and_padding_does_not(tmp_path: Path) -> None:
    """Unless the folder says that the first token counts, or that there are fewer."""
    folder = tiny_model(tmp_path / "m")
    check(OnnxEmbedder(folder).embed(["dog boat", "dog boat tea tea tea tea"])[0], unit(1, 1, 0, 0))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 2}')
    check(OnnxEmbedder(folder).embed(["dog boat tea"])[0], unit(1, 1, 0, 0))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text('{"pooling_mode_cls_token": true}')
    check(OnnxEmbedder(folder).embed(["dog boat tea"])[0], unit(1, 0, 0, 0))


def test_other_files_are_another_model(tmp_path: Path) -> None:
    """The same ones are the same, wherever they lie."""
    names = [
        OnnxEmbedder(tiny_model(tmp_path / "a" / "m")).model(),
        OnnxEmbedder(tiny_model(tmp_path / "b" / "m")).model(),
        OnnxEmbedder(tiny_model(tmp_path / "c" / "m", meanings={"dog": (0, 1, 0, 0)})).model(),
    ]
    folder = tiny_model(tmp_path / "d" / "m")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 2}')
    names.append(OnnxEmbedder(folder).model())
    assert [names.index(name) for name in names] == [0, 0, 2, 3]
    assert all(name.startswith("m:") for name in names)


def refused(folder: Path) -> ConfigurationError:
    """What is said of a folder; nothing was loaded when the embedder was made."""
    embedder = OnnxEmbedder(folder)
    with pytest.raises(ConfigurationError) as raised:
        embedder.embed(["dog"])
    assert repr(str(folder)) in raised.value.message
    assert raised.value.hint
    return raised.value


def test_a_folder_without_its_files_is_named(tmp_path: Path) -> None:
    """And which file is missing."""
    assert "has no model.onnx" in refused(tmp_path / "nowhere").message
    folder = tiny_model(tmp_path / "m")
    (folder / "tokenizer.json").unlink()
    assert "has no tokenizer.json" in refused(folder).message


def test_files_that_are_no_model_are_refused(tmp_path: Path) -> None:
    """Nonsense, what does not exist or fit together, inputs that nobody can fill, a way to pool that is not known."""
    for name in ("model.onnx", "tokenizer.json"):
        folder = tiny_model(tmp_path / name)
        (folder / name).write_bytes(b"nonsense")
        assert "cannot be read" in refused(folder).message
    assert "cannot be read" in refused(tiny_model(tmp_path / "o", operator="Guess")).message
    assert (
        "asks for input_ids, pixels"
        in refused(tiny_model(tmp_path / "i", inputs=("input_ids", "pixels"))).message
    )
    folder = tiny_model(tmp_path / "w", meanings={"dog": (1.0, 0.0, 0.0, 0.0)})
    (folder / "tokenizer.json").write_bytes((tiny_model(tmp_path / "x") / "tokenizer.json").read_bytes())
    with pytest.raises(ConfigurationError, match="cannot be run"):
        OnnxEmbedder(folder).embed(["rain"])
    folder = tiny_model(tmp_path / "p")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_max_tokens": True}))
    assert "pools by pooling_mode_max_tokens" in refused(folder).message


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And names the package that is missing."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    error = refused(tiny_model(tmp_path / "m"))
    assert "onnxruntime" in error.message
    assert "muster-agents[embeddings]" in error.hint
