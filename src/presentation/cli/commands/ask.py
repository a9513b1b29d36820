"""`muster ask`: one question, several models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from .. import options as o
from .. import spending

if TYPE_CHECKING:
    from ....application.use_cases.ask_models import AskModels, AskRequest, ModelAnswer
    from ....domain.models.exchange import ModelEvent
    from ..failures import Interrupted

PARTIAL = 5


def read_models(_ctx: click.Context, _param: click.Parameter, texts: Iterable[str]) -> tuple[str, ...]:
    """Models from comma-separated lists, in order; one that stands there twice is asked twice."""
    texts = tuple(texts)
    names = tuple(name.strip() for text in texts for name in text.split(",") if name.strip())
    if texts and not names:
        raise click.UsageError("--models names no model", click.get_current_context())
    return names


@click.command(
    "ask",
    cls=o.Command,
    epilog=o.examples(
        'muster ask "What is a monad?" --models anthropic,openai,ollama --budget 0.10',
        "git diff | muster ask - --system 'Review this.' --models openai --json",
    ),
)
@click.argument("question")
@o.compose(
    click.option(
        "--models",
        multiple=True,
        metavar="A,B",
        callback=read_models,
        help="Who is asked: provider/id, a provider, or a tier each; default: the model of the settings.",
    ),
    click.option("--system", default="", metavar="TEXT", help="What the models are told to be."),
    spending.limits,
    o.json_flag,
    o.output,
    o.quiet,
)
def command(
    question: str,
    models: tuple[str, ...],
    system: str,
    json: bool,
    output: str | None,
    quiet: bool,
    **shared: Any,
) -> int:
    """Ask several models QUESTION ("-" reads it from stdin) at once; compare answer, time, tokens and cost.

    Budgets are for all answers together; a limit that is not given is that of the settings. The exit code is 5 when
    not every model has answered. Ctrl-C shows what has come until then.
    """
    from ....application.use_cases.ask_models import AskRequest
    from .. import session
    from ..output import check_target, emit
    from ..work import task_text

    check_target(output)
    limits = spending.Spend.taken_from(shared).limits()
    request = AskRequest(task_text(question), models, system, limits)
    with session.open_session() as house:
        answers, interrupted = _asked(house.ask_models(), request, quiet)
    if answers or interrupted is None:
        emit(_written(request.question, answers, as_data=json), output)
    if interrupted is not None:
        raise interrupted
    return 0 if all(answer.reply.ok for answer in answers) else PARTIAL


def _asked(
    models: AskModels, request: AskRequest, quiet: bool
) -> tuple[Sequence[ModelAnswer], Interrupted | None]:
    """All answers, or those that had come when it was interrupted."""
    from ..chat_waits import Waits
    from ..failures import Interrupted
    from ..run_async import run_async
    from ..terminal import say

    come: dict[int, ModelAnswer] = {}
    waits: defaultdict[int, Waits] = defaultdict(lambda: Waits(quiet))

    def heard(place: int, event: ModelEvent) -> None:
        waits[place].tell(event)

    def arrived(place: int, answer: ModelAnswer) -> None:
        waits[place].end()
        come[place] = answer
        if not quiet:
            say(_progress(answer))

    try:
        return run_async(models.execute(request, arrived, heard)), None
    except Interrupted as interrupted:
        return [come[place] for place in sorted(come)], interrupted


def _progress(answer: ModelAnswer) -> str:
    from ...reports.wording import duration
    from ..chat_answers import result

    reply = answer.reply
    took = "" if reply.code else f", {duration(reply.seconds)}"
    return f"{answer.asked}: {result(reply)}{took}"


def _written(question: str, answers: Sequence[ModelAnswer], *, as_data: bool) -> str:
    from ..chat_answers import answers_text
    from ..plain import as_json
    from ..terminal import stdout_width

    if as_data:
        return as_json(question=question, answers=answers)
    return answers_text(answers, stdout_width())
