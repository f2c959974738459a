"""A repository as the GraphQL API of the scripted GitHub tells it."""

from typing import Any

from github_shapes import HTML, stamp
from github_world import Repository


def at_a_glance(repo: Repository) -> dict[str, Any]:
    """The facts of one repository, its languages, release and newest commits."""
    is_open = [issue for issue in repo.issues.values() if issue.state == "open"]
    sizes = sorted(repo.languages.items(), key=lambda pair: -pair[1])
    latest = max(repo.releases, key=lambda release: release.at, default=None)
    return {
        "nameWithOwner": repo.full_name,
        "url": f"{HTML}/{repo.full_name}",
        "description": repo.description,
        "isPrivate": repo.private,
        "isArchived": repo.archived,
        "isDisabled": False,
        "hasIssuesEnabled": True,
        "stargazerCount": repo.stars,
        "forkCount": repo.forks,
        "createdAt": stamp(repo.created),
        "updatedAt": stamp(repo.updated),
        "primaryLanguage": {"name": repo.language} if repo.language else None,
        "licenseInfo": {"name": repo.licence, "spdxId": repo.licence} if repo.licence else None,
        "issues": {"totalCount": sum(issue.pull is None for issue in is_open)},
        "pullRequests": {"totalCount": sum(issue.pull is not None for issue in is_open)},
        "repositoryTopics": {"nodes": [{"topic": {"name": topic}} for topic in repo.topics]},
        "languages": {"edges": [{"size": size, "node": {"name": name}} for name, size in sizes]},
        "latestRelease": {"tagName": latest.tag, "publishedAt": stamp(latest.at)} if latest else None,
        "defaultBranchRef": _default_branch(repo),
    }


def _default_branch(repo: Repository) -> dict[str, Any] | None:
    tip = repo.resolve(None)
    if tip is None:
        return None

    def history(info: Any, first: int) -> dict[str, Any]:
        return {"nodes": [_commit(each) for each in repo.history(tip)[:first]]}

    return {"name": repo.default_branch, "target": {"__typename": "Commit", "history": history}}


def _commit(commit: Any) -> dict[str, Any]:
    author = {"name": commit.author.login, "date": stamp(commit.at), "user": {"login": commit.author.login}}
    return {"oid": commit.sha, "message": commit.message, "author": author}
