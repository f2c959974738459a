"""Records of discussions in responses of the GraphQL API."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord
from github_mcp.records.graphql import EarlierPageRecord, LaterPageRecord


class CountedRecord(Record, frozen=True, rename="camel"):
    total_count: int | None = None


class CategoryRecord(Record, frozen=True, rename="camel"):
    name: str = ""
    is_answerable: bool = False


class DiscussionEntryRecord(Record, frozen=True, rename="camel"):
    """A discussion in a list, without its text and comments."""

    number: int
    title: str = ""
    is_answered: bool | None = None
    closed: bool = False
    category: CategoryRecord = CategoryRecord()
    author: AccountRecord | None = None
    author_association: str = ""
    comments: CountedRecord = CountedRecord()
    updated_at: str | None = None

    @property
    def user(self) -> AccountRecord | None:
        return self.author


class ReplyRecord(Record, frozen=True, rename="camel"):
    id: str
    author: AccountRecord | None = None
    author_association: str = ""
    created_at: str | None = None
    body: str = ""
    url: str = ""

    @property
    def user(self) -> AccountRecord | None:
        return self.author


class RepliesRecord(Record, frozen=True, rename="camel"):
    total_count: int = 0
    nodes: tuple[ReplyRecord, ...] = ()


class DiscussionCommentRecord(Record, frozen=True, rename="camel"):
    id: str
    author: AccountRecord | None = None
    author_association: str = ""
    created_at: str | None = None
    body: str = ""
    url: str = ""
    is_answer: bool = False
    replies: RepliesRecord = RepliesRecord()

    @property
    def user(self) -> AccountRecord | None:
        return self.author


class DiscussionCommentsRecord(Record, frozen=True, rename="camel"):
    total_count: int = 0
    page_info: EarlierPageRecord = EarlierPageRecord()
    nodes: tuple[DiscussionCommentRecord, ...] = ()


class DiscussionRecord(Record, frozen=True, rename="camel"):
    id: str
    number: int
    title: str = ""
    body: str = ""
    url: str = ""
    closed: bool = False
    locked: bool = False
    is_answered: bool | None = None
    category: CategoryRecord = CategoryRecord()
    author: AccountRecord | None = None
    author_association: str = ""
    created_at: str | None = None
    comments: DiscussionCommentsRecord = DiscussionCommentsRecord()

    @property
    def user(self) -> AccountRecord | None:
        return self.author


class DiscussionPresenceRecord(Record, frozen=True):
    number: int = 0


class DiscussionHolderRecord(Record, frozen=True):
    """A repository with one discussion, which is null if no discussion has the requested number."""

    discussion: DiscussionPresenceRecord | None = None


class DiscussionsRecord(Record, frozen=True, rename="camel"):
    """The total and the next cursor of a list of discussions, without its entries."""

    total_count: int | None = None
    page_info: LaterPageRecord = LaterPageRecord()


class WrittenCommentRecord(Record, frozen=True):
    id: str
    url: str


class CommentPayloadRecord(Record, frozen=True):
    comment: WrittenCommentRecord


class CommentChangeRecord(Record, frozen=True):
    change: CommentPayloadRecord


class WrittenDiscussionCommentRecord(Record, frozen=True):
    """The whole response of the mutation that writes a comment, which proves that it was written."""

    data: CommentChangeRecord
