"""Records of scheduled messages."""

from mcp_chassis.http.records import Record


class ScheduledRecord(Record, frozen=True):
    """A scheduled message; `post_at` is in Unix seconds."""

    id: str
    channel_id: str = ""
    post_at: int = 0
    text: str = ""


class ScheduledProofRecord(Record, frozen=True):
    """Required field of the response to scheduling a message: its id."""

    scheduled_message_id: str
