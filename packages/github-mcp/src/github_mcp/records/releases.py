"""Records of releases with their notes and files."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord


class AssetRecord(Record, frozen=True):
    name: str
    size: int | None = None


class ReleaseNotesRecord(Record, frozen=True):
    tag_name: str
    id: int | None = None
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    published_at: str | None = None
    author: AccountRecord | None = None
    assets: tuple[AssetRecord, ...] = ()
    html_url: str = ""
