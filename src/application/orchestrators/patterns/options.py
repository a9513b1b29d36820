"""Options of patterns: typed, checked, and told by name when they are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ....domain.errors import UserError, closest
from ....domain.orchestration.composition import Scalar

MAX_ROUNDS = 10
Rounds = Annotated[int, Field(ge=1, le=MAX_ROUNDS)]
Share = Annotated[float, Field(ge=0, le=1)]


class Options(BaseModel):
    """What may be set for a pattern; a value of another type is refused, not bent."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


O = TypeVar("O", bound=Options)  # noqa: E741 - the field's usual letter


def read_options(kind: type[O], pattern: str, given: Mapping[str, Scalar]) -> O:
    """The options in `given`, defaults for the rest; raises UserError that names pattern, option and value."""
    known = list(kind.model_fields)
    for name in given:
        if name not in known:
            near = closest(name, known)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise UserError(f"pattern {pattern!r} has no option {name!r}", code="option", hint=hint)
    try:
        return kind.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        reason = first["msg"].removeprefix("Value error, ")
        what = kind.model_fields[name].description or "see the reference of patterns"
        raise UserError(
            f"option {name!r} of pattern {pattern!r} is {given[name]!r}: {reason}", code="option", hint=what
        ) from error
