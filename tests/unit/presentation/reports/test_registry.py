"""Formats are found by name, and cost nothing until they are used."""

import subprocess
import sys

import pytest

from muster.domain.errors import UnknownName
from muster.presentation.reports import FORMATS, render_plan, render_run
from tests.unit.presentation.reports import samples

RUNS = [samples.run, samples.clean_run, samples.cancelled_run, samples.paid_run]


def test_there_are_six_formats() -> None:
    assert list(FORMATS) == ["text", "markdown", "json", "sarif", "junit", "html"]


def test_an_unknown_format_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(UnknownName) as caught:
        render_run(samples.run(), "jsn")
    assert str(caught.value) == "unknown format 'jsn' (did you mean json, junit?)"


def test_a_plan_has_no_sarif_form() -> None:
    with pytest.raises(UnknownName) as caught:
        render_plan(samples.plan(), "sarif")
    assert caught.value.details["known"] == ["json", "markdown", "text", "yaml"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("build", RUNS)
def test_every_run_can_be_encoded_and_ends_in_one_newline(name: str, build: object) -> None:
    assert callable(build)
    text = render_run(build(), name)
    content = text.encode("utf-8")
    assert b"\x00" not in content
    assert b"\x1b" not in content
    assert text == render_run(build(), name)
    assert text.rstrip("\n") + "\n" == text


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_shows_an_unmeasured_category_as_a_number(name: str) -> None:
    text = render_run(samples.run(), name)
    assert "no coverage file" in text
    assert '"score": 0' not in text
    assert '"score": 100' not in text


def test_asking_for_the_names_loads_neither_rich_nor_pydantic() -> None:
    code = (
        "import sys; from muster.presentation.reports import FORMATS; assert len(FORMATS) == 6; "
        "print(sorted(set(sys.modules) & {'rich', 'pydantic', 'muster.domain.orchestration.run'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
