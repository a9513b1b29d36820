"""Muster as its container builds it: turns over all layers of a call, with prices, a budget, and a ledger on disk."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.peers.common import CHAIN, INSTRUCTIONS, KEY, MODEL, QUESTION, Contender, main, weather
from muster.application.turns.executors import FunctionExecutor
from muster.application.turns.function_tool import FunctionTool
from muster.application.turns.runner import TurnRunner
from muster.container import Container
from muster.domain.budget.limits import BudgetLimits
from muster.domain.models.tier import ModelTier
from muster.domain.turns.types import TurnConfig, TurnInput
from muster.infrastructure.config.loader import load_settings

ACCOUNT = "bench"
CONFIG = TurnConfig(streaming=False)


class Muster(Contender):
    """One runner without and one with the tool; every turn is watched by the bus and paid from a budget."""

    def __init__(self, url: str) -> None:
        self._ending = ExitStack()
        folder = Path(self._ending.enter_context(tempfile.TemporaryDirectory()))
        settings = {
            "data_dir": str(folder),
            "model": f"openai/{MODEL}",
            # The same wire format as the others'; to Muster it is a provider elsewhere, so prompts are guarded.
            "providers": {"openai": {"kind": "compatible", "url": f"{url}/v1", "key_env": "BENCH_KEY"}},
        }
        container = Container(
            loaded=load_settings(folder, settings, {"HOME": str(folder)}), env={"BENCH_KEY": KEY}
        )
        self._ending.enter_context(container.files())
        self._opener = container.opener()
        container.budgets().open(ACCOUNT, BudgetLimits(calls=1_000_000, usd=None))
        turns = container.turns()
        self._plain = turns(FunctionExecutor({}), ModelTier.CAPABLE)
        self._with_tool = turns(FunctionExecutor({"weather": FunctionTool(weather)}), ModelTier.CAPABLE)

    async def turn(self) -> str:
        return await _ask(self._plain, INSTRUCTIONS, QUESTION)

    async def tool_turn(self) -> str:
        return await _ask(self._with_tool, INSTRUCTIONS, QUESTION)

    async def chain(self) -> str:
        said = QUESTION
        for instructions in CHAIN:
            said = await _ask(self._plain, instructions, said)
        return said

    async def close(self) -> None:
        await self._opener.close()
        self._ending.close()


async def _ask(runner: TurnRunner, instructions: str, question: str) -> str:
    given = TurnInput(
        question, instructions, config=CONFIG, run_id="bench", agent="assistant", accounts=(ACCOUNT,)
    )
    output = await runner.run(given)
    return output.text or output.error


if __name__ == "__main__":
    main(Muster)
