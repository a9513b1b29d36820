"""Tools made from typed functions: pydantic reads the schema from the type hints and holds calls to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from ...domain.tools.spec import ToolCategory, ToolSpec
from .waiting import in_thread

NO_ARGUMENTS = frozenset({"", '""'})
ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


class FunctionTool:
    """A function with what it declares; `function` may be async, and blocks no event loop when it is not."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str = "",
        description: str = "",
        category: ToolCategory = ToolCategory.READ,
        writes: bool = False,
        permissions: frozenset[str] = frozenset(),
        repeatable: bool = False,
        targets: frozenset[str] | None = None,
    ) -> None:
        """Raises TypeError for a parameter that has no type hint, or that cannot be named in a call."""
        self._function = function
        self._arguments, self._names = _arguments_model(function)
        self.spec = ToolSpec(
            name=name or function.__name__,
            description=description or _first_paragraph(function),
            parameters=_schema(self._arguments),
            category=category,
            writes=writes or category is ToolCategory.WRITE,
            permissions=permissions,
            repeatable=repeatable,
            targets=targets,
        )

    def named(self, name: str) -> FunctionTool:
        """The same tool under `name`."""
        other = copy(self)
        other.spec = replace(self.spec, name=name)
        return other

    def staging(self) -> FunctionTool:
        """The same tool, whose writes are seen as a difference before they are made."""
        other = copy(self)
        other.spec = replace(self.spec, staged=True)
        return other

    def read(self, arguments: str) -> dict[str, Any]:
        """The JSON text `arguments` as keyword arguments; raises ValueError that says what does not fit.

        Values must have the types of the schema: "5" is no integer. `""` and `{}` are no arguments.
        """
        text = "{}" if arguments.strip() in NO_ARGUMENTS else arguments
        try:
            model = self._arguments.model_validate_json(text, strict=True)
        except ValidationError as error:
            raise ValueError(_reasons(error)) from None
        given = {field: name for field, name in self._names.items() if field in model.model_fields_set}
        return {name: getattr(model, field) for field, name in given.items()}

    async def run(self, arguments: Mapping[str, Any]) -> object:
        """Call the function; one that is not async runs beside the event loop."""
        call = partial(self._function, **arguments)
        value = call() if inspect.iscoroutinefunction(self._function) else await in_thread(call)
        return await value if inspect.isawaitable(value) else value


def tool(
    *,
    name: str = "",
    description: str = "",
    category: ToolCategory = ToolCategory.READ,
    writes: bool = False,
    permissions: frozenset[str] = frozenset(),
    repeatable: bool = False,
    targets: frozenset[str] | None = None,
) -> Callable[[Callable[..., Any]], FunctionTool]:
    """Decorator that makes a FunctionTool; name and description default to the function's own.

    `targets` are the arguments that say where a call goes, to whom or how much; without it their names tell.
    """
    return lambda function: FunctionTool(
        function,
        name=name,
        description=description,
        category=category,
        writes=writes,
        permissions=permissions,
        repeatable=repeatable,
        targets=targets,
    )


def as_json(value: object) -> str:
    """`value` as JSON text; dataclasses, models and dates too. Raises ValueError for what has no JSON."""
    return ANYTHING.dump_json(value).decode()


def _arguments_model(function: Callable[..., Any]) -> tuple[type[BaseModel], dict[str, str]]:
    """A model of the parameters, and parameter names by field name.

    Fields have names of their own, parameters are their aliases: a parameter may be called `copy` or `_x`.
    """
    hints = get_type_hints(
        function if inspect.isroutine(function) else type(function).__call__, include_extras=True
    )
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    for number, parameter in enumerate(inspect.signature(function).parameters.values()):
        _refuse_unusable(function, parameter, hints)
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[f"argument_{number}"] = (hints[parameter.name], Field(default, alias=parameter.name))
        names[f"argument_{number}"] = parameter.name
    return create_model("Arguments", __config__=ConfigDict(extra="forbid"), **fields), names


def _refuse_unusable(
    function: Callable[..., Any], parameter: inspect.Parameter, hints: Mapping[str, Any]
) -> None:
    by_name = parameter.kind in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}
    if not by_name or parameter.name not in hints:
        problem = "has no type hint" if by_name else "cannot be passed by name"
        raise TypeError(f"parameter {parameter.name!r} of {function!r} {problem}, so it cannot be a tool's")


def _schema(model: type[BaseModel]) -> dict[str, object]:
    schema = model.model_json_schema()
    schema.pop("title", None)
    return schema


def _first_paragraph(function: Callable[..., Any]) -> str:
    return " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())


def _reasons(error: ValidationError) -> str:
    """Each thing that does not fit, without the values: they may be long or secret."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    said = []
    for problem in problems[:5]:
        place = ".".join(str(part) for part in problem["loc"])
        said.append(f"{place}: {problem['msg']}" if place else problem["msg"])
    more = [f"and {len(problems) - 5} more"] if len(problems) > 5 else []
    return "; ".join(said + more)
