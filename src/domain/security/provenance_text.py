"""Texts in the form in which they are compared: who said a value first."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .percent import unquoted

SCHEME = re.compile(r"\b(?:https?|ftp)://", re.IGNORECASE)
URL = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,15}://[^\s<>\"'`)\]]+|\bwww\.[^\s<>\"'`)\]]+)", re.IGNORECASE)
EMAIL = re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b", re.IGNORECASE)
MONTH_DAY = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?\.? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|\b\d{1,2}:\d{2}\b",
    re.IGNORECASE,
)
SMALL = re.compile(r"\d{1,3}")
OPAQUE = re.compile(
    r"(?<![\w+/=-])(?=[\w+/-]*[a-z])(?=[\w+/-]*(?:[A-Z]|\d))[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=-])"
)
LONG_NUMBER = re.compile(r"\b(?=[\w-]*\d)(?:\d(?:[ -]?\d){8,}|\w{5,})\b")
MOMENT = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?\b")
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\w]|\.\d)")
ENCODED = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
PIECE = 24
"""Characters, in the compared form, from which a sentence or line counts as taken over."""
WINDOW = 8
"""Words that count as taken over when they stand together."""
TOO_COMMON = frozenset(
    {
        "an",
        "all",
        "and",
        "any",
        "at",
        "be",
        "by",
        "do",
        "for",
        "from",
        "go",
        "in",
        "is",
        "it",
        "me",
        "my",
        "no",
        "of",
    }
    | {"on", "or", "so", "the", "this", "that", "to", "us", "we", "you", "with", "not", "as", "if", "then"}
)
"""Words that a task holds whatever it is about: they name nothing."""


def plain(text: str) -> str:
    """Case and white space do not matter, nor does the scheme of a link; everything else does."""
    return SCHEME.sub("", " ".join(text.casefold().split()))


def loose(text: str) -> str:
    """Like `plain`, and look-alike forms are one, and invisible characters are gone."""
    if text.isascii():
        return plain(text)
    kept = (letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return plain("".join(kept))


def has_hidden(text: str) -> bool:
    """Whether a reader does not see what is written: invisible, turned-around or look-alike forms."""
    if text.isascii():
        return any(ord(letter) < 32 and letter not in "\t\n\r" for letter in text)
    return unicodedata.normalize("NFKC", text) != unicodedata.normalize("NFC", text) or any(
        unicodedata.category(letter) in {"Cf", "Cc", "Co", "Cn"} and letter not in "\t\n\r" for letter in text
    )


def decoded(text: str) -> Iterator[str]:
    """What `text` says when its escapes, or Base64 and hexadecimal runs in it, are read."""
    for read in (unquoted(text), html.unescape(text)):
        if read != text:
            yield read
    for run in ENCODED.findall(text):
        for bytes_of in (_from_base64, _from_hex):
            said = bytes_of(run)
            if said:
                yield said


def variants(value: str) -> Iterator[str]:
    """The compared forms of a value: as it is, decoded, and turned around."""
    yield loose(value)
    for said in decoded(value):
        yield loose(said)
    yield loose(value[::-1])


@dataclass(frozen=True, slots=True)
class Passage:
    """Text that was read, and what it says in all its forms; `source` names it: "the answer of read-file"."""

    source: str
    lines: tuple[str, ...]
    said: str

    @classmethod
    def of(cls, source: str, text: str) -> Passage:
        """A passage with its compared forms."""
        forms = [loose(text), *(loose(said) for said in decoded(text))]
        return cls(source, tuple(text.splitlines()), "\n".join(forms))

    def holds(self, form: str) -> bool:
        """Whether a value's compared form stands here, as whole words when it is short."""
        if form not in self.said:
            return False
        return len(form) >= PIECE or _bounded(form).search(self.said) is not None

    def line_of(self, form: str) -> int:
        """The first line, from 1, that holds the form; 0 when no single line does."""
        return next((number for number, line in enumerate(self.lines, 1) if form in loose(line)), 0)


class Named:
    """What the task, and those who run this house, have said: the only text that can name a target."""

    def __init__(self, texts: tuple[str, ...], folders: tuple[str, ...] = ()) -> None:
        """`folders` were granted whole; "" is the workspace."""
        self._said = "\n".join(plain(text) for text in texts)
        self._folders = folders
        self._numbers = NUMBER.findall(MONTH_DAY.sub(" ", MOMENT.sub(" ", self._said)))

    def __contains__(self, value: str) -> bool:
        """Whether `value` was said, letter for letter but for case and white space, and as a whole."""
        form = plain(value).strip().rstrip("/")
        if len(form) < 2 or form in TOO_COMMON or has_hidden(value):
            return False
        if SMALL.fullmatch(form):  # a day, a count or a clock names no thing by accident
            return _numbered(form).search(self._said) is not None
        return _whole(form).search(self._said) is not None

    def number(self, value: float | int) -> bool:
        """Whether the number was said, in whatever form."""
        try:
            wanted = Decimal(str(value))
        except InvalidOperation:
            return False
        return any(Decimal(said) == wanted for said in self._numbers)

    def path(self, value: str, *, granted: bool = False) -> bool:
        """Whether the path lies in a folder that was written as a path; with `granted` also in one that was granted."""
        parts = value.split("/")
        if has_hidden(value) or "\\" in value or ":" in value or {"..", ".", "", "~"}.intersection(parts):
            return False
        if granted and any(_within(value, folder) for folder in self._folders):
            return True
        above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        return any(_folder(plain(folder)).search(self._said) is not None for folder in above)

    def says(self, form: str) -> bool:
        """Whether the words stand in what was said."""
        return form in self._said


def references(text: str) -> Iterator[str]:
    """Links, addresses of mail, accounts, and runs of signs that no person reads, in a text."""
    for pattern in (URL, EMAIL, IBAN, OPAQUE):
        for found in pattern.findall(text):
            yield found.rstrip(".,;:!?")


def pieces(text: str) -> Iterator[str]:
    """What of a text would show that it was taken over: long numbers and codes, sentences, runs of words."""
    bare = MOMENT.sub(" ", text)
    yield from LONG_NUMBER.findall(bare)
    for sentence in re.split(r"(?<=[.!?])\s|\n", text):
        if len(sentence.strip()) >= PIECE:
            yield sentence.strip()
    words = text.split()
    for start in range(len(words) - WINDOW + 1):
        yield " ".join(words[start : start + WINDOW])


def _bounded(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)")


def _whole(form: str) -> re.Pattern[str]:
    """The words as they stand by themselves: neither the beginning nor the end of a longer name, link or address."""
    return re.compile(rf"(?<![\w@/:+\-])(?<!\w\.){re.escape(form)}/?(?!\w|[@/:+\-?#&=.]\w)")


def _numbered(digits: str) -> re.Pattern[str]:
    """The number as a name: quoted, or after the word that says so."""
    return re.compile(
        rf"(?:#|[\"'`]|\b(?:ids?|no\.?|nr\.?|number|issue|ticket)[ :=#]+){digits}(?![\w:.,/-]\w|\w)"
    )


def _folder(folder: str) -> re.Pattern[str]:
    """The folder, written as one: with a slash inside or after it."""
    end = "/?" if "/" in folder else "/"
    return re.compile(rf"(?<![\w@/:+.\-]){re.escape(folder)}{end}(?!\w|[/@:+\-.]\w)")


def _within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _from_base64(run: str) -> str:
    padded = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _readable(base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _from_hex(run: str) -> str:
    try:
        return _readable(bytes.fromhex(run))
    except ValueError:
        return ""


def _readable(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if all(letter.isprintable() or letter in "\n\t" for letter in text) else ""
