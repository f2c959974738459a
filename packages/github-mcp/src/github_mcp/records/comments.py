"""Records of a comment that is read or edited by its id."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord


class SingleCommentRecord(Record, frozen=True):
    """A comment on an issue or on a line of a diff, or a review."""

    id: int
    user: AccountRecord | None = None
    body: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    submitted_at: str | None = None
    html_url: str = ""
    author_association: str = ""
    path: str | None = None
    line: int | None = None
    original_line: int | None = None
    state: str | None = None


class EditedCommentRecord(Record, frozen=True):
    """The response to the edit of a comment, which proves the edit."""

    id: int
    body: str
