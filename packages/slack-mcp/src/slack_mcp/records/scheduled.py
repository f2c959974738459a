"""Scheduled messages."""

from mcp_chassis.http.records import Record


class ScheduledRecord(Record, frozen=True):
    """A message that waits; `post_at` is in seconds since 1970."""

    id: str
    channel_id: str = ""
    post_at: int = 0
    text: str = ""


class ScheduledProofRecord(Record, frozen=True):
    """Proof that a message was scheduled."""

    scheduled_message_id: str
