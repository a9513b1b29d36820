"""`muster workflow`: named plans of several stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ....domain.errors import MusterError, UserError
from .. import options as o
from .. import spending

if TYPE_CHECKING:
    from ....domain.workflows.state import StageRecord, WorkflowState
    from ..failures import Interrupted

FORMATS = ("text", "markdown", "json")


def read_inputs(_ctx: click.Context, _param: click.Parameter, texts: Iterable[str]) -> dict[str, str]:
    """Each `name=value`; raises UserError."""
    values: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise UserError(f"input {text!r} has no value", code="input", hint="write --input name=value")
        if name.strip() in values:
            raise UserError(f"input {name.strip()!r} is given twice", code="input", hint="give it once")
        values[name.strip()] = value
    return values


def tell_left_out(error: MusterError) -> None:
    """A file with a mistake is no reason to refuse the other workflows."""
    from ..terminal import say

    say(f"muster: left out: {error.message}")


@dataclass(slots=True)
class Follow:
    """Tells of stages on stderr, and remembers which workflow it is for the farewell."""

    quiet: bool
    model: str | None = None
    run_id: str = ""
    state: WorkflowState | None = None

    def __call__(self, state: WorkflowState, record: StageRecord) -> None:
        """Take the next change."""
        from ..terminal import say
        from ..workflow_words import progress_line

        self.state = state
        if not self.quiet:
            say(progress_line(record))

    def farewell(self) -> Interrupted:
        """What is said when somebody ends it."""
        from ..failures import Interrupted

        run_id = self.state.id if self.state else self.run_id
        if not run_id:
            return Interrupted("interrupted before the first stage began", "muster workflow runs")
        model = f" --model {self.model}" if self.model else ""
        hint = f"go on: muster workflow resume {run_id}{model}"
        if self.state is None:
            return Interrupted(f"interrupted; workflow run {run_id} is as it was", hint)
        done = sum(record.is_over for record in self.state.records)
        stages = f"{done} of {len(self.state.records)} stages"
        return Interrupted(f"interrupted; workflow run {run_id} keeps {stages}", hint)


@click.group(
    "workflow",
    invoke_without_command=True,
    epilog=o.examples(
        "muster workflow list",
        "muster workflow run security-audit --input where=src/auth",
        "muster workflow show code-review --yaml -o flows/my-review.yaml",
        "muster workflow runs",
    ),
)
@click.option("--debug", is_flag=True, expose_value=False, hidden=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Run named plans of several stages: a health check, an audit, a release.

    Without a command it lists them. Your own are YAML files in the folder that `workflows_dir` names.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command.command("list", cls=o.Command, short_help="List workflows.")
@o.compose(o.path, o.json_flag, o.output)
def list_(path: str = ".", json: bool = False, output: str | None = None) -> None:
    """List the workflows that can be run: built in, your own, the project's."""
    from ....application.use_cases.list_workflows import ListWorkflowsRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width
    from ..workflow_words import listed

    check_target(output)
    with session.open_session(path) as house:
        found = run_async(house.list_workflows().execute(ListWorkflowsRequest(tell_left_out)))
    emit(as_json(workflows=found) if json else listed(found, stdout_width()), output)


@command.command("show", cls=o.Command, short_help="Show a workflow and its stages.")
@click.argument("name")
@o.compose(
    click.option(
        "--yaml", is_flag=True, help="The YAML that it is read from, to begin your own with under a new name."
    ),
    o.path,
    o.json_flag,
    o.output,
)
def show(name: str, yaml: bool, path: str, json: bool, output: str | None) -> None:
    """Show the workflow NAME: its inputs, its stages, and when each of them runs."""
    from ....application.use_cases.show_workflow import ShowWorkflowRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width
    from ..workflow_words import shown

    check_target(output)
    if yaml and json:
        raise click.UsageError("--yaml and --json exclude each other", click.get_current_context())
    with session.open_session(path) as house:
        found = run_async(house.show_workflow().execute(ShowWorkflowRequest(name, tell_left_out)))
    if yaml:
        emit(found.source, output)
    else:
        emit(as_json(workflow=found.workflow) if json else shown(found.workflow, stdout_width()), output)


@command.command("schema", cls=o.Command, short_help="Print the JSON schema of a workflow.")
@o.output
def schema(output: str | None) -> None:
    """Print the JSON schema of a workflow file, for editors that complete and check YAML."""
    import json

    from .. import session
    from ..output import check_target, emit

    check_target(output)
    with session.open_session() as house:
        emit(json.dumps(house.workflow_schema(), indent=2), output)


@command.command(
    "run",
    cls=o.Command,
    short_help="Run a workflow.",
    epilog=o.examples(
        "muster workflow run health-check",
        "muster workflow run code-review --since main --format markdown -o review.md",
        "muster workflow run bug-hunt --input 'symptom=totals are wrong' --model anthropic --budget 1",
    ),
)
@click.argument("name")
@o.compose(
    o.path,
    click.option(
        "--input",
        "inputs",
        multiple=True,
        metavar="NAME=VALUE",
        callback=read_inputs,
        help="What the workflow asks for; may be repeated. `muster workflow show` lists the names.",
    ),
    o.since,
    click.option("--dry-run", is_flag=True, help="Show who would do what, and stop."),
    spending.model,
    spending.limits,
    o.run_tests,
    o.formats(FORMATS),
    o.output,
    o.quiet,
)
def run(name: str, path: str, dry_run: bool, quiet: bool, model: str | None, **given: Any) -> int:
    """Run the workflow NAME on a project, stage by stage.

    Every stage is kept: after Ctrl-C or a crash, muster workflow resume goes on where it stands, and a stage that is
    done is not run again.
    """
    from ....application.use_cases.run_workflow import RunWorkflowRequest
    from .. import session
    from ..output import check_target
    from ..wishes import granted
    from ..workflow_work import carry_out, finish, show_plan

    limits = spending.Spend.taken_from(given).limits()
    format_ = o.chosen(given["format"], given["json"])
    check_target(given["output"])
    follow = Follow(quiet, model)
    request = RunWorkflowRequest(
        name,
        path,
        given["inputs"],
        given["since"],
        granted(given["run_tests"]),
        limits,
        follow,
        tell_left_out,
    )
    with session.open_session(path, {"model": model}) as house:
        if dry_run:
            return show_plan(house.plan_workflow().execute(request), format_, given["output"])
        state = carry_out(lambda: house.run_workflow().execute(request), follow.farewell)
    return finish(state, format_, given["output"])


@command.command("resume", cls=o.Command, short_help="Go on with a workflow, or show it again.")
@click.argument("run_id", metavar="ID")
@o.compose(spending.model, o.formats(FORMATS), o.output, o.quiet)
def resume(run_id: str, model: str | None, quiet: bool, **given: Any) -> int:
    """Go on with the workflow run ID where it stands; one that is over is shown again.

    The beginning of an ID will do when it is that of one alone.
    """
    from ....application.use_cases.resume_workflow import ResumeWorkflowRequest
    from .. import session
    from ..output import check_target
    from ..workflow_work import carry_out, finish

    format_ = o.chosen(given["format"], given["json"])
    check_target(given["output"])
    follow = Follow(quiet, model, run_id)
    with session.open_session(".", {"model": model}) as house:
        request = ResumeWorkflowRequest(run_id, follow)
        state = carry_out(lambda: house.resume_workflow().execute(request), follow.farewell)
    return finish(state, format_, given["output"])


@command.command("cancel", cls=o.Command, short_help="End a workflow before its time.")
@click.argument("run_id", metavar="ID")
@o.quiet
def cancel(run_id: str, quiet: bool) -> None:
    """End the workflow run ID: what is not done is skipped, what it found is kept, cleaning up is done."""
    from ....application.use_cases.cancel_workflow import CancelWorkflowRequest
    from .. import session
    from ..output import emit
    from ..workflow_work import carry_out

    follow = Follow(quiet, run_id=run_id)
    with session.open_session() as house:
        request = CancelWorkflowRequest(run_id, follow)
        state = carry_out(lambda: house.cancel_workflow().execute(request), follow.farewell)
    emit(f"workflow run {state.id} is {state.status.value}")


@command.command("runs", cls=o.Command, short_help="List the workflows that were begun.")
@o.compose(
    click.option("--limit", default=20, show_default=True, metavar="N", help="The newest N."),
    o.json_flag,
    o.output,
)
def runs(limit: int, json: bool, output: str | None) -> None:
    """List the workflows that were begun, the newest first."""
    from ....application.use_cases.list_workflow_runs import ListWorkflowRunsRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width
    from ..workflow_words import runs_listed

    check_target(output)
    with session.open_session() as house:
        found = run_async(house.list_workflow_runs().execute(ListWorkflowRunsRequest(limit)))
    emit(as_json(workflow_runs=found) if json else runs_listed(found, stdout_width()), output)
