"""Stage 1: the messages of a turn, and whether they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...domain.messaging.message import Message, Role
from ...domain.ports.token_counter import TokenCounter
from ...domain.tools.spec import ToolSpec
from ...domain.turns.types import BudgetVerdict, PreparedTurn, TurnConfig, TurnInput
from ...domain.workspace.document import DocumentSnapshot
from .budget import emergency_limit, estimate_budget, token_limit, tool_tokens
from .compress import compress_messages
from .document import outline, whole_text
from .rounds import DOCUMENT, drop_oldest_rounds

__all__ = ["build_messages", "estimate_budget", "prepare_turn", "summarize_turn"]


def prepare_turn(
    turn: TurnInput, counter: TokenCounter, window: int, tools: Sequence[ToolSpec] = ()
) -> PreparedTurn:
    """Build the messages and trim the history; `window` is the model's context in tokens, 0 when unknown.

    The document goes in whole when everything fits with it, else its outline does. History that even
    compression could not save is trimmed: its newest rounds stay.
    """
    config = turn.config
    messages = _build(turn, whole=True)
    budget = estimate_budget(messages, config, counter, window, tools)
    if budget.verdict is not BudgetVerdict.OK:
        if turn.snapshot is not None:
            messages = _build(turn, whole=False)
        room = emergency_limit(token_limit(config, window), config) - tool_tokens(tools, counter).tokens
        messages = drop_oldest_rounds(messages, room, counter)
        budget = estimate_budget(messages, config, counter, window, tools)
    context = next((message.content for message in messages if message.metadata == DOCUMENT), "")
    return PreparedTurn(messages, budget, turn.system_prompt, context)


def build_messages(
    prompt: str,
    snapshot: DocumentSnapshot | None = None,
    history: Sequence[Message] = (),
    *,
    system_prompt: str = "",
    whole: bool = True,
) -> tuple[Message, ...]:
    """System messages, history, then the user's: the document, `whole` or as an outline, and the prompt."""
    system = [Message(Role.SYSTEM, system_prompt)] if system_prompt else []
    system += [message for message in history if message.role is Role.SYSTEM]
    said = [message for message in history if message.role is not Role.SYSTEM]
    asked = [Message(Role.USER, prompt)]
    if snapshot is not None:
        text = whole_text(snapshot) if whole else outline(snapshot)
        asked.insert(0, Message(Role.USER, text, metadata=DOCUMENT))
    return (*system, *said, *asked)


def summarize_turn(
    prepared: PreparedTurn,
    config: TurnConfig,
    counter: TokenCounter,
    window: int,
    tools: Sequence[ToolSpec] = (),
) -> PreparedTurn:
    """Compress a turn that is a little too long and estimate again: it then fits, or is rejected."""
    room = token_limit(config, window) - tool_tokens(tools, counter).tokens
    messages = compress_messages(prepared.messages, room, counter)
    budget = estimate_budget(messages, config, counter, window, tools)
    if budget.verdict is not BudgetVerdict.OK:
        budget = replace(budget, verdict=BudgetVerdict.REJECT)
    return replace(prepared, messages=messages, budget=budget)


def _build(turn: TurnInput, *, whole: bool) -> tuple[Message, ...]:
    return build_messages(
        turn.prompt, turn.snapshot, turn.history, system_prompt=turn.system_prompt, whole=whole
    )
