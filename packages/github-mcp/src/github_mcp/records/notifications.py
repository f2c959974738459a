"""Records of notifications of the signed-in account."""

from mcp_chassis.http.records import Record

from github_mcp.records.repositories import RepositoryNameRecord


class SubjectRecord(Record, frozen=True):
    title: str = ""
    type: str = ""
    url: str | None = None

    @property
    def number(self) -> int | None:
        """The number of the issue or pull request; None for other subjects."""
        kind, _, last = (self.url or "").rpartition("/")
        return int(last) if last.isdecimal() and len(last) < 10 and kind.endswith(("/issues", "/pulls")) else None


class NotificationRecord(Record, frozen=True):
    id: str
    repository: RepositoryNameRecord
    subject: SubjectRecord = SubjectRecord()
    reason: str = ""
    unread: bool = False
    updated_at: str | None = None
