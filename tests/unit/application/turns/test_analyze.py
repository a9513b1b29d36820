"""Stage 2: advice by rules, and hints in the system message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.turns.analyze import Advisor, analyze_turn, generate_hints, run_analysis
from muster.application.turns.document_rules import chunk_profile, lines_of, warnings_of
from muster.application.turns.prepare import prepare_turn
from muster.domain.turns.types import AnalysisAdvice, TurnConfig, TurnInput
from muster.domain.workspace.document import DocumentSnapshot
from tests.fakes.character_counter import CharacterCounter

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def document(content: str, path: str = "notes.md") -> DocumentSnapshot:
    return DocumentSnapshot("d1", path, content, NOW)


class Rules(Advisor):
    """Advice without a cache."""

    def advise(self, snapshot: DocumentSnapshot) -> AnalysisAdvice:
        return run_analysis(snapshot, NOW)


class Broken(Advisor):
    """Advice that never comes."""

    def advise(self, snapshot: DocumentSnapshot) -> AnalysisAdvice:
        raise RuntimeError("no advice today")


@pytest.mark.parametrize(
    ("path", "content", "headings"),
    [
        ("a.md", "# One\ntext\n```\n# no heading\n```\n## Two\n", ["# One", "## Two"]),
        (
            "a.py",
            "import os\n\ndef f():\n    def g(): ...\n\nclass C:\n    pass\n",
            ["", "def f():", "class C:"],
        ),
        ("a.ts", "export class A {}\nfunction b() {}\n", ["export class A {}", "function b() {}"]),
        ("a.go", "package p\nfunc (t T) Run() {\n}\n", ["", "func (t T) Run() {"]),
        ("a.rs", "pub fn run() {}\nimpl A {\n}\n", ["pub fn run() {}", "impl A {"]),
        ("a.toml", "[tool]\nx = 1\n[[more]]\n", ["[tool]", "[[more]]"]),
        ("a.txt", "just\ntext\n", [""]),
    ],
)
def test_parts_begin_at_headings_and_definitions(path: str, content: str, headings: list[str]) -> None:
    """The chunk profile follows what the language calls a part."""
    chunks, _ = chunk_profile(content, path)

    assert [heading for _, _, heading in chunks] == headings


@given(
    content=st.text(alphabet="#def x\n\r\u2028", max_size=600),
    path=st.sampled_from(["a.md", "a.py", "a.txt"]),
)
def test_parts_cover_every_line_once(content: str, path: str) -> None:
    """Whatever the text, no line is left out and none comes twice."""
    chunks, _ = chunk_profile(content, path)

    covered = [line for first, last, _ in chunks for line in range(first, last + 1)]
    assert covered == list(range(1, len(lines_of(content)) + 1))


def test_a_long_text_without_headings_is_cut_into_blocks() -> None:
    """Two hundred lines a block."""
    chunks, rule = chunk_profile("x\n" * 450, "log.txt")

    assert [(first, last) for first, last, _ in chunks] == [(1, 200), (201, 400), (401, 450)]
    assert rule == "blocks"


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        ("ok\n" + "x" * 1001 + "\n", "line 2 is longer than 1000 characters"),
        ("a\r\nb\n", "line endings are mixed: '\\n', '\\r\\n'"),
        ("-----BEGIN RSA PRIVATE KEY-----\n", "line 1 holds what looks like a private key; do not repeat it"),
        ("x\nkey = AKIAAAAAAAAAAAAAAAAA\n", "line 2 holds what looks like an access key; do not repeat it"),
        ('password = "plainly-fake"\n', "line 1 holds what looks like a password; do not repeat it"),
        ("<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", "lines 1, 5 hold a merge conflict marker"),
        ("a\0b\n", "line 1 holds control characters"),
        (" \n", "the document is empty"),
    ],
)
def test_what_may_mislead_a_reader_is_warned_of(content: str, warning: str) -> None:
    """Each warning says where and what."""
    assert warning in [text for _, text in warnings_of(content)]


def test_a_secret_is_named_and_never_quoted() -> None:
    """Advice goes into prompts and logs."""
    advice = run_analysis(document('password = "plainly-fake"\n', "a.py"), NOW)

    assert "plainly-fake" not in repr(advice) + repr(generate_hints(advice, document("")))
    assert advice.rule_trace == ("chunks:whole", "warning:secrets")


def test_an_ordinary_document_is_warned_of_nothing() -> None:
    """Silence is advice too."""
    assert warnings_of("# Title\n\nSome text.\n") == ()


def test_a_long_document_asks_for_the_reading_tool() -> None:
    """Required and optional tools follow from length and parts."""
    advice = run_analysis(document("# A\n" + "x\n" * 300 + "# B\n"), NOW)

    assert advice.required_tools == ("read_document",)
    assert advice.optional_tools == ("search_document",)
    assert "tools:long-document" in advice.rule_trace
    assert advice.generated_at == NOW


def test_hints_speak_only_of_tools_that_the_turn_offers() -> None:
    """A model that is told of a tool it does not have would call it in vain."""
    snapshot = document("# A\n" + "x\n" * 300 + "# B\n")
    advice = run_analysis(snapshot, NOW)

    assert "read_document" in " ".join(generate_hints(advice, snapshot))
    assert "_document" not in " ".join(generate_hints(advice, snapshot, {"search"}))


def test_hints_name_a_dozen_parts_and_count_the_rest() -> None:
    """A hint is shorter than what it hints at."""
    snapshot = document("".join(f"# P{n}\n" for n in range(20)))
    (hint,) = generate_hints(run_analysis(snapshot, NOW), snapshot, ())

    assert hint.count("# P") == 12
    assert hint.endswith("; and 8 more.")


def test_hints_reach_the_model_within_the_system_message() -> None:
    """The one system message grows; the others stay as they are."""
    snapshot = document("# A\n# B\n")
    prepared = prepare_turn(TurnInput("?", "You are.", snapshot), CharacterCounter(), 0)

    turn = analyze_turn(prepared, snapshot, TurnConfig(), Rules(), ())

    assert (
        turn.prepared.messages[0].content == "You are.\n\n# Hints\n- Parts of notes.md: 1-1: # A; 2-2: # B."
    )
    assert turn.prepared.messages[1:] == prepared.messages[1:]
    assert (turn.analysis_ran, len(turn.hints)) == (True, 1)


def test_hints_bring_a_system_message_where_there_is_none() -> None:
    """The first message is the hints."""
    snapshot = document("# A\n# B\n")
    prepared = prepare_turn(TurnInput("?", snapshot=snapshot), CharacterCounter(), 0)

    turn = analyze_turn(prepared, snapshot, TurnConfig(), Rules(), ())

    assert [m.role for m in turn.prepared.messages] == ["system", "user", "user"]
    assert turn.prepared.messages[1:] == prepared.messages


def test_a_failing_provider_costs_the_hints_and_nothing_else() -> None:
    """spec: "A failing provider never fails the turn."."""
    snapshot = document("# A\n# B\n")
    prepared = prepare_turn(TurnInput("?", snapshot=snapshot), CharacterCounter(), 0)

    turn = analyze_turn(prepared, snapshot, TurnConfig(), Broken(), ())

    assert (turn.prepared, turn.hints, turn.analysis_ran) == (prepared, (), False)


@pytest.mark.parametrize("case", ["no document", "switched off", "no advisor"])
def test_no_analysis_runs_where_none_is_due(case: str) -> None:
    """Without a document, when switched off, and without anyone to ask."""
    snapshot = None if case == "no document" else document("# A\n# B\n")
    prepared = prepare_turn(TurnInput("?", snapshot=snapshot), CharacterCounter(), 0)
    config = TurnConfig(analysis_enabled=case != "switched off")

    turn = analyze_turn(prepared, snapshot, config, None if case == "no advisor" else Broken())

    assert (turn.prepared, turn.analysis_ran) == (prepared, False)
