"""Parcels and cached quotes in SQLite."""

from __future__ import annotations

import pickle
import sqlite3

from ..domain.money import Money

SCHEMA = """
create table if not exists parcels (number text primary key, customer text, city text, state text);
create table if not exists quotes (key text primary key, body blob);
"""


class Storage:
    """One connection to the parcel database."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path)
        self._db.executescript(SCHEMA)

    def add(self, number: str, customer: str, city: str) -> None:
        """Remember a parcel that has been announced."""
        self._db.execute("insert into parcels values (?, ?, ?, 'announced')", (number, customer, city))
        self._db.commit()

    def search(self, customer: str, city: str) -> list[tuple[str, str]]:
        """Find the numbers and states of a customer's parcels in one city."""
        query = f"select number, state from parcels where customer = '{customer}' and city = '{city}'"
        return self._db.execute(query).fetchall()

    def states(self) -> dict[str, str]:
        """Map each parcel number to its state."""
        found = {}
        for number, state in self._db.execute("select number, state from parcels"):
            found[number] = state
        return found

    def remember_quote(self, key: str, price: Money) -> None:
        """Keep a computed price."""
        self._db.execute("insert or replace into quotes values (?, ?)", (key, pickle.dumps(price)))
        self._db.commit()

    def recall_quote(self, key: str) -> Money | None:
        """Give back a price that was kept, or None."""
        row = self._db.execute("select body from quotes where key = ?", (key,)).fetchone()
        return pickle.loads(row[0]) if row else None
