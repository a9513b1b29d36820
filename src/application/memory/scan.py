"""What may enter memory: texts without personal data and secrets, under keys that hold neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from ...domain.errors import InvalidKey
from ...domain.ports.pii_scrubber import PiiScrubber
from ...domain.ports.secret_masker import SecretMasker

SECRET = "SECRET"  # noqa: S105 - the kind of a find
TAKEN_OUT = "taken out of what enters memory"
REFUSED = "a key of memory that holds personal data or a secret was refused"
A_KEY = "a key of memory"
"""What stands for a key that may not be repeated."""
Told = Callable[[str, str, Mapping[str, int]], Awaitable[None]]
"""Is told what was done, under which key, and how many finds of which kind there were."""


async def nobody(what: str, subject: str, finds: Mapping[str, int]) -> None:
    """Nobody wants to know."""


class MemoryScan:
    """Secrets first, then personal data; in data the names of values tell what they are."""

    def __init__(self, scrubber: PiiScrubber, masker: SecretMasker, told: Told = nobody) -> None:
        self._scrubber = scrubber
        self._masker = masker
        self._told = told

    async def entering(
        self, entries: Mapping[str, object], texts: Sequence[str] = ()
    ) -> tuple[dict[str, object], list[str]]:
        """What is left of the data of each key, and of `texts`, which go with them; what is taken out is told.

        Raises InvalidKey when a key holds a find, and what `told` raises: then nothing may be kept.
        """
        for key in entries:
            await self.check_key(key)
        cleaned, known = {}, set[str]()
        for key, data in entries.items():
            finds: Counter[str] = Counter()
            cleaned[key] = self._cleaned(data, finds)
            if finds:
                await self._told(TAKEN_OUT, key, finds)
            known |= finds.keys()
        more: Counter[str] = Counter()
        left = [self._text(text, more) for text in texts]
        others = {kind: amount for kind, amount in more.items() if kind not in known}
        if others:  # the words of an entry are found in its data already
            await self._told(TAKEN_OUT, ", ".join(entries), others)
        return cleaned, left

    async def check_key(self, key: str) -> None:
        """Raise InvalidKey when a key holds what may not be kept: it would stand in every list and log."""
        kinds = self.kinds_in(key)
        if kinds:
            await self._told(REFUSED, A_KEY, dict.fromkeys(kinds, 1))
            raise InvalidKey(
                f"a key holds personal data or a secret ({', '.join(kinds)})",
                details={"kinds": kinds},
                hint="name the entry by an id of your own and put such data, if at all, into its value",
            )

    def kinds_in(self, key: str) -> list[str]:
        """The kinds of what a key holds and may not, sorted."""
        finds: Counter[str] = Counter()
        self._text(key, finds)
        return sorted(finds)

    def _cleaned(self, data: object, finds: Counter[str]) -> object:
        masked = self._masker.mask_data(data)
        finds.update({SECRET: masked_texts(data, masked)})
        scrubbed, found = self._scrubber.scrub_data(masked)
        finds.update(one.kind for one in found)
        _drop_none(finds)
        return scrubbed

    def _text(self, text: str, finds: Counter[str]) -> str:
        masked = self._masker.mask(text)
        scrubbed, found = self._scrubber.scrub(masked)
        finds.update({SECRET: int(masked != text)})
        finds.update(one.kind for one in found)
        _drop_none(finds)
        return scrubbed


def masked_texts(before: object, after: object) -> int:
    """How many texts, names of fields among them, are others after the masking, which keeps order and structure."""
    changed, left = 0, [(before, after)]
    while left:
        old, new = left.pop()
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            left += zip(old.keys(), new.keys(), strict=False)
            left += zip(old.values(), new.values(), strict=False)
        elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
            left += zip(old, new, strict=False)
        else:
            changed += isinstance(old, str) and isinstance(new, str) and old != new
    return changed


def _drop_none(finds: Counter[str]) -> None:
    if not finds[SECRET]:
        del finds[SECRET]
