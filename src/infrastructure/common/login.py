"""Who sits here."""

from __future__ import annotations


def login_name() -> str:
    """The user's login name, or nothing when the machine knows none."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no entry for the user, and none of the variables
        return ""
