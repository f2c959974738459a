"""Results about repositories: tables of them, and the overview of one."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from mcp_chassis.results import Result
from mcp_chassis.text_marks import OUTSIDE, OutsideText, OutsideTexts

from github_mcp.models.tables import Cell, Table, day
from github_mcp.records.accounts import GHOST
from github_mcp.records.repositories import CommitRecord, LicenceRecord, ReleaseRecord, RepositoryRecord

MAX_TOPICS = 6


class RepositoryPage(Table):
    """A table of repositories; `url` is the address of their pages with the placeholder `{full_name}`."""

    total: int | None = None
    url: str | None = None


def repository_row(repository: RepositoryRecord) -> dict[str, Cell]:
    return {
        "full_name": repository.full_name,
        "description": repository.description,
        "language": repository.language,
        "stars": repository.stargazers_count,
        "forks": repository.forks_count,
        "open_issues": repository.open_issues_count,
        "topics": list(repository.topics[:MAX_TOPICS]),
        "updated_at": day(repository.updated_at),
        "archived": repository.archived,
        "private": repository.private,
    }


def page_address(repositories: Sequence[RepositoryRecord]) -> str | None:
    """The address of the repositories' pages, with `{full_name}` in place of a name; None if it is unknown."""
    first = next((each for each in repositories if each.html_url), None)
    return None if first is None else first.html_url.replace(first.full_name, "{full_name}")


class ComparedRepositories(Table):
    """A table of compared repositories; `failed` contains the reason for each that could not be read."""

    failed: Annotated[dict[str, str] | None, OUTSIDE] = None


def compared_row(
    repository: RepositoryRecord, release: ReleaseRecord | None = None, commit: CommitRecord | None = None
) -> dict[str, Cell]:
    return {
        **repository_row(repository),
        "license": _licence_name(repository.license),
        "latest_release": release_line(release) if release else None,
        "last_commit": commit_line(commit) if commit else None,
    }


class Overview(Result):
    """The overview of one repository; parts that could not be read are absent and named in `warnings`."""

    full_name: str
    description: OutsideText | None = None
    private: bool | None = None
    archived: bool | None = None
    disabled: bool | None = None
    empty: bool | None = None
    stars: int | None = None
    forks: int | None = None
    open_issues: int | None = None
    issues_disabled: bool | None = None
    default_branch: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    license: str | None = None
    topics: OutsideTexts | None = None
    languages: dict[str, float] | None = None
    latest_release: OutsideText | None = None
    commits: OutsideTexts | None = None
    readme: OutsideText | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_record(cls, repository: RepositoryRecord, **parts: Any) -> Self:
        return cls(
            full_name=repository.full_name,
            description=repository.description,
            private=repository.private or None,
            archived=repository.archived or None,
            disabled=repository.disabled or None,
            stars=repository.stargazers_count,
            forks=repository.forks_count,
            open_issues=repository.open_issues_count,
            issues_disabled=None if repository.has_issues else True,
            default_branch=repository.default_branch,
            created_at=day(repository.created_at),
            updated_at=day(repository.updated_at),
            license=_licence_name(repository.license),
            topics=list(repository.topics) or None,
            **parts,
        )


def _licence_name(licence: LicenceRecord | None) -> str | None:
    if licence is None:
        return None
    return licence.name or None if licence.spdx_id in (None, "NOASSERTION") else licence.spdx_id


def language_shares(languages: Mapping[str, int]) -> dict[str, float]:
    """Convert bytes of code by language to percentages; those below 0.1 are left out."""
    total = sum(languages.values()) or 1
    return {name: share for name, size in languages.items() if (share := round(100 * size / total, 1)) > 0}


def release_line(release: ReleaseRecord) -> str:
    """A release as one line: its tag and its date, or `draft`."""
    moment = "draft" if release.draft else day(release.published_at or release.created_at)
    return " ".join(filter(None, (release.tag_name, moment)))


def commit_line(commit: CommitRecord) -> str:
    """A commit as one line, such as `83ed2b6 2026-11-19 octocat: Fix the reader`."""
    signature = commit.commit.author
    account = commit.author.login if commit.author else None
    name = account or (signature.name if signature else None) or GHOST
    when = day(signature.date if signature else None) or ""
    return f"{commit.sha[:7]} {when} {name}: {commit.commit.message.split(chr(10), 1)[0]}"
