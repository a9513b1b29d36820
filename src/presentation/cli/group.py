"""The command `muster`: a table of its commands, each imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import NoReturn

import click
from click.exceptions import NoSuchCommand

from .words import COMMANDS, help_text, terminal_width


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
        command.short_help = COMMANDS[cmd_name]
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        if args[0] not in COMMANDS and not ctx.resilient_parsing and not args[0].startswith("-"):
            _refuse(ctx, args[0])
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """The same help that `entry` gives without click."""
        return help_text(terminal_width()).rstrip()


def _refuse(ctx: click.Context, name: str) -> NoReturn:
    if len(name.split()) > 1:
        raise click.UsageError(f"no such command {name!r}; a task goes with a command: muster run TASK", ctx)
    raise NoSuchCommand(name, f"no such command {name!r}.", possibilities=list(COMMANDS), ctx=ctx)


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from ... import __version__

    click.echo(f"muster {__version__}")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version)
@click.option("--debug", is_flag=True, expose_value=False)
def muster() -> None:
    """Muster the right team of agents for a task."""
