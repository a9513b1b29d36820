"""The one door from the command line to the rest of the house."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...container import Container


@contextmanager
def open_session(root: str = ".", overrides: Mapping[str, object] | None = None) -> Iterator[Container]:
    """The container for the settings of the folder `root`, closed at the end; `overrides` are flags.

    Raises ConfigurationError.
    """
    from ...container import close_container, close_models, open_container
    from .run_async import AT_LOOP_END

    container = open_container(root, overrides, os.environ)

    async def end() -> None:
        await close_models(container)

    AT_LOOP_END.append(end)
    try:
        yield container
    finally:
        AT_LOOP_END.remove(end)
        close_container(container)
