"""Every command of the command line: how it is called, and what each of its parameters that takes text stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import click

from muster.presentation.cli.group import muster

LINES: dict[str, str] = {
    "run": "run {task} --quiet", "plan": "plan {task}", "check": "check {directory} --quiet",
    "workflow cancel": "workflow cancel {run_id}", "workflow list": "workflow list",
    "workflow resume": "workflow resume {run_id}", "workflow run": "workflow run {name}",
    "workflow runs": "workflow runs", "workflow schema": "workflow schema", "workflow show": "workflow show {name}",
    "generate": "generate {task} --quiet", "undo": "undo {which}",
    "checkpoints create": "checkpoints create", "checkpoints list": "checkpoints list",
    "checkpoints prune": "checkpoints prune --keep 9", "checkpoints restore": "checkpoints restore {checkpoint}",
    "checkpoints show": "checkpoints show {checkpoint}", "chat": "chat --quiet", "ask": "ask {question} --quiet",
    "resume": "resume {run}", "cancel": "cancel {run}", "approve": "approve {run}", "deny": "deny {run}",
    "watch": "watch {run}", "fork": "fork {run} --from x", "runs": "runs", "runs steps": "runs steps {run}",
    "runs diff": "runs diff {before} {after}", "runs export": "runs export {run}", "runs import": "runs import {file}",
    "runs compact": "runs compact {run}", "runs prune": "runs prune --keep 9", "runs delete": "runs delete --yes {run}",
    "show": "show {run}", "explain": "explain {fingerprint}", "findings": "findings {directory}",
    "dismiss": "dismiss {fingerprint} --why x", "models detect": "models detect",
    "models explain": "models explain {task}",
    "models list": "models list", "models show": "models show {name}", "costs": "costs", "tokens": "tokens {files}",
    "compress": "compress {file} --ratio 2", "remember": "remember {text}", "recall": "recall {words}",
    "memory list": "memory list", "memory show": "memory show {key}", "memory search": "memory search {words}",
    "memory edit": "memory edit {key} {text}", "memory forget": "memory forget --yes {keys}",
    "memory export": "memory export",
    "memory import": "memory import {file}", "memory verify": "memory verify", "memory backup": "memory backup {path}",
    "memory stats": "memory stats", "keys init": "keys init", "keys rotate": "keys rotate",
    "keys status": "keys status", "audit list": "audit list", "audit verify": "audit verify",
    "learned": "learned", "learned forget": "learned forget {run}", "agents": "agents", "doctor": "doctor",
    "init": "init {directory}", "completion": "completion bash",
}  # fmt: skip
"""How each command is called when all is well; {} stands for an argument."""
OWN_LINES = {"run plan": "run --quiet"}
"""For a parameter that goes with another line."""


class Takes(Enum):
    """What the text of a parameter stands for, and which texts are refused because of it."""

    NAME = "the name of a run, a finding, a key, a workflow, an agent: never a file; whatever leads out is refused"
    READ = "a file that the person names himself to be read: his own, but none of the system's"
    WRITTEN = "a file that the person names himself to be written: anywhere but in the system's folders"
    FOLDER = "a folder that the person names himself to work in: any but the system's"
    WORDS = "words, which name nothing that is kept: refused or not, nothing is opened because of them"


KINDS: dict[str, Takes] = {
    "output": Takes.WRITTEN, "write_baseline": Takes.WRITTEN, "memory backup path": Takes.WRITTEN,
    "generate output": Takes.FOLDER, "path": Takes.FOLDER, "directory": Takes.FOLDER,
    "baseline": Takes.READ, "plan": Takes.READ, "file": Takes.READ, "files": Takes.READ, "context": Takes.READ,
    "run": Takes.NAME, "run_id": Takes.NAME, "name": Takes.NAME, "which": Takes.NAME, "checkpoint": Takes.NAME,
    "before": Takes.NAME, "after": Takes.NAME, "fingerprint": Takes.NAME, "key": Takes.NAME, "keys": Takes.NAME,
    "pattern": Takes.NAME, "agents": Takes.NAME, "since": Takes.NAME, "costs since": Takes.WORDS,
    "costs baseline": Takes.WORDS, "run key": Takes.WORDS,
    **dict.fromkeys(
        ("task", "question", "text", "words", "query", "label", "reason", "why", "system", "language", "requirements",
         "constraints", "inputs", "tags", "model", "models", "reviewer_model", "provider", "providers", "needs",
         "max_input_price", "max_output_price", "gates", "approve_tools", "approve_steps", "step", "prefix",
         "pattern_type", "kind"),
        Takes.WORDS,
    ),
}  # fmt: skip
"""By the name of the parameter, or by command and parameter where one is unlike its namesakes."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter of a command that takes text; `option` is "" for an argument."""

    command: str
    name: str
    option: str

    @property
    def words(self) -> str:
        """As `command parameter`."""
        return f"{self.command} {self.name}"

    @property
    def takes(self) -> Takes | None:
        """What stands there; None when nobody has said so."""
        return KINDS.get(self.words, KINDS.get(self.name))

    def line(self, word: str, real: dict[str, str]) -> list[str]:
        """The command line with `word` in this place, and with what is `real` everywhere else."""
        parts = OWN_LINES.get(self.words, LINES[self.command]).split(" ")
        line = [
            part
            if part[0] != "{"
            else word
            if part[1:-1] == self.name and not self.option
            else _real(self.command, part[1:-1], real)
            for part in parts
        ]
        return [*line, f"{self.option}={word}"] if self.option else line


def _real(command: str, argument: str, real: dict[str, str]) -> str:
    return real.get(f"{command} {argument}", real.get(argument, ""))


def slots() -> Iterator[Slot]:
    """Every command's every parameter that takes text."""
    yield from _slots(muster, click.Context(muster), "")


def _slots(command: click.Command, context: click.Context, words: str) -> Iterator[Slot]:
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None
            yield from _slots(one, click.Context(one, parent=context), f"{words} {name}".strip())
    closed = (click.Choice, click.types.IntParamType, click.types.FloatParamType)
    for parameter in command.params if words else ():
        flag = isinstance(parameter, click.Option) and (parameter.is_flag or parameter.count)
        if not flag and not isinstance(parameter.type, closed):
            option = max(parameter.opts, key=len) if isinstance(parameter, click.Option) else ""
            yield Slot(words, parameter.name or "", option)


def commands() -> Iterator[str]:
    """Every command that does something, by its words."""
    yield from _commands(muster, click.Context(muster), "")


def _commands(command: click.Command, context: click.Context, words: str) -> Iterator[str]:
    if not isinstance(command, click.Group) or (words and any(not _hidden(one) for one in command.params)):
        yield words
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None
            yield from _commands(one, click.Context(one, parent=context), f"{words} {name}".strip())


def _hidden(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and parameter.hidden
