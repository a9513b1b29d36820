"""How much a Claude model thinks: every generation is told in another way.

Up to 4.5 thinking is asked for with a budget of tokens. From 4.6 on the model finds the amount by itself, led by
an effort; from 5 on it does so unless it is told not to, and some models cannot be told.
"""

from __future__ import annotations

import re
from typing import Any

from ...domain.models.exchange import ModelRequest, Reasoning
from ...domain.models.info import ModelCapability, ModelInfo

VERSION = re.compile(r"claude-(?:(?P<family>[a-z]+)-)?(?P<major>\d{1,2})(?:-(?P<minor>\d{1,2}))?(?!\d)")
BUDGETS = {Reasoning.LOW: 1024, Reasoning.MEDIUM: 4096, Reasoning.HIGH: 16_384}
LEAST_BUDGET = 1024
LEAST_ANSWER = 1024
"""Tokens that a budget of thinking must leave for the answer."""
ADAPTIVE = (4, 6)
BY_DEFAULT = (5, 0)
# How thinking is turned off where it is on by default; a model that is not listed always thinks.
OFF = {
    ("opus", (5, 0)): "disabled",
    ("sonnet", (5, 0)): "disabled",
    ("haiku", (5, 5)): "disabled",
    ("sonnet", (5, 5)): "between_tools",
}


def generation(model: str) -> tuple[str, tuple[int, int]] | None:
    """Family and version in a model's id; None when it tells no version."""
    found = VERSION.search(model)
    if found is None:
        return None
    return found["family"] or "", (int(found["major"]), int(found["minor"] or 0))


def thinking(info: ModelInfo, request: ModelRequest) -> dict[str, Any]:
    """The parts of a request body, `thinking` and `output_config`, that set how much is thought."""
    wanted = request.reasoning
    if wanted is Reasoning.DEFAULT or not info.can(ModelCapability.REASONING):
        return {}
    known = generation(info.id)
    if known is None or known[1] < ADAPTIVE:
        return _budget(wanted, request.max_output_tokens)
    if known[1] < BY_DEFAULT:
        return {} if wanted is Reasoning.OFF else {"thinking": {"type": "adaptive"}, **_effort(wanted)}
    if wanted is not Reasoning.OFF:
        return _effort(wanted)
    off = OFF.get(known)
    return {"thinking": {"type": off}} if off else _effort(Reasoning.LOW)


def _budget(wanted: Reasoning, limit: int) -> dict[str, Any]:
    """Thinking with a budget, where the limit of the answer leaves room for it."""
    room = limit - LEAST_ANSWER
    if wanted is Reasoning.OFF or room < LEAST_BUDGET:
        return {}
    return {"thinking": {"type": "enabled", "budget_tokens": min(BUDGETS[wanted], room)}}


def _effort(wanted: Reasoning) -> dict[str, Any]:
    return {"output_config": {"effort": wanted.value}}
