"""Records of comments on lines of a pull request's diff, and of the review threads that they form."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord


class ReviewCommentRecord(Record, frozen=True):
    id: int
    path: str = ""
    line: int | None = None
    original_line: int | None = None
    start_line: int | None = None
    side: str = ""
    subject_type: str = ""
    in_reply_to_id: int | None = None
    user: AccountRecord | None = None
    body: str | None = None
    created_at: str | None = None
    html_url: str = ""
    author_association: str = ""


class CreatedReviewRecord(Record, frozen=True):
    """The response to the creation of a review, which proves that it was written."""

    id: int
    html_url: str
    state: str = ""


class ThreadCommentRecord(Record, frozen=True, rename="camel"):
    database_id: int


class ThreadCommentsRecord(Record, frozen=True):
    nodes: tuple[ThreadCommentRecord, ...] = ()


class ThreadStateRecord(Record, frozen=True, rename="camel"):
    is_resolved: bool


class ThreadAfterChangeRecord(Record, frozen=True):
    thread: ThreadStateRecord


class ThreadChangeDataRecord(Record, frozen=True):
    change: ThreadAfterChangeRecord


class ThreadChangeRecord(Record, frozen=True):
    """The whole response of the mutation that resolves a review thread or opens it again."""

    data: ThreadChangeDataRecord

    @property
    def is_resolved(self) -> bool:
        return self.data.change.thread.is_resolved


class RepositoryOfThreadRecord(Record, frozen=True, rename="camel"):
    name_with_owner: str


class ThreadPlaceRecord(Record, frozen=True, rename="camel"):
    """The repository of a review thread, and whether the thread is resolved."""

    repository: RepositoryOfThreadRecord
    is_resolved: bool


class ReviewThreadRecord(Record, frozen=True, rename="camel"):
    """A review thread from the GraphQL API; the REST API does not report whether it is resolved."""

    id: str
    is_resolved: bool = False
    comments: ThreadCommentsRecord = ThreadCommentsRecord()

    @property
    def first_comment(self) -> int | None:
        return self.comments.nodes[0].database_id if self.comments.nodes else None
