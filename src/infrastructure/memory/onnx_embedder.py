"""Vectors from a model in a folder, computed on this machine."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...domain.errors import ConfigurationError
from ...domain.ports.embedder import Embedder

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

BATCH = 32
MOST_TOKENS = 512
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
POOLING, LENGTH = "1_Pooling/config.json", "sentence_bert_config.json"
NEEDED, KNOWN = frozenset({"input_ids"}), frozenset({"input_ids", "attention_mask", "token_type_ids"})


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model that is ready; `first` pools by the first token, as some models want, else by the mean of all."""

    name: str
    session: InferenceSession
    tokenizer: Tokenizer
    inputs: frozenset[str]
    first: bool
    dimension: int = 0


class OnnxEmbedder(Embedder):
    """A sentence model as ONNX with its tokenizer: a folder that holds `model.onnx` and `tokenizer.json`.

    Where the folder says how the model pools and how many tokens it reads (`1_Pooling/config.json`,
    `sentence_bert_config.json`), that holds; otherwise the mean of all tokens, at most 512. Loaded at first use,
    and safe for threads. Needs the extra `embeddings`; nothing is ever downloaded.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def model(self) -> str:
        """The folder's name with a digest of its files."""
        return self._ready().name

    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self._ready().dimension

    def embed(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        """A vector for each text; those of one length are computed together."""
        model = self._ready()
        tokens = [
            model.tokenizer.encode(text.encode("utf-8", "replace").decode()).ids or [0] for text in texts
        ]
        order = sorted(range(len(texts)), key=lambda number: len(tokens[number]))
        found: dict[int, bytes] = {}
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            rows = self._run(model, [tokens[number] for number in batch]).astype("<f4")
            found.update((number, row.tobytes()) for number, row in zip(batch, rows, strict=True))
        return tuple(found[number] for number in range(len(texts)))

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                model = _load(self._folder)
                rows = self._run(model, [[0], [0, 0]])
                if rows.ndim != 2 or len(rows) != 2 or rows.dtype.kind != "f":
                    raise _unfit(self._folder, f"answers two texts with {rows.dtype} of shape {rows.shape}")
                self._loaded = replace(model, dimension=int(rows.shape[1]))
            return self._loaded

    def _run(self, model: _Loaded, tokens: Sequence[Sequence[int]]) -> np.ndarray[Any, Any]:
        try:
            return _computed(model, tokens)
        except Exception as error:  # the runtime has a class for each thing that can be wrong with a model
            raise _unfit(self._folder, f"cannot be run: {error}") from error


def _load(folder: Path) -> _Loaded:
    """Raises ConfigurationError that says what is missing or does not fit."""
    for name in (MODEL, TOKENIZER):
        if not (folder / name).is_file():
            message = f"the embedder {str(folder)!r} has no {name}"
            hint = f"let the setting embedder name a folder that holds {MODEL} and {TOKENIZER}"
            raise ConfigurationError(message, code="embedder", hint=hint)
    session, tokenizer = _opened(folder)
    tokenizer.no_padding()
    tokenizer.enable_truncation(_length(folder))
    inputs = frozenset(one.name for one in session.get_inputs())
    if not NEEDED <= inputs <= KNOWN:
        raise _unfit(folder, f"asks for {', '.join(sorted(inputs))}; known are {', '.join(sorted(KNOWN))}")
    name = f"{folder.absolute().name}:{_digest(folder)}"
    return _Loaded(name, session, tokenizer, inputs, _pools_by_first(folder))


def _opened(folder: Path) -> tuple[InferenceSession, Tokenizer]:
    try:
        import numpy  # noqa: F401 - only whether it is there
        import onnxruntime
        from tokenizers import Tokenizer
    except ImportError as error:
        message = f"the embedder {str(folder)!r} needs packages that are not installed: {error}"
        hint = "install muster-agents[embeddings], or take the setting embedder away"
        raise ConfigurationError(message, code="embedder", hint=hint) from error
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads rest
    options.log_severity_level = 4  # it writes past everybody's log, and its errors are raised, too
    file, providers = str(folder / MODEL), ["CPUExecutionProvider"]
    try:
        session = onnxruntime.InferenceSession(file, options, providers=providers)
        return session, Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # each of the two has error classes of its own, down to the bare Exception
        raise _unfit(folder, f"cannot be read: {error}") from error


def _computed(model: _Loaded, tokens: Sequence[Sequence[int]]) -> np.ndarray[Any, Any]:
    """One row a text, of unit length; padding takes no part in the mean."""
    import numpy as np

    longest = max(len(one) for one in tokens)
    numbers, mask = np.zeros((2, len(tokens), longest), np.int64)
    for row, one in enumerate(tokens):
        numbers[row, : len(one)], mask[row, : len(one)] = one, 1
    given = {"input_ids": numbers, "attention_mask": mask, "token_type_ids": np.zeros_like(numbers)}
    out = model.session.run(None, {name: given[name] for name in model.inputs})[0]
    if out.ndim == 3:  # a vector a token; models that pool themselves give one a text
        weights = mask[:, :, None]
        out = out[:, 0] if model.first else (out * weights).sum(1) / weights.sum(1)
    lengths = np.linalg.norm(out, axis=-1, keepdims=True)
    unit: np.ndarray[Any, Any] = np.divide(out, lengths, out=np.zeros_like(out), where=lengths > 0)
    return unit


def _length(folder: Path) -> int:
    told = _config(folder, LENGTH).get("max_seq_length")
    return min(told, MOST_TOKENS) if isinstance(told, int) and told > 0 else MOST_TOKENS


def _pools_by_first(folder: Path) -> bool:
    ways = {name for name, chosen in _config(folder, POOLING).items() if "pooling_mode_" in name and chosen}
    if not ways or ways == {"pooling_mode_mean_tokens"}:
        return False
    if ways == {"pooling_mode_cls_token"}:
        return True
    raise _unfit(
        folder, f"pools by {', '.join(sorted(ways))}; known are the mean of all tokens and the first"
    )


def _config(folder: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads((folder / name).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _unfit(folder, f"has a {name} that cannot be read: {error}") from error
    return content if isinstance(content, dict) else {}


def _digest(folder: Path) -> str:
    """Of everything that a vector depends on; 16 digits are enough to tell models apart."""
    whole = hashlib.sha256()
    weights = sorted(folder.glob(f"{MODEL}*"))  # large models keep theirs in files beside
    for path in (*weights, folder / TOKENIZER, folder / POOLING, folder / LENGTH):
        if path.is_file():
            with path.open("rb") as file:
                whole.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:16]


def _unfit(folder: Path, what: str) -> ConfigurationError:
    hint = "export a sentence model to ONNX with its tokenizer, or take the setting embedder away"
    return ConfigurationError(f"the embedder {str(folder)!r} {what}", code="embedder", hint=hint)
