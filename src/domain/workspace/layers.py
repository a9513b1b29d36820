"""One file in the making: what each author made of it, one upon the other."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from ..errors import StorageError
from .edits import hash_of


@dataclass(frozen=True, slots=True)
class Layer:
    """What the file is after the edits of one author; None for no file."""

    author: str
    content: str | None


@dataclass(frozen=True, slots=True)
class LayeredFile:
    """The text on the disk, and the layers upon it; edits of one author that follow each other are one layer."""

    before: str | None
    layers: tuple[Layer, ...] = ()

    @property
    def content(self) -> str | None:
        """The text on top."""
        return self.layers[-1].content if self.layers else self.before

    @property
    def author(self) -> str | None:
        """Whose text is on top; None for the disk's."""
        return self.layers[-1].author if self.layers else None

    def upon(self, author: str, content: str | None) -> LayeredFile:
        """With the edits of `author` on top."""
        below = self.layers[:-1] if self.author == author else self.layers
        return replace(self, layers=(*below, Layer(author, content)))

    def without(self, authors: Container[str]) -> LayeredFile:
        """Without the layers of `authors` as far as nobody else has built upon them."""
        layers = self.layers
        while layers and layers[-1].author in authors:
            layers = layers[:-1]
        return replace(self, layers=layers)


@dataclass(frozen=True, slots=True)
class Change:
    """What one call made of one file, as little as tells it: `cut` characters from `at` on became `put`.

    `put` is None where the file goes. `beneath` is the digest of the text that was changed, None for no file; `base`
    is the text on the disk, told by the first change of a file alone.
    """

    path: str
    author: str
    beneath: str | None
    base: str | None = None
    at: int = 0
    cut: int = 0
    put: str | None = ""

    @classmethod
    def between(cls, path: str, author: str, file: LayeredFile, content: str | None) -> Change:
        """From the text on top of `file` to `content`."""
        old = file.content
        base = None if file.layers else file.before
        if old is None or content is None:
            return cls(path, author, hash_of(old), base, put=content)
        at = _alike(old, content)
        tail = _alike(old[at:][::-1], content[at:][::-1])
        put = content[at : len(content) - tail]
        return cls(path, author, hash_of(old), base, at, len(old) - at - tail, put)

    def made_of(self, file: LayeredFile | None) -> LayeredFile:
        """The file with this change upon it; raises StorageError when it is not the one that was changed."""
        file = LayeredFile(self.base) if file is None else file
        old = file.content
        if hash_of(old) != self.beneath:
            raise StorageError(
                f"the recorded edits of {self.path!r} do not fit together",
                code="storage-corrupt",
                details={"path": self.path, "author": self.author},
                hint="begin the run anew: muster run with the same plan",
            )
        if old is None or self.put is None:
            return file.upon(self.author, self.put)
        return file.upon(self.author, old[: self.at] + self.put + old[self.at + self.cut :])


def _alike(one: str, other: str) -> int:
    """How many characters both begin with; halves are compared, for that is quicker than characters."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
