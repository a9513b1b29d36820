"""`muster audit`: what concerned security, and whether the record of it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .. import options as o

if TYPE_CHECKING:
    from ....domain.security.audit_event import AuditFault, AuditRecord, AuditVerdict

CHANGED = 1
"""Exit code when somebody has changed the log."""


@click.group(
    "audit",
    invoke_without_command=True,
    epilog=o.examples("muster audit", "muster audit list --type memory-delete", "muster audit verify"),
)
@click.option("--debug", is_flag=True, expose_value=False, hidden=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Look at the audit log, and check that nobody has changed it.

    Without a command it lists the newest events.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command.command(
    "list",
    cls=o.Command,
    short_help="List events.",
    epilog=o.examples("muster audit list", "muster audit list --type permission-denied --json"),
)
@o.compose(
    click.option("--type", "kind", default="", metavar="TYPE", help="Only events of this type."),
    click.option("--limit", default=50, show_default=True, metavar="N", help="The newest N events."),
    o.path,
    o.json_flag,
    o.output,
)
def list_(
    kind: str = "", limit: int = 50, path: str = ".", json: bool = False, output: str | None = None
) -> None:
    """List events, the newest last. They hold names, counts and classes, never values."""
    from ....application.use_cases.list_audit import ListAuditRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async

    check_target(output)
    with session.open_session(path) as house:
        found = run_async(house.list_audit().execute(ListAuditRequest(kind, limit)))
    emit(as_json(events=found) if json else _listed(found), output)


@command.command(
    "verify", cls=o.Command, short_help="Check that it is whole.", epilog=o.examples("muster audit verify")
)
@o.compose(o.path, o.json_flag, o.output)
def verify(path: str, json: bool, output: str | None) -> int:
    """Read every line against its signature and its place.

    Exit code 1 when something was edited, deleted, moved or cut; each fault is told with file, line and events.
    """
    from ....application.use_cases.verify_audit import VerifyAuditRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async

    check_target(output)
    with session.open_session(path) as house:
        verdict = run_async(house.verify_audit().execute(VerifyAuditRequest()))
    text = as_json(intact=verdict.intact, events=verdict.events, files=verdict.files, faults=verdict.faults)
    emit(text if json else _verdict(verdict), output)
    return 0 if verdict.intact else CHANGED


def _listed(found: Sequence[AuditRecord]) -> str:
    from ..plain import columns
    from ..terminal import stdout_width

    if not found:
        return "no events"
    rows = [("no.", "when", "what", "who", "about")]
    for one in found:
        event = one.event
        more = " ".join(f"{name}={value}" for name, value in event.details.items())
        about = f"{event.subject} {more}".strip()
        rows.append(
            (
                str(one.number),
                f"{one.at.astimezone():%Y-%m-%d %H:%M:%S}",
                event.type.value,
                event.actor,
                about,
            )
        )
    return columns(rows, stdout_width())


def _verdict(verdict: AuditVerdict) -> str:
    from ...reports.wording import count

    told = f"{count(verdict.events, 'event')} in {count(verdict.files, 'file')}"
    lines = [f"{told}: {'intact' if verdict.intact else 'CHANGED'}", *(_fault(one) for one in verdict.faults)]
    return "\n".join(lines)


def _fault(fault: AuditFault) -> str:
    """`audit-000001.jsonl, line 5: changed (event 5)`."""
    place = f"{fault.file}, line {fault.line}" if fault.line else fault.file
    numbers = f"event {fault.first}" if fault.first == fault.last else f"events {fault.first} to {fault.last}"
    return f"{place}: {fault.kind.value}" + (f" ({numbers})" if fault.first else "")
