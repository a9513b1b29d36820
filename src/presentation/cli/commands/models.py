"""`muster models`: which language models there are, what they cost, and which one a task would get."""

from __future__ import annotations

import os
import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from ....domain.models.info import Latency, ModelCapability
from ....domain.models.tier import ModelTier
from .. import options as o

if TYPE_CHECKING:
    from ....domain.models.selection import Constraints

CAPABILITIES = [capability.value for capability in ModelCapability]
UNCUT = 10_000
"""Columns for a file or a pipe, in which nothing needs to be cut."""


class Dollars(click.ParamType[Decimal]):
    """An amount of dollars, kept exactly."""

    name = "dollars"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The amount; fails for what is no number from 0 up."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is no price in dollars", param, ctx)
        return amount


def read_needs(_ctx: click.Context, _param: click.Parameter, text: str) -> frozenset[ModelCapability]:
    """Capabilities from a comma-separated list; raises UnknownName."""
    from ....domain.errors import UnknownName

    names = [name.strip().lower().replace("-", "_") for name in text.split(",") if name.strip()]
    for name in names:
        if name not in CAPABILITIES:
            raise UnknownName.of("capability", name, CAPABILITIES)
    return frozenset(ModelCapability(name) for name in names)


needs = click.option(
    "--needs",
    default="",
    metavar="A,B",
    callback=read_needs,
    help=f"Only models that have these: {', '.join(CAPABILITIES)}.",
)
provider = click.option("--provider", metavar="NAME", help="Only models of this provider.")
tier = click.option(
    "--tier",
    type=o.Names([tier.value for tier in ModelTier]),
    metavar="TIER",
    help="Only models of this tier: cheap, capable or premium.",
)


@click.group(
    "models",
    invoke_without_command=True,
    epilog=o.examples(
        "muster models",
        "muster models list --provider openai",
        "muster models show claude-opus-5-5",
        'muster models explain "find the race condition in src/queue"',
        "muster models detect",
    ),
)
@click.option("--debug", is_flag=True, expose_value=False, hidden=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List language models, find local ones, and explain which one a task gets.

    Without a command it lists the models that do the work of each tier.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, needs=frozenset())


@command.command(
    "list",
    cls=o.Command,
    short_help="List models and their prices.",
    epilog=o.examples("muster models list", "muster models list --tier cheap", "muster models list --all"),
)
@o.compose(
    provider,
    tier,
    needs,
    click.option("--all", "everything", is_flag=True, help="Every model, also deprecated ones."),
    o.json_flag,
    o.output,
)
def list_(
    provider: str | None = None,
    tier: str | None = None,
    needs: frozenset[ModelCapability] = frozenset(),
    everything: bool = False,
    json: bool = False,
    output: str | None = None,
) -> None:
    """List models with their prices: without options those that do the work of a tier, and your own."""
    from ....application.use_cases.list_models import ListModelsRequest
    from .. import session
    from ..model_words import list_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        request = ListModelsRequest(provider, ModelTier(tier) if tier else None, needs, everything)
        found = run_async(house.list_models().execute(request))
    text = as_json(models=found.models, more=found.more, sources=found.sources)
    width = stdout_width() if output is None and _at_terminal() else UNCUT
    emit(text if json else list_as_text(found, width), output)


def _at_terminal() -> bool:
    """Whether stdout is one, or is said to have a width."""
    return "COLUMNS" in os.environ or (sys.stdout is not None and sys.stdout.isatty())


@command.command(
    "show",
    cls=o.Command,
    short_help="Show one model.",
    epilog=o.examples("muster models show claude-opus-5-5", "muster models show openai/gpt-6-luna --json"),
)
@click.argument("name", metavar="MODEL")
@o.compose(o.json_flag, o.output)
def show(name: str, json: bool, output: str | None) -> None:
    """Show MODEL: an id, or provider/id."""
    from ....application.use_cases.show_model import ShowModelRequest
    from .. import session
    from ..model_words import model_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        model = run_async(house.show_model().execute(ShowModelRequest(name)))
    emit(as_json(model=model) if json else model_as_text(model, stdout_width()), output)


@command.command(
    "explain",
    cls=o.Command,
    short_help="Explain which model a task would get.",
    epilog=o.examples(
        "muster models explain fix_bug",
        'muster models explain "summarise the log" --provider anthropic,openai',
        "muster models explain refactor --needs tools,vision --max-output-price 5",
    ),
)
@click.argument("task")
@o.compose(
    click.option(
        "--model", default="", metavar="M", help="As if this were set: provider/model, or a provider."
    ),
    click.option(
        "--provider", "providers", default="", metavar="A,B", help="Only these, in order of preference."
    ),
    needs,
    click.option("--max-input-price", type=Dollars(), metavar="USD", help="Per million tokens of input."),
    click.option("--max-output-price", type=Dollars(), metavar="USD", help="Per million tokens of output."),
    click.option(
        "--min-window", type=click.IntRange(min=0), default=0, metavar="N", help="Tokens of input and output."
    ),
    click.option(
        "--latency",
        type=o.Names([latency.value for latency in Latency]),
        metavar="CLASS",
        help="At most this slow: fast, medium or slow.",
    ),
    o.json_flag,
    o.output,
)
def explain(task: str, model: str, json: bool, output: str | None, **limits: Any) -> None:
    """Explain which model TASK gets, and which one would be chosen for it.

    TASK is a kind of work, or a task in words. Calls no model. A run uses the model that is set, or that --model
    names; the choice is what is the cheapest for the work among the providers that have a key.
    """
    from ....application.use_cases.explain_model import ExplainModelRequest
    from .. import session
    from ..model_words import explanation_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        request = ExplainModelRequest(task, _within(**limits), model)
        told = run_async(house.explain_model().execute(request))
    emit(as_json(explanation=told) if json else explanation_as_text(told, stdout_width()), output)


def _within(
    providers: str, needs: frozenset[ModelCapability], latency: str | None, **limits: Any
) -> Constraints:
    from ....domain.models.selection import Constraints

    names = dict.fromkeys(name.strip() for name in providers.split(",") if name.strip())
    speed = Latency(latency) if latency else None
    return Constraints(tuple(names), capabilities=needs, latency=speed, **limits)


@command.command(
    "detect",
    cls=o.Command,
    short_help="Find servers of models on this machine.",
    epilog=o.examples("muster models detect", "muster models detect --json"),
)
@o.compose(o.json_flag, o.output)
def detect(json: bool, output: str | None) -> None:
    """Find servers of language models on this machine: Ollama, llama.cpp, vLLM, LM Studio.

    Looks at their usual ports on 127.0.0.1, and nowhere else.
    """
    from ....application.use_cases.detect_models import DetectModelsRequest
    from .. import session
    from ..model_words import servers_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        servers = run_async(house.detect_models().execute(DetectModelsRequest()))
    emit(as_json(servers=servers) if json else servers_as_text(servers, stdout_width()), output)
