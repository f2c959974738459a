"""Results about releases with their notes."""

from typing import Self

from mcp_chassis.results import Page, Result
from mcp_chassis.text_marks import OutsideText, OutsideTexts

from github_mcp.authors import MarkdownText
from github_mcp.records.accounts import login
from github_mcp.records.releases import ReleaseNotesRecord


class Release(Result):
    tag: OutsideText
    name: OutsideText | None = None
    published_at: str | None = None
    author: OutsideText
    draft: bool | None = None
    prerelease: bool | None = None
    files: OutsideTexts | None = None
    url: str | None = None
    notes: MarkdownText | None = None

    @classmethod
    def from_record(cls, release: ReleaseNotesRecord) -> Self:
        return cls(
            tag=release.tag_name,
            name=release.name if release.name != release.tag_name else None,
            published_at=release.published_at,
            author=login(release.author),
            draft=release.draft or None,
            prerelease=release.prerelease or None,
            files=[each.name for each in release.assets] or None,
            url=release.html_url or None,
            notes=release.body or None,
        )


class ReleasePage(Page):
    items: list[Release]
