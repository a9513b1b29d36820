"""Whether a line still is what was quoted of it."""

from __future__ import annotations

from ...domain.ports.secret_masker import SecretMasker

QUOTED = 200
"""Characters of a line that a tool quotes at most."""


def still_says(line: str, quote: str, masker: SecretMasker, path: str) -> bool:
    """Whether `line` of file `path` begins with `quote`, in which secrets are masked."""
    line = line.strip()
    if line.startswith(quote):
        return True
    shown = masker.mask(quote, path)
    return any(masker.mask(part, path).startswith(shown) for part in (line, line[:QUOTED]))
