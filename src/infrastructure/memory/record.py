"""An entry in the form in which every store keeps it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from operator import attrgetter

from ...domain.memory.entry import Entry, Origin
from ...domain.security.classification import Classification
from .json_values import checked_key, encoded, texts_of

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DATE = re.compile(rf"[0-9]{{1,2}} (?:{'|'.join(MONTHS)}) [0-9]{{1,4}}")


@dataclass(frozen=True, slots=True)
class Record:
    """Every column of an entry as bytes or text; times are ISO 8601 in UTC, "" for none.

    `text` is what a search finds it by, the date on which it was said written out among its words; what must lie
    on the disk as ciphertext only has none, whoever stores it.
    """

    key: bytes
    value: bytes
    classification: str
    owner: str
    project: str
    author: str
    conversation: str
    promotion: str
    said_at: str
    stored_at: str
    text: str

    @classmethod
    def read(cls, columns: Sequence[bytes]) -> Record:
        """The record of these columns; raises ValueError when one of them is no text any more."""
        key, value, *texts = columns
        return cls(key, value, *[text.decode() for text in texts])

    def columns(self) -> tuple[bytes, ...]:
        """As bytes, in their order."""
        return (self.key, self.value, *[text.encode() for text in TEXTS(self)])

    def entry(self) -> Entry:
        """What a caller sees; only after the digest was found right."""
        return Entry(
            key=self.key.decode(),
            data=json.loads(self.value.decode()),
            classification=Classification(self.classification),
            origin=Origin(
                owner=self.owner,
                project=self.project,
                author=self.author,
                conversation=self.conversation,
                said_at=datetime.fromisoformat(self.said_at) if self.said_at else None,
                promotion=self.promotion,
            ),
            stored_at=datetime.fromisoformat(self.stored_at),
        )


TEXTS = attrgetter(*[field.name for field in fields(Record)][2:])
"""All columns after key and value; copying a record to take it apart would cost ten times as much."""


def record_of(
    key: str, data: object, classification: str, origin: Origin, text: str | None, now: datetime
) -> Record:
    """What is kept of a call of `store`; raises ValueError and TypeError as the port says."""
    name, kind = checked_key(key), Classification.of(classification)
    value = encoded(key, data)
    return Record(
        key=name,
        value=value,
        classification=kind.value,
        owner=_checked("owner", origin.owner),
        project=_checked("project", origin.project),
        author=_checked("author", origin.author),
        conversation=_checked("conversation", origin.conversation),
        promotion=_checked("promotion", origin.promotion),
        said_at="" if origin.said_at is None else moment(origin.said_at),
        stored_at=moment(now),
        text="" if kind.encrypted else _words(texts_of(data) if text is None else text, origin.said_at),
    )


def digest_of(columns: Iterable[bytes]) -> bytes:
    """SHA-256 over all columns, each with its length before it, so that nothing moves between them unseen."""
    return hashlib.sha256(b"".join([b"%d:%b" % (len(part), part) for part in columns])).digest()


def moment(when: datetime) -> str:
    """A time as text that sorts as times do; one without a zone is taken for UTC."""
    aware = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")


def _words(text: str, said_at: datetime | None) -> str:
    """What is indexed; people ask for "May 2023", so the date stands there as they would say it."""
    readable = text.encode("utf-8", "replace").decode().replace("\0", " ")
    if said_at is None or not readable.strip():
        return readable
    return f"{said_at.day} {MONTHS[said_at.month - 1]} {said_at.year}\n{readable}"


def undated(text: str) -> str:
    """What was said without the date that `Record.text` tells first: it says when, not what."""
    date, end, said = text.partition("\n")
    return said if end and DATE.fullmatch(date) else text


def _checked(name: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"the {name} {value!r} is not valid Unicode text") from error
    return value


def replaced(
    there: Record | None, seen: Entry, data: object, text: str | None, now: datetime | None = None
) -> Record | None:
    """What is there with `data` in it, or None when it is not what was `seen`.

    Its time stays to the letter, unless it is renewed `now`.
    """
    if there is None or not _is_same(there.entry(), seen):
        return None
    kind, origin = seen.classification, seen.origin
    record = record_of(seen.key, data, kind, origin, text, seen.stored_at)
    return replace(record, stored_at=there.stored_at if now is None else moment(now))


def _is_same(entry: Entry, seen: Entry) -> bool:
    """By the bytes of the data: 1 equals True in Python, and is another value."""
    if replace(entry, data=None) != replace(seen, data=None):
        return False
    return encoded(entry.key, entry.data) == encoded(seen.key, seen.data)


def is_promoted(there: Record | None, record: Record) -> bool:
    """Whether what is there is the same writing of the same short-term entry that `record` is."""
    return there is not None and record.promotion != "" and there.promotion == record.promotion
