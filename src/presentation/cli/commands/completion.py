"""`muster completion`: the script that makes a shell complete commands and options."""

from __future__ import annotations

import os
from pathlib import PurePath

import click

from ....domain.errors import UserError
from .. import options as o

SHELLS = ("bash", "zsh", "fish")
WHERE = o.examples(
    "bash:  echo 'eval \"$(muster completion bash)\"' >> ~/.bashrc",
    "zsh:   echo 'eval \"$(muster completion zsh)\"' >> ~/.zshrc",
    "fish:  muster completion fish > ~/.config/fish/completions/muster.fish",
)


@click.command("completion", cls=o.Command, epilog=WHERE)
@click.argument("shell", required=False, type=o.Names(SHELLS), metavar="[bash|zsh|fish]")
def command(shell: str | None) -> None:
    """Print the completion script for a shell (default: the one in $SHELL)."""
    from click.shell_completion import get_completion_class

    from ..entry import COMPLETE
    from ..group import muster
    from ..output import emit

    wanted = shell or PurePath(os.environ.get("SHELL", "")).name
    script = get_completion_class(wanted) if wanted in SHELLS else None
    if script is None:
        hint = f"name one: muster completion {'|'.join(SHELLS)}"
        raise UserError("which shell to complete for is not clear from $SHELL", code="shell", hint=hint)
    emit(script(muster, {}, "muster", COMPLETE).source())
