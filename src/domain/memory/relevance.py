"""Whether a lesson has to do with a task: a search always finds the nearest entries, however far they are."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d_]{4,}")
STEM = 5
"""Letters that words must share from their beginning: enough for `secure` to meet `security`."""
ENOUGH = 2
"""Telling words that a lesson must share with a task."""
ALIKE = 0.3
"""How like a task a lesson must be by meaning (cosine) when they share too few words.

Of 14 lessons that share no word with their task, all-MiniLM-L6-v2 puts 10 above it, and of 118 pairs that have nothing
to do with each other one.
"""
COMMON = frozenset(
    {
        "about", "after", "again", "agent", "also", "because", "been", "before", "between", "check", "code", "could",
        "does", "doing", "done", "each", "even", "every", "explain", "file", "files", "find", "from", "have", "here",
        "into", "just", "like", "look", "make", "many", "more", "most", "much", "must", "need", "only", "other", "over",
        "please", "project", "report", "review", "should", "show", "some", "such", "task", "team", "tell", "test",
        "tests", "than", "that", "their", "them", "then", "there", "these", "they", "thing", "this", "those", "through",
        "tool", "tools", "under", "until", "very", "want", "were", "what", "when", "where", "which", "while", "whose",
        "will", "with", "work", "would", "write", "your",
    }
)  # fmt: skip


def telling(text: str) -> frozenset[str]:
    """The beginnings of the words of `text` that say what it is about."""
    words = (word.lower() for word in WORD.findall(text))
    return frozenset(word[:STEM] for word in words if word not in COMMON)


def related(task: str, lesson: str, likeness: float | None = None) -> bool:
    """Whether both have two telling words in common, or all that a shorter one of them has; or mean alike.

    `likeness` is what a search by meaning found, None where there is none.
    """
    if likeness is not None and likeness >= ALIKE:
        return True
    wanted, told = telling(task), telling(lesson)
    least = min(ENOUGH, len(wanted), len(told))
    return least > 0 and len(wanted & told) >= least
