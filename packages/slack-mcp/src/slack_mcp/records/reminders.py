"""Records of reminders."""

from mcp_chassis.http.records import Record


class ReminderRecord(Record, frozen=True):
    """One reminder; times are in Unix seconds, 0 if not set."""

    id: str
    text: str = ""
    user: str = ""
    time: int = 0
    complete_ts: int = 0
    recurring: bool = False


class CreatedReminderRecord(Record, frozen=True):
    """Required fields of the response to adding a reminder."""

    reminder: ReminderRecord
