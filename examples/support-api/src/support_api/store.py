"""Storage of users and tickets in SQLite."""

import sqlite3
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

Row = dict[str, Any]

STATUSES: Final = ("open", "in_progress", "pending", "resolved", "closed")
PRIORITIES: Final = ("low", "medium", "high", "critical")
TABLES = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, subject TEXT NOT NULL, description TEXT NOT NULL,
    status TEXT NOT NULL, priority TEXT NOT NULL, category TEXT, queue TEXT, label TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE keys (key TEXT PRIMARY KEY, asked TEXT NOT NULL, ticket_id INTEGER NOT NULL);
"""
USERS = (
    ("Ada Okafor", "ada@example.com", "active"),
    ("Ben Ruiz", "ben@example.com", "active"),
    ("Chiyo Tan", "chiyo@example.com", "inactive"),
    ("Dana Weiss", "dana@example.com", "active"),
)
TICKETS = (
    (1, "Cannot sign in", "The page says 500 since this morning, for the whole team.", "open", "critical"),
    (2, "Export as CSV", "It would help if reports could be exported as CSV.", "open", "low"),
    (4, "Invoice address", "How do I change the address on the invoice?", "pending", "medium"),
)


class Missing(LookupError):
    """There is no such user or ticket; the message names it."""


class KeyUsed(ValueError):
    """The idempotency key belongs to another request."""


class Store:
    """The database; calls from several threads are serialised."""

    def __init__(self, path: str = ":memory:") -> None:
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        self._turn = threading.Lock()
        with self._working() as database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'users'").fetchone():
                _fill(database)

    def users(self, status: str | None, after: int, limit: int) -> tuple[list[Row], int]:
        """One page of users in the order of their ids, and the total number."""
        return self._page("users", {"status": status}, "id > ?", "id", after, limit)

    def user(self, user_id: int) -> Row:
        found = self._one("SELECT * FROM users WHERE id = ?", user_id)
        if found is None:
            raise Missing(f"There is no user {user_id}.")
        count = "SELECT count(*) AS n FROM tickets WHERE user_id = ? AND status NOT IN ('resolved', 'closed')"
        return {**found, "open_tickets": (self._one(count, user_id) or {})["n"]}

    def tickets(self, status: str | None, user_id: int | None, before: int, limit: int) -> tuple[list[Row], int]:
        """One page of tickets, newest first, and the total number."""
        return self._page("tickets", {"status": status, "user_id": user_id}, "id < ?", "id DESC", before, limit)

    def ticket(self, ticket_id: int) -> Row:
        found = self._one("SELECT * FROM tickets WHERE id = ?", ticket_id)
        if found is None:
            raise Missing(f"There is no ticket {ticket_id}.")
        return found

    def counts(self) -> dict[str, dict[str, int]]:
        with self._working() as database:
            return {
                column: dict(database.execute(f"SELECT {column}, count(*) FROM tickets GROUP BY 1 ORDER BY 1"))
                for column in ("status", "priority")
            }

    def open_ticket(self, ticket: Mapping[str, Any], key: str | None, asked: str) -> Row:
        """Create a ticket; return the earlier one if this idempotency key created it.

        Raises:
            Missing: there is no such user.
            KeyUsed: the key was used for another request.
        """
        user = self.user(ticket["user_id"])
        with self._working() as database:
            if key is not None and (known := database.execute("SELECT * FROM keys WHERE key = ?", [key]).fetchone()):
                if known["asked"] != asked:
                    raise KeyUsed
                return {"id": known["ticket_id"], "user": user["name"]}
            values = [ticket["user_id"], ticket["subject"], ticket["description"], "open", ticket["priority"]]
            made = _insert(database, values)
            if key is not None:
                database.execute("INSERT INTO keys VALUES (?, ?, ?)", [key, asked, made])
            return {"id": made, "user": user["name"]}

    def change(self, ticket_id: int, changes: Mapping[str, Any]) -> Row:
        """Set columns of a ticket and return it."""
        self.ticket(ticket_id)
        columns = ", ".join(f"{name} = ?" for name in changes)
        values = [*changes.values(), _now(), ticket_id]
        with self._working() as database:
            database.execute(f"UPDATE tickets SET {columns}, updated_at = ? WHERE id = ?", values)
        return self.ticket(ticket_id)

    def _page(
        self, table: str, filters: Mapping[str, Any], beyond: str, order: str, position: int, limit: int
    ) -> tuple[list[Row], int]:
        given = {name: value for name, value in filters.items() if value is not None}
        where = " AND ".join(["1", *(f"{name} = ?" for name in given)])
        with self._working() as database:
            total = database.execute(f"SELECT count(*) FROM {table} WHERE {where}", [*given.values()]).fetchone()[0]
            page = f"SELECT * FROM {table} WHERE {where} AND {beyond} ORDER BY {order} LIMIT ?"
            rows = database.execute(page, [*given.values(), position, limit]).fetchall()
        return [dict(row) for row in rows], total

    def _one(self, statement: str, value: int) -> Row | None:
        with self._working() as database:
            row = database.execute(statement, [value]).fetchone()
        return None if row is None else dict(row)

    @contextmanager
    def _working(self) -> Generator[sqlite3.Connection]:
        with self._turn, self._database:
            yield self._database


def _fill(database: sqlite3.Connection) -> None:
    database.executescript(TABLES)
    database.executemany("INSERT INTO users (name, email, status) VALUES (?, ?, ?)", USERS)
    for ticket in TICKETS:
        _insert(database, ticket)


def _insert(database: sqlite3.Connection, values: Any) -> int:
    columns = "user_id, subject, description, status, priority, created_at, updated_at"
    statement = f"INSERT INTO tickets ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)"
    return int(database.execute(statement, [*values, _now(), _now()]).lastrowid or 0)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
