"""What the command line says about itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from muster import __version__
from muster.presentation import reports
from muster.presentation.cli.commands import check
from muster.presentation.cli.commands import plan as plan_command
from muster.presentation.cli.group import muster as group
from muster.presentation.cli.options import PLAN_FORMATS, RUN_FORMATS
from muster.presentation.cli.words import COMMANDS, OPTIONS, help_text
from muster.presentation.reports import FORMATS

from .conftest import Muster

ROOT = Path(__file__).resolve().parents[4]
HELP = "import sys; sys.argv[1:] = ['--help']; from muster.presentation.cli.main import main; main()"


def test_help_without_click_is_the_help_of_click(muster: Muster) -> None:
    """The quick way and the long way say the same."""
    quick, long = muster("--help"), muster("--debug", "--help")

    assert (quick.code, long.code) == (0, 0)
    assert quick.out == long.out == muster("-h").out == help_text(80)


def test_help_names_every_command_and_every_option() -> None:
    """The table in `words` and what click knows are one."""
    files = {path.stem for path in (ROOT / "src/presentation/cli/commands").glob("*.py")} - {"__init__"}
    context = click.Context(group)

    assert files == set(COMMANDS)
    assert [", ".join(param.opts) for param in group.get_params(context)] == list(OPTIONS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str, muster: Muster) -> None:
    """It fits 80 columns."""
    answer = muster(name, "--help")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: muster {name} ")
    assert "Examples:\n" in answer.out
    assert max(len(line) for line in answer.out.splitlines()) <= 80


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_help_fits_the_terminal(width: int) -> None:
    """Never wider than 80 columns, since long lines are hard to read."""
    assert max(len(line) for line in help_text(width).splitlines()[3:-1]) <= min(width, 80)


def test_the_formats_offered_are_those_that_reports_have() -> None:
    """The options hold their names by heart, since the reports are heavy."""
    assert tuple(FORMATS) == RUN_FORMATS
    assert tuple(reports.PLAN_FORMATS) == PLAN_FORMATS


def _pattern_help() -> str:
    (option,) = (each for each in plan_command.command.params if each.name == "pattern")
    assert isinstance(option, click.Option)
    return option.help or ""


def test_the_patterns_named_in_the_help_are_those_that_are_built_in() -> None:
    """All of them, in their order."""
    from muster.application.orchestrators.patterns import PATTERNS

    help_of_plan = " ".join(_pattern_help().split())
    assert f"How the team works: {', '.join(PATTERNS)}, or one" in help_of_plan


def test_the_modes_offered_are_those_of_the_check() -> None:
    """By heart as well."""
    from muster.application.use_cases.plan_check import CheckMode

    assert tuple(mode.value for mode in CheckMode) == check.MODES


def test_the_version_is_the_package_s(muster: Muster) -> None:
    """On stdout, alone."""
    answer = muster("--version")

    assert (answer.code, answer.out, answer.err) == (0, f"muster {__version__}\n", "")


def test_help_loads_neither_click_nor_the_domain() -> None:
    """That is what keeps it below 80 ms and 25 MB."""
    look = f"""
import sys
try:
    {HELP}
except SystemExit:
    heavy = {{'asyncio', 'click', 'muster.domain', 'pydantic', 'rich'}}
    print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stderr == "[]\n"
