"""Records of conversations: channels, direct messages and group direct messages."""

from mcp_chassis.http.records import Record


class CursorRecord(Record, frozen=True):
    next_cursor: str = ""


class PageRecord(Record, frozen=True):
    """Cursor of the next page in a response. Some responses set `has_more` without a cursor."""

    has_more: bool = False
    response_metadata: CursorRecord = CursorRecord()


class MembersRecord(Record, frozen=True):
    """User ids in one page of a conversation's members."""

    members: tuple[str, ...]


class TextRecord(Record, frozen=True):
    """Topic or purpose of a conversation."""

    value: str = ""


class PlaceRecord(Record, frozen=True):
    """A conversation in a list or search match; `user` is the partner of a direct message."""

    id: str = ""
    name: str = ""
    user: str = ""
    is_im: bool = False
    is_mpim: bool = False
    is_private: bool = False
    is_ext_shared: bool = False


class ConversationRecord(PlaceRecord, frozen=True):
    is_group: bool = False
    is_member: bool | None = None
    is_archived: bool = False
    is_pending_ext_shared: bool = False
    num_members: int | None = None
    last_read: str = ""
    unread_count_display: int | None = None
    topic: TextRecord = TextRecord()
    purpose: TextRecord = TextRecord()


class CreatedConversationRecord(Record, frozen=True):
    """A created or opened conversation, of which only the id is required."""

    id: str
    name: str = ""


class CreatedRecord(Record, frozen=True):
    channel: CreatedConversationRecord
