"""Reminders of a person."""

from mcp_chassis.http.records import Record


class ReminderRecord(Record, frozen=True):
    """One reminder; times are in seconds since 1970, 0 where there is none."""

    id: str
    text: str = ""
    user: str = ""
    time: int = 0
    complete_ts: int = 0
    recurring: bool = False


class CreatedReminderRecord(Record, frozen=True):
    """Proof of a new reminder."""

    reminder: ReminderRecord
