"""A real sentence model of a few hundred bytes: a table of words, written as ONNX by hand, with its tokenizer."""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

INPUTS = ("input_ids", "attention_mask")
MEANINGS = {
    "dog": (1.0, 0.0, 0.0, 0.0), "puppy": (1.0, 0.1, 0.0, 0.0), "hound": (1.0, 0.0, 0.1, 0.0),
    "boat": (0.0, 1.0, 0.0, 0.0), "ship": (0.1, 1.0, 0.0, 0.0), "yacht": (0.0, 1.0, 0.1, 0.0),
    "tea": (0.0, 0.0, 1.0, 0.0), "coffee": (0.0, 0.1, 1.0, 0.0), "rain": (0.0, 0.0, 0.0, 1.0),
}  # fmt: skip
"""Words whose vectors are near each other when they mean alike; any other word says nothing."""


def tiny_model(
    folder: Path,
    *,
    meanings: Mapping[str, Sequence[float]] = MEANINGS,
    inputs: Iterable[str] = INPUTS,
    operator: str = "Gather",
) -> Path:
    """Write it into `folder`, which is made; the model looks up the vector of each token."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [[0.0] * len(next(iter(meanings.values()))), *meanings.values()]
    words = {"[UNK]": 0, **{word: number for number, word in enumerate(meanings, 1)}}
    (folder / "model.onnx").write_bytes(_model(rows, tuple(inputs), operator))
    tokenizer: dict[str, object] = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "post_processor": None,
        "decoder": None, "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": words, "unk_token": "[UNK]"},
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


def _model(rows: Sequence[Sequence[float]], inputs: Sequence[str], operator: str) -> bytes:
    """ModelProto of https://onnx.ai/onnx/intro/concepts.html, field by field."""
    flat = [number for row in rows for number in row]
    table = _number(1, len(rows)) + _number(1, len(rows[0])) + _number(2, 1) + _text(8, "table")
    table += _bytes(9, struct.pack(f"<{len(flat)}f", *flat))
    node = _text(1, "table") + _text(1, inputs[0]) + _text(2, "out") + _text(4, operator)
    graph = _bytes(1, node) + _text(2, "words") + _bytes(5, table)
    graph += b"".join(_bytes(11, _value(name, 7, ("batch", "length"))) for name in inputs)
    graph += _bytes(12, _value("out", 1, ("batch", "length", "width")))
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 13))


def _value(name: str, kind: int, shape: Iterable[str]) -> bytes:
    dimensions = b"".join(_bytes(1, _text(2, one)) for one in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dimensions)))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())
