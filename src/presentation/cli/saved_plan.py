"""A plan that `muster plan --json` wrote, and that somebody may have edited."""

from __future__ import annotations

from ...domain.errors import UserError
from ...domain.orchestration.plan import ExecutionPlan
from .baseline import read_json

WANTED = "write one with: muster plan TASK --json --output plan.json"


def read_plan(name: str) -> ExecutionPlan:
    """The plan in the file `name`; raises UserError that names the place of the first mistake."""
    from pydantic import TypeAdapter, ValidationError

    document = read_json(name, "plan", WANTED)
    content = document.get("plan", document)
    try:
        return TypeAdapter(ExecutionPlan).validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        words = f"the plan {name!r} cannot be used: {place or 'it'}: {first['msg']}"
        raise UserError(words, code="plan", hint=WANTED) from error
