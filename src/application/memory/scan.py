"""What may enter memory: texts without personal data and secrets, under keys that hold neither."""

from __future__ import annotations

from ...domain.errors import InvalidKey
from ...domain.ports.pii_scrubber import PiiScrubber
from ...domain.ports.secret_masker import SecretMasker

SECRET = "SECRET"  # noqa: S105 - the kind of a find


class MemoryScan:
    """Secrets first, then personal data; in data the names of values tell what they are."""

    def __init__(self, scrubber: PiiScrubber, masker: SecretMasker) -> None:
        self._scrubber = scrubber
        self._masker = masker

    def clean(self, data: object) -> object:
        """`data` without finds, in new containers."""
        return self._scrubber.scrub_data(self._masker.mask_data(data))[0]

    def text(self, text: str) -> str:
        """`text` without finds."""
        return self._scrubber.scrub(self._masker.mask(text))[0]

    def check_key(self, key: str) -> None:
        """Raise InvalidKey when a key holds what may not be kept: it would stand in every list and log."""
        kinds = self.kinds_in(key)
        if kinds:
            raise InvalidKey(
                f"a key holds personal data or a secret ({', '.join(kinds)})",
                details={"kinds": kinds},
                hint="name the entry by an id of your own and put such data, if at all, into its value",
            )

    def kinds_in(self, key: str) -> list[str]:
        """The kinds of what a key holds and may not, sorted."""
        masked = self._masker.mask(key)
        kinds = {one.kind for one in self._scrubber.scrub(masked)[1]}
        return sorted(kinds | ({SECRET} if masked != key else set()))
