"""How the result of a step becomes JSON text, and again a value, also years later."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import StorageError
from ...domain.journal.record import Record

T = TypeVar("T")
Upcaster = Callable[[Any], Any]
"""From the JSON value of one version to that of the next."""
ENCODER = json.JSONEncoder(separators=(",", ":"))


class Codec(Generic[T]):
    """JSON through pydantic, checked on the way in; never pickle.

    `upcasters` lead from version 1 to the present one, a step each: there are as many as versions, less one.
    """

    def __init__(self, shape: Any, upcasters: Sequence[Upcaster] = ()) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(shape)
        self._upcasters = tuple(upcasters)
        self.version = len(self._upcasters) + 1

    def dump(self, value: T) -> str:
        """`value` as JSON text in ASCII, which keeps half characters too."""
        return ENCODER.encode(self._adapter.dump_python(value, mode="json"))

    def load(self, record: Record) -> T:
        """The value that `record` holds; raises StorageError that names the record."""
        if record.version > self.version:
            raise StorageError(
                f"step {record.key!r} was recorded by a newer Muster",
                code="storage-foreign",
                hint="update Muster",
            )
        try:
            content = json.loads(record.payload)
            for upcast in self._upcasters[record.version - 1 :]:
                content = upcast(content)
            return self._adapter.validate_python(content)
        except (ValueError, ValidationError, RecursionError, KeyError, TypeError) as error:
            raise StorageError(
                f"what step {record.key!r} gave cannot be read",
                code="storage-corrupt",
                details={"number": record.number, "cause": str(error)},
                hint=f"go on from before it: muster fork RUN --from {record.key}",
            ) from error
