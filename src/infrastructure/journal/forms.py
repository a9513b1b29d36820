"""How parts of a run are written as JSON, and how what an older release wrote is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from ...domain.errors import StorageError
from ...domain.orchestration.approvals import Wait
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import AgentResult, RunReport, RunTerms
from ..common.sqlite_errors import FOREIGN

T = TypeVar("T")
Upcaster = Callable[[Any], Any]

FORM = 1
"""Version of the JSON in plan, terms, waits, report and results; one more with every change that old JSON fails at."""
ENCODER = json.JSONEncoder(separators=(",", ":"))
PLAN = TypeAdapter(ExecutionPlan)
RESULT = TypeAdapter(AgentResult)
REPORT = TypeAdapter(RunReport)
TERMS = TypeAdapter(RunTerms)
WAITS = TypeAdapter(tuple[Wait, ...])
UPCASTERS: Mapping[int, Mapping[TypeAdapter[Any], Upcaster]] = {}
"""By version: what makes parts of it into parts of the next version; a part without an entry is as it was."""


def text_of(adapter: TypeAdapter[T], value: T) -> str:
    """`value` as JSON in ASCII, which keeps half characters; pydantic's own JSON refuses them, and drops infinity."""
    return ENCODER.encode(adapter.dump_python(value, mode="json"))


@lru_cache(maxsize=64)
def terms_text(terms: RunTerms) -> str:
    """The terms as JSON: most runs have the same."""
    return text_of(TERMS, terms)


def parsed(
    adapter: TypeAdapter[T],
    version: int,
    value: object,
    upcasters: Mapping[int, Mapping[TypeAdapter[Any], Upcaster]] = UPCASTERS,
    newest: int = FORM,
) -> T:
    """What JSON of that version means today; raises StorageError for a later version than `newest`, ValueError."""
    if version > newest:
        raise StorageError("the run was written by a newer Muster", code=FOREIGN, hint="update Muster")
    for step in range(version, newest):
        upcaster = upcasters.get(step, {}).get(adapter)
        value = upcaster(value) if upcaster else value
    return adapter.validate_python(value)
