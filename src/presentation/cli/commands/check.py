"""`muster check`: how healthy is a project?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ....domain.orchestration.gates import Gate
from .. import options as o
from .. import spending
from ..spending import Spend

if TYPE_CHECKING:
    from ....application.use_cases.plan_check import PlanCheckRequest
    from ....container import Container

MODES = ("daily", "weekly", "release")


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says."""

    directory: str
    mode: str
    since: str | None
    gates: tuple[Gate, ...]
    baseline: str | None
    fail_on: str | None
    write_baseline: str | None
    run_tests: bool
    no_memory: bool
    format: str
    json: bool
    output: str | None
    quiet: bool
    model: str | None
    spend: Spend


@click.command(
    "check",
    cls=o.Command,
    epilog=o.examples(
        "muster check",
        "muster check ../shop --mode daily --fail-on high",
        "muster check --write-baseline baseline.json     accept what is there today",
        "muster check --baseline baseline.json           only what is new counts",
        "muster check --format sarif -o muster.sarif",
    ),
)
@click.argument("directory", default=".", metavar="[DIR]")
@o.compose(
    click.option(
        "--mode",
        type=o.Names(MODES),
        default="weekly",
        show_default=True,
        metavar="|".join(MODES),
        help="How much is looked at, and for a release which gates hold.",
    ),
    o.since,
    spending.model,
    spending.limits,
    o.gates,
    o.verdict,
    click.option(
        "--write-baseline",
        metavar="FILE",
        type=o.FILE,
        help="Write all findings to FILE, so that --baseline FILE knows them next time.",
    ),
    o.run_tests,
    o.no_memory,
    o.formats(o.RUN_FORMATS),
    o.output,
    o.quiet,
)
def command(**options: Any) -> int:
    """Check the health of the project in DIR (default: here) and grade it.

    Security, coverage, quality, performance and documentation; what could not be measured is shown as
    unmeasured and is no part of the score.
    """
    from ....application.use_cases.run_task import RunOptions
    from .. import session
    from ..baseline import read_baseline
    from ..output import check_target
    from ..work import Look, Standards, carry_out, finish

    spend = Spend.taken_from(options)
    given = Given(**options, spend=spend)
    look = Look(o.chosen(given.format, given.json), given.output)
    check_target(given.output)
    check_target(given.write_baseline)
    known = read_baseline(given.baseline)
    flags = {"fail_on": given.fail_on, "model": given.model}
    with session.open_session(given.directory, flags) as house:
        request = _request(given)
        standards = Standards(known, house.loaded().values.fail_on)
        limits, driven = given.spend.limits(), RunOptions(memory=not given.no_memory)
        planning = partial(house.plan_check().execute, request)
        record = carry_out(house, planning, standards, limits, quiet=given.quiet, options=driven)
        if given.write_baseline is not None:
            found = known | {finding.fingerprint for finding in record.findings}
            _write_baseline(house, given.write_baseline, found)
    return finish(record, look)


def _request(given: Given) -> PlanCheckRequest:
    from ....application.use_cases.plan_check import CheckMode, PlanCheckRequest
    from ..wishes import granted

    mode = CheckMode(given.mode)
    return PlanCheckRequest(given.directory, mode, given.since, given.gates, granted(given.run_tests))


def _write_baseline(house: Container, name: str, fingerprints: frozenset[str]) -> None:
    """Record first which findings are to count no more: how many."""
    from ....application.use_cases.tell_change import TellChangeRequest
    from ..baseline import baseline_text
    from ..output import save
    from ..run_async import run_async

    what = f"baseline written: {len(fingerprints)} findings do not count"
    request = TellChangeRequest(str(Path(name).absolute()), what)
    run_async(house.tell_change().execute(request))
    save(Path(name), baseline_text(fingerprints))
