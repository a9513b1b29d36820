"""What is known of findings from one run to the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from muster.domain.evidence.finding import Finding
from muster.domain.evidence.finding_book import FIXED_KEPT, Dismissal, FindingBook, FindingState
from tests.fakes.builders import finding

START = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = ("aa", "bb", "cc", "dd")


def told(*names: str) -> tuple[Finding, ...]:
    """Findings with these fingerprints."""
    return tuple(finding(line=ord(name[0]), fingerprint=name) for name in names)


def after(book: FindingBook, number: int, names: tuple[str, ...], gone: tuple[str, ...] = ()) -> FindingBook:
    """The book after run `number`, a day after the one before it."""
    return book.after(f"run-{number}", START + timedelta(days=number), told(*names), gone)


def test_the_first_run_has_nothing_to_be_compared_with() -> None:
    """So nothing of it is called new."""
    assert FindingBook().history("run-1", told("aa"), {"aa"}, ()) is None


def test_new_known_fixed_and_unseen() -> None:
    """Each with the run that told it first."""
    book = after(FindingBook(), 1, ("aa", "bb", "cc"))
    history = book.history("run-2", told("aa", "dd"), {"aa", "dd"}, ("bb",))
    assert history is not None
    assert (history.since, history.new, history.unseen) == ("run-1", ("dd",), 1)
    assert history.known == {"aa": ("run-1", START + timedelta(days=1))}
    assert [one.finding.fingerprint for one in history.fixed] == ["bb"]


def test_what_comes_back_after_it_was_fixed_is_new_again() -> None:
    """And belongs to the run that found it again."""
    book = after(after(FindingBook(), 1, ("aa",)), 2, (), ("aa",))
    assert book.state(book.findings["aa"]) is FindingState.FIXED
    history = book.history("run-3", told("aa"), {"aa"}, ())
    assert history is not None
    assert (history.new, history.known) == (("aa",), {})
    book = after(book, 3, ("aa",))
    assert (book.findings["aa"].first_run, book.findings["aa"].fixed_at) == ("run-3", None)


def test_a_dismissal_outlives_a_fix_and_what_a_later_run_says() -> None:
    """The same code that comes back is still what a person has said not to count."""
    said = Dismissal(by="ann", why="a constant", at=START)
    book = after(FindingBook(), 1, ("aa", "bb")).with_dismissal("aa", said)
    history = book.history("run-2", told("bb"), {"aa", "bb"}, ())
    assert history is not None
    assert [one.dismissal for one in history.dismissed] == [said]
    assert history.unseen == 0
    book = after(after(book, 2, ("bb",)), 3, ("aa",))
    assert book.dismissed == {"aa"}
    book = book.with_dismissal("aa", None)
    assert (book.dismissed, book.state(book.findings["aa"])) == (frozenset(), FindingState.KNOWN)


def test_a_run_that_goes_on_after_it_has_written_says_the_same_again() -> None:
    """A crash between the two stores makes nothing known that this run was the first to tell."""
    book = after(FindingBook(), 1, ("aa", "bb"))
    first = book.history("run-2", told("aa", "cc"), {"aa", "cc"}, ("bb",))
    written = after(book, 2, ("aa", "cc"), ("bb",))
    again = written.history("run-2", told("aa", "cc"), {"aa", "cc"}, ())
    assert first is not None
    assert again is not None
    assert (again.since, again.new, again.known) == (first.since, first.new, first.known)
    assert [one.finding for one in again.fixed] == [one.finding for one in first.fixed]
    assert after(written, 2, ("aa", "cc")) == written


def test_of_many_fixed_ones_the_last_stay_and_what_a_person_said_stays_always() -> None:
    """The book does not grow without end."""
    names = tuple(f"{number:04x}" for number in range(FIXED_KEPT + 50))
    book = FindingBook().after("run-1", START, tuple(finding(fingerprint=name) for name in names), ())
    book = book.with_dismissal(names[0], Dismissal(by="ann", why="x", at=START))
    for number, name in enumerate(names, 2):
        book = book.after(f"run-{number}", START + timedelta(hours=number), (), (name,))
    assert set(book.findings) == {names[0], *names[-FIXED_KEPT:]}


@given(st.lists(st.tuples(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES))), max_size=8))
def test_after_any_runs_each_finding_is_what_the_story_says(runs: list[tuple[set[str], set[str]]]) -> None:
    """Told since when, open or not, against a plain account of the same story."""
    book, since = FindingBook(), dict[str, str]()
    for number, (names, missing) in enumerate(runs, 1):
        gone = tuple(sorted(missing - names))
        history = book.history(f"run-{number}", told(*sorted(names)), names, [g for g in gone if g in since])
        if history is not None:
            assert set(history.new) == names - since.keys()
            assert {name: run for name, (run, _) in history.known.items()} == {
                name: since[name] for name in names & since.keys()
            }
            assert {one.finding.fingerprint for one in history.fixed} == set(gone) & since.keys()
            assert history.unseen == len(since.keys() - names - set(gone))
        book = after(book, number, tuple(sorted(names)), gone)
        since = {name: run for name, run in since.items() if name not in gone}
        since |= {name: f"run-{number}" for name in names if name not in since}
    assert {name: one.first_run for name, one in book.findings.items() if one.open} == since
