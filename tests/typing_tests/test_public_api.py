"""The types of the public API, as mypy sees them; the gate is `make types`, and each name is there at run time too."""

from __future__ import annotations

import inspect
from decimal import Decimal
from typing import assert_type

import muster
from muster import (
    AgentTemplate,
    ExecutionPlan,
    Finding,
    Muster,
    RunRecord,
    RunReport,
    RunSummary,
    open_muster,
    sync,
)
from muster.domain.events.events import Envelope


async def the_asynchronous_api() -> None:
    """Never run: mypy reads it."""
    async with open_muster() as app:
        assert_type(app, Muster)
        plan = await app.plan_task("review", workspace=".", gates={"high": 0})
        assert_type(plan, ExecutionPlan)
        assert_type(plan.estimated_cost, Decimal | None)
        run = await app.run_task(plan, budget_usd=0.5)
        assert_type(run, RunRecord)
        assert_type(run.findings, tuple[Finding, ...])
        assert_type(run.report, RunReport | None)
        assert_type(await app.run_task("review"), RunRecord)
        assert_type(await app.runs(), tuple[RunSummary, ...])
        assert_type(await app.agents(), tuple[AgentTemplate, ...])
        async for envelope in app.events():
            assert_type(envelope, Envelope)


def the_synchronous_api() -> None:
    """Never run: mypy reads it."""
    assert_type(sync.plan_task("review"), ExecutionPlan)
    assert_type(sync.run_task("review"), RunRecord)
    assert_type(sync.check(), RunRecord)
    assert_type(sync.runs(), tuple[RunSummary, ...])


def test_every_public_name_is_there_and_says_what_it_is_for() -> None:
    """`__all__` holds what it says; each class and function has a docstring."""
    for name in muster.__all__:
        value = getattr(muster, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, name
    assert set(muster.__all__) <= set(dir(muster))


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    """The lazy loading of names hides no typo."""
    with_typo = "open_mustard"
    assert not hasattr(muster, with_typo)
