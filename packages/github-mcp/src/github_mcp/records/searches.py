"""Records of the results of a code search."""

from mcp_chassis.http.records import Record

from github_mcp.records.repositories import RepositoryNameRecord


class TextMatchRecord(Record, frozen=True):
    fragment: str | None = None


class CodeHitRecord(Record, frozen=True):
    repository: RepositoryNameRecord
    path: str
    text_matches: tuple[TextMatchRecord, ...] = ()
