"""The key of an account, and what to say when it is not one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key and where users keep it: `name` is an environment variable, "" when nobody named one."""

    value: str = field(repr=False)
    name: str

    @property
    def fault(self) -> str:
        """Why no request can carry it; "" when one can."""
        if not self.value:
            return "there is none"
        fits = self.value.isascii() and self.value.isprintable()
        return "" if fits else "it holds characters that no key has"

    @property
    def hint(self) -> str:
        """What to do when the provider does not take it."""
        if not self.name:
            return "the server wants a key: name the variable that holds it in the provider's settings"
        return f"{'check the key in' if self.value else 'set'} {self.name}"
