"""`muster doctor`: what works here, what is missing, and where each setting comes from."""

from __future__ import annotations

import click

from ....domain.orchestration.setup import SetupCheck, SetupReport, SetupState
from .. import options as o


@click.command(
    "doctor",
    cls=o.Command,
    epilog=o.examples("muster doctor", "muster doctor --path ../shop", "muster doctor --json"),
)
@o.compose(o.path, o.json_flag, o.output)
def command(path: str, json: bool, output: str | None) -> int:
    """Say what works here, what is missing and what to do about it, and where each setting comes from.

    Exit code 4 when there is a problem; something that is merely missing takes something away, and is no
    problem.
    """
    from ....application.use_cases.check_setup import CheckSetupRequest
    from .. import session
    from ..failures import CONFIGURATION
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async

    check_target(output)
    with session.open_session(path) as house:
        report = run_async(house.check_setup().execute(CheckSetupRequest()))
    emit(as_json(checks=report.checks, settings=report.settings) if json else _as_text(report), output)
    troubled = any(check.state is SetupState.PROBLEM for check in report.checks)
    return CONFIGURATION if troubled else 0


def _as_text(report: SetupReport) -> str:
    from ..plain import columns
    from ..terminal import stdout_width

    width = stdout_width()
    settings = [(setting.key, setting.value, setting.origin) for setting in report.settings]
    parts = ["Installation", *_checks(report.checks, width), "", "Settings"]
    parts.append(columns([("setting", "value", "from"), *settings], width))
    return "\n".join(parts)


def _checks(checks: tuple[SetupCheck, ...], width: int) -> list[str]:
    from ..plain import columns, indented

    if not checks:
        return ["nothing was looked at"]
    rows = columns([(check.state.value, check.name, check.detail) for check in checks], width).splitlines()
    lines: list[str] = []
    for row, check in zip(rows, checks, strict=True):
        lines.append(row)
        if check.hint and check.state is not SetupState.OK:
            lines.append(indented(f"hint: {check.hint}", width))
    return lines
