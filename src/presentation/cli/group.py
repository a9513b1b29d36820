"""The command `muster`: a table of its commands, each imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import NoReturn

import click
from click.exceptions import NoSuchCommand

COMMANDS = {
    "run": "Assemble a team for a task, run it, and report.",
    "plan": "Show who would work on a task, and what it takes.",
    "check": "Check the health of a project.",
    "runs": "List the runs that were kept.",
    "show": "Show a run again.",
    "explain": "Explain one finding: where, why, and what helps.",
    "agents": "List the agents and what each can do.",
    "doctor": "Check this installation and its settings.",
    "init": "Write a commented muster.toml.",
    "completion": "Print the completion script for a shell.",
}
EXAMPLES = """\b
Examples:
  muster check                        how healthy is this project?
  muster run "review src for security problems"
  muster plan "find dead code and duplicates"
  muster show                         the last run again

\b
Exit codes:
  0 ok   1 a gate failed   2 usage   3 internal error
  4 configuration   5 partial: something was not measured   130 interrupted
"""


class LazyGroup(click.Group):
    """Knows names and short helps by heart, and imports a command's module only to use it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command from its own module, None when there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__package__}.commands.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101 - a fault of the house, not of the user
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        if args[0] not in COMMANDS and not ctx.resilient_parsing and not args[0].startswith("-"):
            _refuse(ctx, args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing what it lists."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _refuse(ctx: click.Context, name: str) -> NoReturn:
    if len(name.split()) > 1:
        raise click.UsageError(f"no such command {name!r}; a task goes with a command: muster run TASK", ctx)
    raise NoSuchCommand(name, f"no such command {name!r}.", possibilities=list(COMMANDS), ctx=ctx)


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("muster-agents")
    except PackageNotFoundError:
        number = "(not installed: run from a checkout)"
    click.echo(f"muster {number}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS]",
    subcommand_metavar="COMMAND [ARGS]…",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks (or set MUSTER_DEBUG=1).")
def muster() -> None:
    """Muster the right team of agents for a task, and hold the result against quality gates.

    Works with no key, no network and no service: evidence comes from real tools on your code. Reports go
    to stdout, progress to stderr.
    """
