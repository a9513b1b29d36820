"""A plan that `muster plan` wrote as YAML or JSON, and that somebody may have edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from ...domain.errors import MusterError, UnknownName, UserError, closest
from ...domain.orchestration.gates import KINDS
from ...domain.orchestration.plan import ExecutionPlan
from .baseline import read_json
from .plain import SCHEMA_VERSION

if TYPE_CHECKING:
    from pydantic import ValidationError

WANTED = "write one with: muster plan TASK --json --output plan.json"
WANTED_YAML = "write one with: muster plan TASK --format yaml --output plan.yaml"
Place = tuple[int | str, ...]
OF_YAML = ("schema_version", "task", "parts")
"""Keys of a plan in YAML beside those of the plan itself."""
AS_TREE = "composition"


def read_plan(name: str) -> ExecutionPlan:
    """The plan in the file `name`, YAML or JSON by what it holds.

    Raises UserError that names the place of the first mistake, in YAML with its line.
    """
    from ...container.paths import real_place

    real_place(name)
    if _is_json(name):
        document = read_json(name, "plan", WANTED)
        return _validated(document.get("plan", document), partial(_fault, name))
    from ...container.plans import plan_document

    try:
        values, line = plan_document(Path(name))
    except MusterError as error:
        raise UserError(f"the plan {error.message}", code="plan", hint=error.hint) from error

    def fault(place: Place, words: str, hint: str = WANTED_YAML) -> UserError:
        written = line(("task",) if place == ("requirements", "task") and "task" in values else place)
        where = f"{'.'.join(map(str, place))}: " if place else ""
        return UserError(f"the plan {name}:{written}: {where}{words}", code="plan", hint=hint)

    return _validated(_content(values, fault), fault)


def _is_json(name: str) -> bool:
    """Whether the file begins like JSON; what is no file, a pipe for one, can be read once, and so is taken for it."""
    if not Path(name).is_file():
        return True
    try:
        with Path(name).open(encoding="utf-8-sig", errors="replace") as file:
            start = next((line.strip() for line in file if line.strip()), "")
    except OSError:
        return True
    return start.startswith(("{", "["))


def _content(values: Mapping[str, object], fault: Callable[..., UserError]) -> dict[str, object]:
    """The plan of a YAML document: every key known, the task where it belongs, the parts in their places."""
    from ...domain.orchestration.composition_parts import Misplaced, read_composition

    version = values.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        words = f"is {version!r}, and {SCHEMA_VERSION} is what can be read here"
        raise fault(("schema_version",), words)
    _refuse_unknown(values, ExecutionPlan, (), fault)
    content = {key: value for key, value in values.items() if key not in OF_YAML}
    if "task" in values and isinstance(content.get("requirements"), dict):
        content["requirements"] = {**content["requirements"], "task": values["task"]}  # type: ignore[dict-item]
    parts = values.get("parts") or {}
    if not isinstance(parts, dict):
        raise fault(
            ("parts",), "is to be a table of compositions by name", "write NAME: {pattern: …, members: …}"
        )
    if content.get(AS_TREE) is not None:
        try:
            content[AS_TREE] = read_composition(content[AS_TREE], parts)
        except Misplaced as error:
            where, _, words = error.message.partition(": ")
            raise fault(error.place, words or where, error.hint) from error
    return content


def _refuse_unknown(value: object, kind: object, place: Place, fault: Callable[..., UserError]) -> None:
    """A key that nothing answers to is a slip of the pen, and would else be passed over in silence."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            _refuse_unknown(each, next(iter(get_args(kind)), None), (*place, index), fault)
        return
    if not is_dataclass(kind) or not isinstance(value, dict) or place[:1] == (AS_TREE,):
        return
    known = [field.name for field in fields(kind)] + list(OF_YAML if not place else ())
    hints = get_type_hints(kind)
    for key, each in value.items():
        if key not in known:
            near = closest(str(key), known)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise fault((*place, str(key)), "unknown key", hint)
        _refuse_unknown(each, hints.get(key), (*place, key), fault)


def _validated(content: object, fault: Callable[..., UserError]) -> ExecutionPlan:
    from pydantic import TypeAdapter, ValidationError

    try:
        plan = TypeAdapter(ExecutionPlan).validate_python(content)
    except ValidationError as error:
        raise fault(*_first(error)) from error
    for index, gate in enumerate(plan.gates):
        if gate.name not in KINDS:
            unknown = UnknownName.of("gate", gate.name, KINDS)
            raise fault(("gates", index, "name"), unknown.message, unknown.hint)
    return plan


def _first(error: ValidationError) -> tuple[Place, str]:
    first: Any = error.errors(include_url=False)[0]
    allowed = first.get("ctx", {}).get("expected", "")
    return first["loc"], first["msg"] if allowed in first["msg"] else f"{first['msg']} ({allowed})"


def _fault(name: str, place: Place, words: str, hint: str = WANTED) -> UserError:
    where = ".".join(map(str, place)) or "it"
    return UserError(f"the plan {name!r} cannot be used: {where}: {words}", code="plan", hint=hint)


def refuse_unsaid(plan: ExecutionPlan, allowed: frozenset[str], path: str | None) -> None:
    """Raise UserError for what a plan would do that nobody at this command line has said.

    A plan may come from somebody else: it takes the permissions that are `allowed` here, and works on the folder that
    one is in, or that `path` names.
    """
    unsaid = sorted(plan.granted - allowed)
    if unsaid:
        flags = " ".join(f"--{name}" for name in unsaid)
        raise UserError(
            f"the plan takes the permission {', '.join(map(repr, unsaid))}, which was not given here",
            code="not-granted",
            hint=f"read the plan, and allow it: {flags}; or take it out of the plan",
        )
    from ...container.paths import lies_within

    if path is None and not lies_within(str(Path.cwd()), plan.root):
        raise UserError(
            f"the plan is for the folder {plan.root!r}, and this is another one",
            code="plan-folder",
            hint=f"say that you mean it: --path {plan.root}",
        )
