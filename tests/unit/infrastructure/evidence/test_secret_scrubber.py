"""Finds that lie over one another go as one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.infrastructure.evidence import secret_scrubber
from muster.infrastructure.evidence.analysers.secret_form import Found
from muster.infrastructure.evidence.secret_scrubber import SecretScrubber
from tests.unit.infrastructure.evidence.test_secrets import BODY, HEX, made_up


def test_overlapping_finds_leave_nothing_of_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first gives its kind, the widest its end; what only touches is a find of its own."""
    places = [("a", 2, 6), ("b", 4, 8), ("c", 8, 9), ("a", 2, 4)]
    found = [Found(kind, kind, start, end, 1.0, "strong") for kind, start, end in places]
    rounds = iter([found])
    monkeypatch.setattr(secret_scrubber, "candidates", lambda text, language, again: next(rounds, []))
    scrubbed = SecretScrubber().screen("0123456789")
    assert scrubbed.text == "01[****a][****c]9"
    assert scrubbed.found == {"a": 1, "c": 1}


OWN = "correct horse battery"
CALLED = [
    ("DB_PASSWORD = {}", "hunter2Xy9!kLmQ", "password"),
    ("aws_secret_access_key = {}", BODY, "secret"),
    ("config['api_key'] = {}", BODY, "api-key"),
    ("os.environ.get({}, {})".format('"SECRET_KEY"', "{}"), BODY, "secret"),
]


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize(("line", "value", "kind"), CALLED, ids=[line for line, _, _ in CALLED])
def test_a_value_beside_a_telling_name_goes_from_json_however_often_it_was_wrapped(
    line: str, value: str, kind: str, depth: int
) -> None:
    """As notebooks, logs and the arguments of tool calls hold it, a whole file as one long line; JSON stays JSON."""
    text = f"import os\n# {'long ' * 400}\n" + line.format(f'"{value}"') + "\nextra = 1\n"
    kept = text.replace(value, f"[****{kind}]")
    for _ in range(depth):
        text, kept = json.dumps({"content": text}), json.dumps({"content": kept})
    scrubbed = SecretScrubber().screen(text)
    assert scrubbed.text == kept
    assert scrubbed.found == {kind: 1}


def test_a_bare_value_inside_json_leaves_the_quote_that_follows_escaped() -> None:
    """Else the arguments of a call would be no JSON any more."""
    text = json.dumps({"command": json.dumps({"env": f"API_TOKEN={BODY}"})})
    assert SecretScrubber().screen(text).text == text.replace(BODY, "[****token]")


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("openrouter-key", "sk-or-v1-" + HEX),
        ("anthropic-key", "sk-ant-api03-" + made_up(95)),
        ("openai-key", "sk-proj-" + made_up(120)),
        ("openai-key", "sk-" + made_up(48)),
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "use {} now", "a\n{}\nb", '{{"messages": ["{}"]}}', "x={}&y=1", "`{}`"]
)
def test_a_key_of_a_model_provider_goes_without_any_name_beside_it(kind: str, key: str, around: str) -> None:
    """In JSON too, where the letter of an escaped line end stands right before it."""
    for text, kept in (
        (around.format(key), around.format(f"[****{kind}]")),
        (json.dumps(around.format(key)), json.dumps(around.format(f"[****{kind}]"))),
    ):
        assert SecretScrubber().screen(text).text == kept


@given(
    before=st.text(max_size=20),
    after=st.text(max_size=20),
    own=st.sampled_from([OWN, "lowercasewords", "sk-test-not-a-key", 'with "quotes"']),
)
def test_a_known_value_goes_wherever_it_stands(before: str, after: str, own: str) -> None:
    """In the middle of a word, and in JSON, though no rule would take it for a secret."""
    scrubber = SecretScrubber([own, f" {own}\n"])
    for text in (f"{before}{own}{after}", json.dumps({"a": f"{before}{own}{after}"})):
        scrubbed = scrubber.screen(text)
        assert own not in scrubbed.text
        assert json.dumps(own)[1:-1] not in scrubbed.text
        assert scrubbed.found["own-key"] >= 1


def test_a_known_value_inside_a_find_takes_the_find_with_it_and_short_ones_are_passed_over() -> None:
    """Nothing of the longer one is left; seven characters may stand anywhere."""
    token = "ghp_" + made_up(36)
    assert SecretScrubber([token[8:24]]).screen(f"say {token}.").text == "say [****github-token]."
    assert SecretScrubber([OWN, OWN + " staple"]).screen(f"{OWN} staple").text == "[****own-key]"
    text = "seven77 and nothing else"
    assert SecretScrubber(["seven77", "", " "]).screen(text).text is text
