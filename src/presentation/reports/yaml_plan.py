"""A plan as YAML that people read and edit; `muster run --plan` reads it back exactly.

The keys are those of the JSON form, in an order for people, and the task at the top.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import TypeAdapter

from ...domain.orchestration.plan import ExecutionPlan
from .json_ import SCHEMA_VERSION

ABOUT = {
    "task": "What is wanted, in your words.",
    "pattern": "How the team works; muster plan --help names the patterns.",
    "composition": "Who sits where: a pattern with members, each an agent of the team or a pattern again.\n"
    "Parts of their own may stand under parts: NAME:, and be named by use: NAME.",
    "agents": "The team: each works on its assignment with its model.",
    "gates": "What the result is held against.",
    "estimate": "What it is expected to take; it is not read when the plan runs, but for a budget.",
    "requirements": "What the task was understood to be.",
}
ORDER = (
    "task", "root", "since", "focus", "granted", "pattern", "max_concurrency", "composition", "agents", "gates",
    "uncovered", "reasons", "estimate", "requirements",
)  # fmt: skip
WIDE = 100
PLAIN = re.compile(r"[A-Za-z](?:[\w./()+-]| (?! ))*", re.ASCII)
"""Text that every reader of YAML takes for text as it stands, even inside brackets."""
TAKEN = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
UNSHOWN = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What JSON leaves as it is, and YAML takes for a line break or does not take at all."""


def render(plan: ExecutionPlan) -> str:
    """The plan as YAML with a word on each part."""
    content = _plain(TypeAdapter(ExecutionPlan).dump_python(plan, mode="python"))
    content["task"] = content["requirements"].pop("task")
    lines = ["# A plan of muster. Edit it as you like, and run it: muster run --plan FILE"]
    lines.append(f"schema_version: {SCHEMA_VERSION}")
    for key in (*ORDER, *sorted(content.keys() - set(ORDER))):
        if content[key] is None:
            continue
        about = ABOUT.get(key, "")
        lines += ["", *(f"# {line}" for line in about.splitlines())] if about else []
        lines += _entry(key, content[key], "")
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    """A value in what YAML has words for; sets in order, amounts of money as text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(_plain(each) for each in value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Decimal) else value


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    """`key: value`, on one line when it fits there."""
    flow = _flow(value)
    if _fits(value, flow, indent):
        yield f"{indent}{_text(key)}: {flow}"
        return
    yield f"{indent}{_text(key)}:"
    yield from _block(value, f"{indent}  ")


def _block(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _entry(key, each, indent)
        return
    for each in value:
        flow = _flow(each)
        if _fits(each, flow, indent):
            yield f"{indent}- {flow}"
        else:
            first, *rest = _block(each, f"{indent}  ")
            yield f"{indent}- {first.removeprefix(indent + '  ')}"
            yield from rest


def _fits(value: Any, flow: str, indent: str) -> bool:
    """Whether a value is best written in one line: all that is no collection, and small ones of such."""
    if not isinstance(value, Mapping | list) or not value:
        return True
    inner = value.values() if isinstance(value, Mapping) else value
    flat = not any(isinstance(each, Mapping | list) for each in inner)
    return flat and len(value) <= 3 and len(indent) + len(flow) <= WIDE


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    """A number as YAML 1.1 and 1.2 both read it: a fraction always has a point."""
    text = repr(value)
    if isinstance(value, int):
        return text
    if text in {"inf", "-inf", "nan"}:
        return text.replace("inf", ".inf").replace("nan", ".nan")
    return text if "." in text else text.replace("e", ".0e")


def _text(value: str) -> str:
    """Text without quotes where it cannot be taken for anything else."""
    if PLAIN.fullmatch(value) and not value.endswith(" ") and value.lower() not in TAKEN:
        return value
    return UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
