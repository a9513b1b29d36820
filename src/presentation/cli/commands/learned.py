"""`muster learned`: what earlier runs have taught."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .. import options as o

if TYPE_CHECKING:
    from ....application.use_cases.show_learning import Comparison, LearningReport, Record
    from ....domain.memory.run_outcome import RunOutcome
    from ....domain.orchestration.plan import ExecutionPlan

SHOWN = 10
"""Runs in the text; JSON has all."""


@click.group(
    "learned",
    invoke_without_command=True,
    subcommand_metavar="[forget] [ARGS]...",
    epilog=o.examples(
        "muster learned",
        'muster learned --task "review src/auth for security"',
        "muster learned --json",
        "muster learned forget --older-than 90",
    ),
)
@o.compose(
    click.option(
        "--task", default="", metavar="TEXT", help="Also show what it changes in the plan for this task."
    ),
    o.path,
    o.json_flag,
    o.output,
    click.option("--debug", is_flag=True, expose_value=False, hidden=True),
)
@click.pass_context
def command(context: click.Context, task: str, path: str, json: bool, output: str | None) -> None:
    """Show what is remembered of earlier runs, how good estimates were, and what plans make of it.

    Neither the words of tasks nor the names of folders are remembered. Plan without it: --no-history.
    """
    if context.invoked_subcommand is not None:
        if task or json or output or path != ".":
            raise click.UsageError(f"options go behind {context.invoked_subcommand}", context)
        return
    from ....application.use_cases.show_learning import ShowLearningRequest
    from .. import session
    from ..output import check_target, emit
    from ..run_async import run_async

    check_target(output)
    with session.open_session(path) as house:
        report = run_async(house.show_learning().execute(ShowLearningRequest(task, path)))
    emit(_as_json(report) if json else _as_text(report), output)


@command.command(
    "forget",
    cls=o.Command,
    short_help="Forget what was learned.",
    epilog=o.examples(
        "muster learned forget run-01ab",
        "muster learned forget --older-than 90",
        "muster learned forget --all",
    ),
)
@click.argument("run", default="", metavar="[RUN]")
@o.compose(
    click.option(
        "--older-than",
        "days",
        type=click.FloatRange(min=0),
        metavar="DAYS",
        help="What runs have taught that began longer ago than this.",
    ),
    click.option("--all", "everything", is_flag=True, help="All of it, with what steps have taken."),
    o.path,
    o.json_flag,
)
def forget(run: str, days: float | None, everything: bool, path: str, json: bool) -> None:
    """Forget what RUN has taught (or "last"), what old runs have, or everything.

    Runs themselves are kept (muster runs), and so is what they cost (muster costs).
    """
    from ....application.use_cases.forget_learning import ForgetLearningRequest
    from ...reports.wording import count
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session(path) as house:
        gone = run_async(house.forget_learning().execute(ForgetLearningRequest(run, days, everything)))
    emit(as_json(forgotten=gone) if json else f"{count(gone, 'entry', 'entries')} forgotten")


def _as_json(report: LearningReport) -> str:
    from ..plain import as_json

    compared = report.comparison
    plans = None
    if compared is not None:
        plans = {"learned": _brief(compared.learned), "without_history": _brief(compared.without)}
    return as_json(
        estimates=report.score,
        patterns=report.patterns,
        agents=report.agents,
        plans=plans,
        runs=report.outcomes,
    )


def _brief(plan: ExecutionPlan) -> dict[str, object]:
    return {
        "pattern": plan.pattern,
        "agents": [agent.agent for agent in plan.agents],
        "estimate": plan.estimate,
        "reasons": plan.reasons,
    }


def _as_text(report: LearningReport) -> str:
    if not report.outcomes:
        parts = ["nothing is remembered yet: every run that ends adds to it"]
    else:
        parts = [_runs(report.outcomes), _records("pattern", "passed", report.patterns)]
        parts += [_records("agent", "worked", report.agents), _score(report)]
    if report.comparison is not None:
        parts.append(_compared(report.comparison))
    return "\n\n".join(parts)


def _runs(outcomes: Sequence[RunOutcome]) -> str:
    from ..plain import columns
    from ..terminal import stdout_width

    rows = [("run", "started", "result", "pattern", "agents", "kind of task")]
    rows += [
        (
            one.run,
            f"{one.at.astimezone():%Y-%m-%d %H:%M}",
            one.verdict.value if one.verdict else one.status.value,
            one.pattern,
            str(len(one.team)),
            _kind(one),
        )
        for one in outcomes[:SHOWN]
    ]
    text = columns(rows, stdout_width())
    left = len(outcomes) - SHOWN
    return f"{text}\n… and {left:,} more (--json has all)" if left > 0 else text


def _kind(outcome: RunOutcome) -> str:
    """`security: security audit, code review`."""
    wanted = ", ".join(sorted(capability.words for capability in outcome.capabilities))
    return f"{outcome.domain.value.replace('_', ' ')}: {wanted}".removesuffix(": ")


def _records(kind: str, verb: str, records: Sequence[Record]) -> str:
    from ..plain import columns
    from ..terminal import stdout_width

    rows = [(kind, verb, "estimates right")]
    rows += [(one.name, _of(one.good, one.told), _of(one.right, one.measured)) for one in records]
    return columns(rows, stdout_width())


def _of(good: int, told: int) -> str:
    """`7 of 9`; a dash where nothing can be told."""
    return f"{good:,} of {told:,}" if told else "–"


def _score(report: LearningReport) -> str:
    score = report.score
    if score is None:
        return "no run has told yet how good the estimates are"
    return f"estimates were right in {_of(score.right, score.of)} runs"


def _compared(compared: Comparison) -> str:
    from ..plain import indented, paragraph
    from ..terminal import stdout_width

    width, plain = stdout_width(), compared.without
    lines = [paragraph(f"for the task {plain.task!r}:", width)]
    for title, plan in (("as learned", compared.learned), ("--no-history", plain)):
        team = ", ".join(agent.agent for agent in plan.agents)
        lines.append(indented(f"{title}: {plan.pattern} of {team}; {_expected(plan)}", width))
    new = [reason for reason in compared.learned.reasons if reason not in plain.reasons]
    lines += [indented(f"{reason.conclusion}: {reason.evidence}", width) for reason in new]
    if not new:
        lines.append(indented("what is remembered changes nothing in it", width))
    return "\n".join(lines)


def _expected(plan: ExecutionPlan) -> str:
    from ...reports.wording import duration, money, number

    estimate = plan.estimate
    return (
        f"{number(round(estimate.tokens.expected))} tokens, {duration(estimate.seconds.expected)}, "
        f"{money(plan.estimated_cost)} expected ({estimate.basis})"
    )
