"""`muster explain`: one finding, from near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import options as o

if TYPE_CHECKING:
    from ....application.use_cases.explain_finding import Explanation
    from ....domain.evidence.finding import Finding


@click.command(
    "explain",
    cls=o.Command,
    epilog=o.examples("muster explain 3f9a12c4", "muster explain 3f9a12c4 --run run-01ab --json"),
)
@click.argument("fingerprint")
@o.compose(
    click.option("--run", default="last", show_default=True, metavar="RUN", help="The run that found it."),
    o.json_flag,
    o.output,
)
def command(fingerprint: str, run: str, json: bool, output: str | None) -> None:
    """Explain the finding with this FINGERPRINT (or the beginning of one) and show its place as it is now."""
    from ....application.use_cases.explain_finding import ExplainFindingRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async

    check_target(output)
    with session.open_session() as house:
        request = ExplainFindingRequest(fingerprint, run)
        explanation = run_async(house.explain_finding().execute(request))
    emit(as_json(explanation=explanation) if json else _as_text(explanation), output)


def _as_text(explanation: Explanation) -> str:
    from ...reports.wording import printable
    from ..plain import paragraph
    from ..terminal import stdout_width

    finding, width = explanation.finding, stdout_width()
    parts = [
        f"{finding.severity.value.upper()}  {finding.rule}  {finding.fingerprint}",
        printable(_place(finding)),
        "",
        paragraph(finding.message, width),
        "",
        *_context(explanation, width),
        paragraph(explanation.rule_doc, width),
    ]
    if finding.suggestion:
        parts.append(paragraph(f"What helps: {finding.suggestion}", width))
    parts.append(f"Said by {', '.join(explanation.tools)} in run {explanation.run_id}.")
    return "\n".join(parts)


def _place(finding: Finding) -> str:
    """File, line and function, as far as the finding has them; one about the project has none of them."""
    place = finding.location
    where = f"{place.path}:{place.line}" if place.line else place.path or "the whole project"
    return f"{where} in {place.function}" if place.function else where


def _context(explanation: Explanation, width: int) -> list[str]:
    from ..plain import clip

    line = explanation.finding.location.line
    lines = [
        clip(f"{'>' if number == line else ' '} {number:>5}  {text}", width)
        for number, text in explanation.context
    ]
    if not explanation.still_there:
        lines.append("The quoted line is no longer there; it was:")
        lines.append(clip(f"         {explanation.finding.quote}", width))
    return [*lines, ""] if lines else lines
