"""The one door from the command line to the rest of the house."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...container import Container


def open_session(root: str = ".") -> Container:
    """The container for the settings that hold in the folder `root`; raises ConfigurationError, UserError."""
    from ...container import open_container

    return open_container(root, env=os.environ)
