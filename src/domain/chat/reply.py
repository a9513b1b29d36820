"""What came of one question to one model."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ..errors import ErrorKind
from ..models.exchange import FinishReason
from ..models.usage import Usage


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or as much of one as there is, with what it took.

    `error` is empty for an answer that is whole, and `kind` is None then. `cost` is in US dollars, None when
    unpriced; `estimated` when the provider could not be asked for the tokens any more. `left_out` is how many
    earlier messages no longer fitted and were not sent. `instead_of` is the model that was asked first where
    another one has answered, and `because` why it had not. `code` is that of the error of a model that could not be
    asked at all.
    """

    text: str
    model: str
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = Decimal(0)
    seconds: float = 0.0
    error: str = ""
    kind: ErrorKind | None = None
    finish: FinishReason | None = None
    estimated: bool = False
    left_out: int = 0
    instead_of: str = ""
    because: ErrorKind | None = None
    code: str = ""

    @property
    def ok(self) -> bool:
        """Whether the model has answered."""
        return self.kind is None
