"""Messages of channels, threads and search results."""

from typing import Any

from mcp_chassis.http.records import Record

from slack_mcp.records.conversations import PlaceRecord
from slack_mcp.records.files import FileRecord


class ReactionRecord(Record, frozen=True):
    """One emoji under a message; `users` is cut by Slack where many have reacted, `count` is not."""

    name: str
    count: int = 0
    users: tuple[str, ...] = ()


class AttachmentFieldRecord(Record, frozen=True):
    title: str = ""
    value: str | int | float = ""


class AttachmentActionRecord(Record, frozen=True):
    text: str = ""


class QuotedBlocksRecord(Record, frozen=True):
    blocks: tuple[Any, ...] = ()


class QuotedMessageRecord(Record, frozen=True):
    message: QuotedBlocksRecord = QuotedBlocksRecord()


class AttachmentRecord(Record, frozen=True):
    """A message's attachment: an alert of an older app, a link preview, or a message quoted from elsewhere."""

    pretext: str = ""
    author_name: str = ""
    title: str = ""
    title_link: str = ""
    text: str = ""
    fallback: str = ""
    footer: str = ""
    image_url: str = ""
    from_url: str = ""
    is_msg_unfurl: bool = False
    is_share: bool = False
    fields: tuple[AttachmentFieldRecord, ...] = ()
    actions: tuple[AttachmentActionRecord, ...] = ()
    blocks: tuple[Any, ...] = ()
    message_blocks: tuple[QuotedMessageRecord, ...] = ()
    files: tuple[FileRecord, ...] = ()


class HuddleRecord(Record, frozen=True):
    """The room of a huddle; times are seconds since 1970, 0 while it goes on."""

    participant_history: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    date_start: int = 0
    date_end: int = 0
    has_ended: bool = False


class BotProfileRecord(Record, frozen=True):
    name: str = ""


class MessageMarkRecord(Record, frozen=True):
    """The payload of this server's own metadata: `id` marks one post."""

    id: str = ""


class MessageMetadataRecord(Record, frozen=True):
    event_payload: MessageMarkRecord = MessageMarkRecord()


class MessageRecord(Record, frozen=True):
    """One message. Blocks stay JSON: Block Kit is open, and kinds that are not known are shown by their texts."""

    ts: str = ""
    text: str = ""
    user: str = ""
    subtype: str = ""
    thread_ts: str = ""
    username: str = ""
    bot_id: str = ""
    hidden: bool = False
    reply_count: int = 0
    latest_reply: str = ""
    edited: Any = None
    blocks: tuple[Any, ...] = ()
    attachments: tuple[AttachmentRecord, ...] = ()
    files: tuple[FileRecord, ...] = ()
    reactions: tuple[ReactionRecord, ...] = ()
    room: HuddleRecord | None = None
    bot_profile: BotProfileRecord = BotProfileRecord()
    metadata: MessageMetadataRecord = MessageMetadataRecord()

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts


class MatchRecord(MessageRecord, frozen=True):
    """A message found by search; the thread it is in stands in its permalink alone."""

    permalink: str = ""
    channel: PlaceRecord = PlaceRecord()
    """In a direct message its `name` is the other person's id."""


class SearchPagingRecord(Record, frozen=True):
    pages: int = 0


class SearchPaginationRecord(Record, frozen=True):
    """The same figure under Slack's newer name."""

    page_count: int = 0


class SearchRecord(Record, frozen=True):
    """The figures of a search."""

    total: int | None = None
    paging: SearchPagingRecord = SearchPagingRecord()
    pagination: SearchPaginationRecord = SearchPaginationRecord()

    def pages(self, count: int) -> int:
        """Number of pages of `count` matches."""
        named = max(self.paging.pages, self.pagination.page_count)
        return named if named > 0 else -(-(self.total or 0) // count) or 1


class PostedRecord(Record, frozen=True):
    """Proof of a post: its ts."""

    ts: str
