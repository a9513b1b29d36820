"""A command with commands of its own, each imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

import click


class LazyCommands(click.Group):
    """Knows names and short helps by heart: `table`; `package` holds a module with `command` for each of them."""

    def __init__(self, *args: Any, package: str, table: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._package = package
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command from its own module, None when there is no such name."""
        if cmd_name not in self._table:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        found = importlib.import_module(f"{self._package}.{module}").command
        assert isinstance(found, click.Command)  # noqa: S101 - a fault of the house, not of the user
        found.short_help = self._table[cmd_name]
        return found
