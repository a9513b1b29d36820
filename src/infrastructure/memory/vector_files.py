"""Vectors of a folder of files: one beside each entry, in a folder of its own."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from ...domain.errors import StorageError
from ..common.private_file import make_private_folder, write_private
from .json_files import file_of
from .vector_rows import Wanted

FOLDER, DIGEST = ".vectors", 32
log = logging.getLogger(__name__)


def vector_of(entry: Path) -> Path:
    """Where the vector of the entry in this file lies."""
    return entry.parent / FOLDER / f"{entry.stem}.vector"


class VectorFiles:
    """A digest that binds a vector to its model, its entry and its text, and then the vector.

    `writing` lets nobody else write meanwhile; `text_of` reads what an entry is found by now, None when it is gone.
    """

    def __init__(
        self,
        folder: Path,
        writing: Callable[[], AbstractContextManager[None]],
        text_of: Callable[[Path], str | None],
    ) -> None:
        self._folder = folder
        self._writing = writing
        self._text_of = text_of

    def find(self, model: str, one: Wanted) -> bytes | None:
        """The vector that was made of this very text by this model, if it is there and whole."""
        try:
            content = vector_of(file_of(self._folder, one.key)).read_bytes()
        except OSError:
            return None
        vector = content[DIGEST:]
        return vector if content[:DIGEST] == _digest(model, one, vector) else None

    def keep(self, model: str, made: Iterable[tuple[Wanted, bytes]]) -> None:
        """Write them, except of what has changed meanwhile; what cannot be written is made anew another time."""
        try:
            for one, vector in made:
                path = file_of(self._folder, one.key)
                with self._writing():
                    if self._text_of(path) == one.text:
                        make_private_folder(self._folder / FOLDER)
                        write_private(vector_of(path), _digest(model, one, vector) + vector)
        except StorageError as error:
            log.warning("vectors were not kept: %s", error)


def _digest(model: str, one: Wanted, vector: bytes) -> bytes:
    parts = (model.encode(), one.key, one.text.encode(), vector)
    return hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).digest()
