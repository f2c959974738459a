"""Records of messages in channels, threads and search results."""

from typing import Any

from mcp_chassis.http.records import Record

from slack_mcp.records.conversations import PlaceRecord
from slack_mcp.records.files import FileRecord


class ReactionRecord(Record, frozen=True):
    """Reactions to a message with one emoji; Slack may truncate `users`, but not `count`."""

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
    """Attachment of a message: an alert of an older app, a link preview, or a quoted message."""

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
    """The room of a huddle (audio call); times are in Unix seconds, `date_end` is 0 while the huddle lasts."""

    participant_history: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    date_start: int = 0
    date_end: int = 0
    has_ended: bool = False


class BotProfileRecord(Record, frozen=True):
    name: str = ""


class MessageMarkRecord(Record, frozen=True):
    """Payload of the metadata that this server adds to a message; `id` is a random id of the post."""

    id: str = ""


class MessageMetadataRecord(Record, frozen=True):
    event_payload: MessageMarkRecord = MessageMarkRecord()


class MessageRecord(Record, frozen=True):
    """One message. Blocks remain untyped JSON, since Slack adds block types; unknown ones are shown by their texts."""

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
    """A message found by search; only its permalink contains the ts of its thread."""

    permalink: str = ""
    channel: PlaceRecord = PlaceRecord()
    """Conversation of the match; for a direct message its `name` is the partner's user id."""


class SearchPagingRecord(Record, frozen=True):
    pages: int = 0


class SearchPaginationRecord(Record, frozen=True):
    """Number of pages of a search under Slack's newer field name."""

    page_count: int = 0


class SearchRecord(Record, frozen=True):
    """Number of matches and pages of a search."""

    total: int | None = None
    paging: SearchPagingRecord = SearchPagingRecord()
    pagination: SearchPaginationRecord = SearchPaginationRecord()

    def pages(self, count: int) -> int:
        """Number of pages with `count` matches each."""
        named = max(self.paging.pages, self.pagination.page_count)
        return named if named > 0 else -(-(self.total or 0) // count) or 1


class PostedRecord(Record, frozen=True):
    """Required field of the response to posting a message: its ts."""

    ts: str
