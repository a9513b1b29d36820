"""Customer accounts."""

from __future__ import annotations

import hashlib
import random
import string

from . import credentials


class Accounts:
    """Customers by e-mail address."""

    def __init__(self) -> None:
        self._hashes: dict[str, bytes] = {}
        self._imported: dict[str, str] = {}

    def register(self, email: str, password: str) -> None:
        """Create an account."""
        self._hashes[email.lower()] = credentials.protect(password)

    def register_imported(self, email: str, password: str) -> None:
        """Create an account that comes from the old shop."""
        self._imported[email.lower()] = _old_hash(password)

    def sign_in(self, email: str, password: str) -> bool:
        """Whether the account exists and the password is the right one."""
        email = email.lower()
        if email in self._hashes:
            return credentials.matches(password, self._hashes[email])
        return self._imported.get(email) == _old_hash(password)


def reset_code(length: int = 8) -> str:
    """Make up the code that is mailed to someone who forgot a password."""
    return "".join(random.choice(string.ascii_uppercase) for _ in range(length))


def _old_hash(password: str) -> str:
    return hashlib.md5(password.encode()).hexdigest()
