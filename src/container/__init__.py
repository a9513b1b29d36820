"""The composition root: the one package that knows every layer.

`wiring` says which port each provider fills; the other modules are wings of builder functions, each of which imports
its adapter when it is first asked for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dependency_injector import providers

from ..infrastructure.config.loader import load_settings
from .paths import real_place
from .wiring import Container

__all__ = ["Container", "close_container", "close_models", "open_container"]


def open_container(
    root: str,
    overrides: Mapping[str, object] | None = None,
    env: Mapping[str, str] | None = None,
    adapters: Mapping[str, object] | None = None,
) -> Container:
    """The container for the settings of the folder `root`, with `adapters` in place of providers by name.

    Raises UnsafePath for what is no folder name, and for the system's folders, in which no settings are looked for.
    """
    real_place(root)
    known = os.environ if env is None else env
    loaded = load_settings(Path(root), overrides or {}, known)
    own = {name: providers.Object(adapter) for name, adapter in (adapters or {}).items()}
    return Container(loaded=providers.Object(loaded), env=providers.Object(known), **own)


def close_container(container: Container) -> None:
    """Close the files of adapters that were made here; a host's own adapters are the host's to close."""
    container.files().close()


async def close_models(container: Container) -> None:
    """Close connections to models, in the event loop that used them; they open anew when they are needed."""
    await container.opener().close()
