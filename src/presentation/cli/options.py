"""Options that several commands share, and what becomes of their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from ...domain.errors import UserError
from ...domain.evidence.severity import Severity
from ...domain.orchestration.gates import Gate
from ...domain.security.classification import Classification

F = TypeVar("F", bound=Callable[..., Any])
RUN_FORMATS = ("text", "markdown", "json", "sarif", "junit", "html")
YAML = "yaml"
PLAN_FORMATS = ("text", "markdown", "json", YAML)


class Names(click.Choice[str]):
    """A choice that guesses what was meant."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Name the value, the closest choice and all of them."""
        from difflib import get_close_matches

        known = [str(choice) for choice in self.choices]
        close = get_close_matches(str(value).lower(), known, n=1)
        guess = f"; did you mean {close[0]}?" if close else ""
        return f"{value!r} is not known{guess} (known: {', '.join(known)})"


class FileName(click.Path):
    """A name that is completed as files are. The one guard of paths looks at it; click would ask the system first."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As it was given."""
        return value


FILE = FileName()


class Command(click.Command):
    """A command that also takes --debug, which `entry` looks for by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(click.Option(["--debug"], is_flag=True, expose_value=False, hidden=True))


def compose(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Apply `decorators` so that their options are listed in the order given."""

    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def examples(*lines: str) -> str:
    """An epilog that keeps its line breaks."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def read_gates(_ctx: click.Context, _param: click.Parameter, texts: Iterable[str]) -> tuple[Gate, ...]:
    """Each `name=value` as a gate; raises UserError or UnknownName."""
    return tuple(Gate.parse(text) for text in texts)


def read_agents(_ctx: click.Context, _param: click.Parameter, texts: Iterable[str]) -> tuple[str, ...]:
    """Agents from comma-separated lists, each once, in order."""
    texts = tuple(texts)
    names = [name.strip() for text in texts for name in text.split(",")]
    if texts and not any(names):
        raise UserError("--agents names no agent", code="agents", hint="muster agents lists them")
    return tuple(dict.fromkeys(name for name in names if name))


def formats(choices: tuple[str, ...]) -> Callable[[F], F]:
    """`--format` with these choices, and `--json` as a short way to one of them."""
    return compose(
        click.option(
            "--format",
            "format",
            type=Names(choices),
            default="text",
            show_default=True,
            metavar="|".join(choices),
            help="How to write the result.",
        ),
        json_flag,
    )


json_flag = click.option("--json", "json", is_flag=True, help="Machine-readable result (and errors).")
path = click.option(
    "--path", default=".", show_default=True, metavar="DIR", help="The project's folder.", type=FILE
)
since = click.option("--since", metavar="REF", help="Count findings only in files changed since this ref.")
output = click.option(
    "--output", "-o", metavar="FILE", type=FILE, help="Write the result to FILE, whole or not at all."
)
quiet = click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
gates = click.option(
    "--gate",
    "gates",
    multiple=True,
    metavar="NAME=VALUE",
    callback=read_gates,
    help="Hold the result against a threshold, e.g. high=0 or coverage=80; may be repeated.",
)
run_tests = click.option(
    "--run-tests", is_flag=True, help="Allow running the project's own tests (they are code: trust them)."
)
write = click.option(
    "--write",
    is_flag=True,
    help="Allow agents to change files: all their edits are made together when the gates pass, or none is.",
)
no_history = click.option("--no-history", is_flag=True, help="Plan without what earlier runs have taught.")
no_memory = click.option(
    "--no-memory",
    is_flag=True,
    help="As if no run had been before; later runs do not know of this one's findings.",
)
classification = click.option(
    "--class",
    "classification",
    type=Names([one.value for one in Classification], case_sensitive=False),
    metavar="CLASS",
    help=f"{', '.join(Classification)}; SENSITIVE is encrypted.",
)
team = compose(
    click.option(
        "--pattern",
        metavar="NAME",
        help="How the team works: sequential, parallel, refinement, hierarchical, debate, voting, teaching, "
        "adaptive, conditional, nested, or one that is installed; default: by the task.",
    ),
    click.option(
        "--agents",
        multiple=True,
        metavar="A,B",
        callback=read_agents,
        help="Exactly these agents; default: by the task.",
    ),
)
verdict = compose(
    click.option(
        "--baseline",
        metavar="FILE",
        type=FILE,
        help="Findings in FILE (a baseline, or a JSON or SARIF report) are known and do not count.",
    ),
    click.option(
        "--fail-on",
        type=Names([severity.value for severity in Severity]),
        metavar="SEVERITY",
        help="Fail when there is a finding at least this severe: critical, high, medium, low or info.",
    ),
)


def chosen(format: str, json: bool) -> str:  # noqa: A002 - named after the options
    """The format that --format and --json ask for together; raises click.UsageError when they differ."""
    if json and format not in {"text", "json"}:
        raise click.UsageError(f"--json and --format {format} differ", click.get_current_context())
    return "json" if json else format
