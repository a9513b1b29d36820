"""What `muster --help` says; without click, which would take four fifths of its time."""

from __future__ import annotations

import os
import sys
import textwrap

COMMANDS = {
    "run": "Assemble a team for a task, run it, and report.",
    "plan": "Show who would work on a task, and what it takes.",
    "check": "Check the health of a project.",
    "workflow": "Run named plans of several stages: audit, review, release.",
    "generate": "Have code written, tested and reviewed.",
    "undo": "Take back the last edits of a run.",
    "checkpoints": "List, make and restore checkpoints of files.",
    "chat": "Talk with a language model.",
    "ask": "Ask several models one question, and compare.",
    "resume": "Go on with a run that was interrupted, stopped, or waits.",
    "cancel": "Stop a run, whoever drives it.",
    "approve": "Say yes to what a run asks.",
    "deny": "Say no to what a run asks.",
    "watch": "Follow a run while it is at work.",
    "fork": "Go on differently from a step of a run.",
    "runs": "List the runs that were kept; compare, carry, forget them.",
    "show": "Show a run again.",
    "explain": "Explain one finding: where, why, and what helps.",
    "findings": "List what runs have found: new, known, fixed, dismissed.",
    "dismiss": "Say that a finding does not count, and why.",
    "models": "List language models, find local ones, explain the choice.",
    "costs": "Show what calls of language models have cost.",
    "tokens": "Count the tokens of texts, and what they would cost.",
    "compress": "Write a text in fewer tokens.",
    "remember": "Keep a lesson for later.",
    "recall": "Find what was remembered.",
    "memory": "See, search, carry and delete all that is remembered.",
    "keys": "Make and rotate the key of sensitive memory.",
    "audit": "List what concerned security, and check that record.",
    "learned": "Show what earlier runs have taught, or forget it.",
    "agents": "List the agents and what each can do.",
    "doctor": "Check this installation and its settings.",
    "init": "Write a commented muster.toml.",
    "completion": "Print the completion script for a shell.",
}
OPTIONS = {
    "--version": "Show the version and exit.",
    "--debug": "Show tracebacks (or set MUSTER_DEBUG=1).",
    "-h, --help": "Show this message and exit.",
}
PURPOSE = (
    "Muster the right team of agents for a task, and hold the result against quality gates.",
    "Works with no key, no network and no service: evidence comes from real tools on your code. Reports go "
    "to stdout, progress to stderr.",
)
EXAMPLES = {
    "muster check": "how healthy is this project?",
    'muster run "review src for security"': "a team for a task",
    'muster plan "find dead code"': "who would do it, and why",
    "muster show": "the last run again",
}
EXIT_CODES = {
    "0": "all is well",
    "1": "a quality gate failed",
    "2": "the command line or the task cannot be understood",
    "3": "an internal error",
    "4": "the configuration is wrong",
    "5": "partial: a tool or agent failed, nothing could be measured, or part was not done",
    "6": "the run waits: for a person, a signal or a time",
    "130": "interrupted",
}
WIDEST = 80


def help_text(width: int) -> str:
    """The whole help for a terminal of `width` columns."""
    width = min(width, WIDEST) - 2
    parts = ["Usage: muster [OPTIONS] COMMAND [ARGS]…"]
    parts += [textwrap.fill(text, width, initial_indent="  ", subsequent_indent="  ") for text in PURPOSE]
    titled = {"Commands": COMMANDS, "Options": OPTIONS, "Examples": EXAMPLES, "Exit codes": EXIT_CODES}
    parts += [f"{title}:\n{_table(rows, width)}" for title, rows in titled.items()]
    parts.append("Each command has more to say: muster COMMAND --help")
    return "\n\n".join(parts) + "\n"


def terminal_width() -> int:
    """Columns of the terminal on stdout, COLUMNS before it, else the widest."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return max(int(given), 30)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, 30)
    except (OSError, ValueError, AttributeError):
        return WIDEST


def _table(rows: dict[str, str], width: int) -> str:
    size = max(len(name) for name in rows)
    lines = []
    for name, text in rows.items():
        head = f"  {name.ljust(size)}  "
        if len(head) + len(text) <= width or width - len(head) >= 24:
            lines.append(textwrap.fill(text, width, initial_indent=head, subsequent_indent=" " * len(head)))
        else:
            lines.append(f"  {name}")
            lines.append(textwrap.fill(text, width, initial_indent="      ", subsequent_indent="      "))
    return "\n".join(lines)
