"""What the tools answer, made from GitHub's own JSON; a field GitHub promises is read strictly.

Lists are tables, `columns` once and a row for each item: the same facts as objects cost twice the tokens.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

from mcp_chassis.results import Page, Result

Json = Mapping[str, Any]
Cell = str | int | bool | list[str] | None

GHOST = "ghost"  # GitHub's own name for an account that is gone
MARKER = re.compile(r"\n\n<!-- toolroll:[0-9a-f]{32} -->\Z")
MAX_TOPICS = 6


def login(user: Json | None) -> str:
    return GHOST if user is None else user["login"]


def day(moment: str | None) -> str | None:
    return None if moment is None else moment[:10]


def written(body: str | None) -> str | None:
    """A text without the mark this server put at its end to find it again."""
    return None if body is None else MARKER.sub("", body)


def labels(issue: Json) -> list[str]:
    return [label if isinstance(label, str) else label["name"] for label in issue["labels"]]


def assignees(issue: Json) -> list[str]:
    people: list[Json] = issue.get("assignees") or []
    return [login(user) for user in people]


def state(issue: Json) -> str:
    """open or closed; for a pull request also draft or merged."""
    pull = issue.get("pull_request") or issue
    if pull.get("merged_at"):
        return "merged"
    return "draft" if issue["state"] == "open" and issue.get("draft") else issue["state"]


class Table(Page):
    """A list as rows; a column that is empty on the whole page is left out."""

    columns: list[str]
    items: list[list[Any]]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Cell]], **more: Any) -> Self:
        names = list(rows[0]) if rows else []
        filled = [name for name in names if any(row[name] not in (None, [], False) for row in rows)]
        return cls(columns=filled, items=[[row[name] for name in filled] for row in rows], **more)


class RepositoryPage(Table):
    """Repositories; `url` is where each row's page is, with its full_name put in."""

    total: int | None = None
    url: str | None = None


def repository_row(repository: Json) -> dict[str, Cell]:
    return {
        "full_name": repository["full_name"],
        "description": repository["description"],
        "language": repository["language"],
        "stars": repository["stargazers_count"],
        "forks": repository["forks_count"],
        "open_issues": repository["open_issues_count"],
        "topics": list(repository.get("topics", []))[:MAX_TOPICS],
        "updated_at": day(repository["updated_at"]),
        "archived": repository["archived"],
        "private": repository["private"],
    }


def page_address(repositories: Sequence[Json]) -> str | None:
    """Where a person reads each of them, with `{full_name}` in place of its name."""
    if not repositories:
        return None
    first = repositories[0]
    return str(first["html_url"]).replace(first["full_name"], "{full_name}")


class IssuePage(Table):
    total: int | None = None


def issue_row(issue: Json) -> dict[str, Cell]:
    return {
        "number": issue["number"],
        "title": issue["title"],
        "state": state(issue),
        "author": login(issue["user"]),
        "labels": labels(issue),
        "comments": issue["comments"],
        "updated_at": issue["updated_at"],
        "pull_request": "pull_request" in issue,
    }


class CodeHit(Result):
    repository: str
    path: str
    fragments: list[str]

    @classmethod
    def from_api(cls, hit: Json) -> Self:
        fragments = [match["fragment"] for match in hit.get("text_matches", []) if "fragment" in match]
        return cls(repository=hit["repository"]["full_name"], path=hit["path"], fragments=fragments)


class CodePage(Page):
    total: int | None = None
    items: list[CodeHit]


class Overview(Result):
    """One repository; a part that could not be read is missing and named in `warnings`."""

    full_name: str
    description: str | None = None
    private: bool | None = None
    archived: bool | None = None
    stars: int
    forks: int
    open_issues: int
    default_branch: str
    created_at: str | None = None
    updated_at: str | None = None
    license: str | None = None
    topics: list[str] | None = None
    languages: dict[str, float] | None = None
    latest_release: str | None = None
    commits: list[str] | None = None
    readme: str | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_api(cls, repository: Json, **parts: Any) -> Self:
        return cls(
            full_name=repository["full_name"],
            description=repository["description"],
            private=repository["private"] or None,
            archived=repository.get("archived") or None,
            stars=repository["stargazers_count"],
            forks=repository["forks_count"],
            open_issues=repository["open_issues_count"],
            default_branch=repository["default_branch"],
            created_at=day(repository["created_at"]),
            updated_at=day(repository["updated_at"]),
            license=_licence(repository["license"]),
            topics=list(repository.get("topics", [])) or None,
            **parts,
        )


def _licence(licence: Json | None) -> str | None:
    if licence is None:
        return None
    return licence["name"] if licence["spdx_id"] in (None, "NOASSERTION") else licence["spdx_id"]


def shares(languages: Mapping[str, int]) -> dict[str, float]:
    """Bytes by language as percentages; what is below a tenth is left out."""
    total = sum(languages.values()) or 1
    return {name: share for name, size in languages.items() if (share := round(100 * size / total, 1)) > 0}


def release_line(release: Json) -> str:
    return f"{release['tag_name']} {day(release['published_at']) or 'draft'}"


def commit_line(commit: Json) -> str:
    """`83ed2b6 2026-11-19 octocat: Fix the reader`."""
    git = commit["commit"]
    account: Json = commit["author"] or {}
    signature: Json = git["author"] or {}
    name = account.get("login") or signature.get("name") or GHOST
    when = day(signature.get("date")) or ""
    return f"{commit['sha'][:7]} {when} {name}: {git['message'].split(chr(10), 1)[0]}"
