"""`muster generate`: code that one model writes, tools and tests check, and a model reviews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from .. import options as o
from .. import spending

if TYPE_CHECKING:
    from ....application.use_cases.generate_code import GenerateCode, GenerateCodeRequest
    from ....domain.generation.result import GenerationResult

STDOUT = "-"
EPILOG = (
    'muster generate "a queue that forgets its oldest" --model anthropic',
    "muster generate - --context src/queue.py --output drafts < task.txt",
    "muster generate 'a parser' --require 'reads RFC 3339' --budget 0.50",
)


@click.command("generate", cls=o.Command, epilog=o.examples(*EPILOG))
@click.argument("task")
@o.compose(
    click.option(
        "--language", default="python", show_default=True, metavar="NAME", help="What it is written in."
    ),
    click.option(
        "--require", "requirements", multiple=True, metavar="TEXT", help="What it must do; may be repeated."
    ),
    click.option(
        "--constraint", "constraints", multiple=True, metavar="TEXT", help="What holds; may be repeated."
    ),
    click.option(
        "--context", "context", multiple=True, metavar="FILE", help="A file to build on; may be repeated."
    ),
    spending.model,
    click.option(
        "--reviewer-model", default="", metavar="PROVIDER[/MODEL]", help="Who reviews; default: who writes."
    ),
    click.option(
        "--threshold",
        type=click.FloatRange(0, 10),
        default=7.0,
        show_default=True,
        metavar="X",
        help="The overall score, of 10, that the review must give.",
    ),
    click.option(
        "--rounds",
        type=click.IntRange(min=1),
        default=3,
        show_default=True,
        metavar="N",
        help="At most N versions are reviewed.",
    ),
    click.option("--no-tests", is_flag=True, help="Do not run the tests that come with it."),
    spending.limits,
    click.option(
        "--output",
        "-o",
        metavar="DIR|-",
        type=o.FILE,
        help="Write the files into DIR; default, and -: show them.",
    ),
    click.option("--force", is_flag=True, help="With --output: replace files that are there already."),
    o.json_flag,
    o.quiet,
)
def command(task: str, output: str | None, force: bool, json: bool, quiet: bool, **wishes: Any) -> int:
    """Have TASK ("-" reads it from stdin) written as code with tests, reviewed, and revised until it is good enough.

    Its tests run in a sandbox, without network or keys. Nothing is written without --output. The exit code is 1 when
    the review stays below the threshold, and 5 when something does not work or is missing.
    """
    from .. import session
    from ..written_files import check_folder

    folder = None if output in {None, STDOUT} else output
    if folder is not None:
        check_folder(folder)
    elif force:
        raise click.UsageError("--force needs --output DIR", click.get_current_context())
    request = _request(task, wishes)
    with session.open_session() as house:
        result = _generated(house.generate_code(), request, quiet)
    return _hand_over(result, folder, force=force, json=json)


def _request(task: str, wishes: dict[str, Any]) -> GenerateCodeRequest:
    from ....application.use_cases.generate_code import GenerateCodeRequest
    from ....domain.generation.code import GenerationRequest
    from ..work import task_text

    budget = spending.Spend.taken_from(wishes).limits()
    wanted = GenerationRequest(
        task_text(task),
        wishes["language"],
        wishes["requirements"],
        wishes["constraints"],
        _read_context(wishes["context"]),
    )
    return GenerateCodeRequest(
        wanted,
        wishes["model"] or "",
        wishes["reviewer_model"],
        wishes["threshold"],
        wishes["rounds"],
        run_tests=not wishes["no_tests"],
        budget=budget,
    )


def _read_context(names: Sequence[str]) -> dict[str, str]:
    """Each file by its path, or by its bare name where the path leads out of this folder."""
    from pathlib import PurePath

    from ....domain.errors import UserError
    from ....domain.sandbox.paths import path_problems
    from ..texts import read_text

    found: dict[str, str] = {}
    for name in names:
        plain = PurePath(name).as_posix()
        key = PurePath(name).name if path_problems([plain]) else plain
        if key in found:
            raise UserError(f"two files of the context are called {key!r}", code="context", hint="name one")
        found[key] = read_text(name)
    return found


def _generated(use_case: GenerateCode, request: GenerateCodeRequest, quiet: bool) -> GenerationResult:
    from ..run_async import run_async
    from ..terminal import say

    def told(words: str) -> None:
        if not quiet:
            say(f"muster: {words}")

    return run_async(use_case.execute(request, told))


def _hand_over(result: GenerationResult, folder: str | None, *, force: bool, json: bool) -> int:
    """Show the result, write its files where they are wanted, and return the exit code.

    What was paid for is not lost: when the files cannot be written, they are shown.
    """
    from ....domain.errors import UserError
    from ....domain.generation.result import GenerationStatus
    from ..output import emit
    from ..terminal import say
    from ..written_files import write_files

    codes = {GenerationStatus.PASSED: 0, GenerationStatus.BELOW: 1}
    if folder is None:
        emit(_written(result, json=json, with_code=True))
        return codes.get(result.status, 5)
    files = result.code.all_files
    try:
        write_files(folder, files, force=force)
    except UserError:
        emit(_written(result, json=json, with_code=True))
        raise
    emit(_written(result, json=json, with_code=False))
    say(f"muster: wrote {len(files)} files into {folder}")
    return codes.get(result.status, 5)


def _written(result: GenerationResult, *, json: bool, with_code: bool) -> str:
    from ..generated import result_text
    from ..plain import as_json
    from ..terminal import stdout_width

    if not json:
        return result_text(result, stdout_width(), with_code=with_code)
    return as_json(
        run_id=result.run_id,
        status=result.status,
        reason=result.reason,
        threshold=result.threshold,
        overall=None if result.review is None else result.review.overall,
        code=result.code,
        review=result.review,
        rounds=len(result.rounds),
        statistics=result.statistics,
        calls=result.calls,
    )
