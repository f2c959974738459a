"""Check suites and merge queues of the scripted GitHub: all checks of one app for a commit, pull requests in turn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from github_site import Site, of_repository
from github_wire import Answer, Refusal, Request, pages
from github_world import Issue, Pull, Repository, World, stamp


@dataclass
class Suite:
    """All checks of one app for a commit; `runs` is their number."""

    head_sha: str
    app: str
    status: str = "queued"
    conclusion: str | None = None
    runs: int = 0


class Unprocessable(Exception):
    """GitHub's error for a pull request that cannot be added to its queue."""

    type = "UNPROCESSABLE"


@of_repository("GET", "/commits/(?P<ref>.+)/check-suites")
def check_suites(site: Site, request: Request, repo: Repository, ref: str) -> Answer:
    commit = repo.resolve(ref)
    if commit is None:
        raise Refusal(422, f"No commit found for SHA: {ref}")
    suites = [each for each in repo.suites if each.head_sha == commit.sha]
    page, headers = pages(request, site.base, suites)
    body = {"total_count": len(suites), "check_suites": [_suite(site, repo, each) for each in page]}
    return Answer(200, body, headers)


def _suite(site: Site, repo: Repository, suite: Suite) -> dict[str, Any]:
    url = f"{site.shapes.repository_url(repo)}/check-suites/5"
    person = {"name": "octocat", "email": "octocat@example.com"}
    commit = {"id": suite.head_sha, "tree_id": suite.head_sha, "message": "Work", "timestamp": stamp(0)}
    slug = suite.app.lower().replace(" ", "-")
    app = {"id": 1, "slug": slug, "node_id": "A_1", "owner": site.shapes.user(repo.owner), "name": suite.app}
    app |= {"description": None, "external_url": "https://example.com", "html_url": f"https://github.com/apps/{slug}"}
    app |= {"created_at": stamp(0), "updated_at": stamp(0), "permissions": {}, "events": []}
    return {
        "id": 5,
        "node_id": "CS_5",
        "head_branch": "feature",
        "head_sha": suite.head_sha,
        "status": suite.status,
        "conclusion": suite.conclusion,
        "url": url,
        **dict.fromkeys(("before", "after"), suite.head_sha),
        **dict.fromkeys(("created_at", "updated_at"), stamp(60)),
        "app": app,
        "pull_requests": [],
        "repository": site.shapes.minimal_repository(repo),
        "head_commit": {**commit, "author": person, "committer": person},
        "latest_check_runs_count": suite.runs,
        "check_runs_url": f"{url}/check-runs",
    }


def queue_fields(repo: Repository, issue: Issue) -> dict[str, Any]:
    """The fields of a pull request in the GraphQL API that are about its merge queue."""
    waiting = repo.merge_queue or []
    entry = None
    if issue.number in waiting:
        position = waiting.index(issue.number) + 1
        entry = {"position": position, "state": "AWAITING_CHECKS" if position == 1 else "QUEUED"}
    return {"isMergeQueueEnabled": repo.merge_queue is not None, "mergeQueueEntry": entry}


def queue_mutations(world: World, found: Callable[[str], tuple[Repository, Issue, Pull]]) -> dict[str, Any]:
    """The mutations of merge queues; `found` looks up a pull request by its id."""

    def enqueue(info: Any, input: dict[str, Any]) -> dict[str, Any]:
        repo, issue, pull = found(input["pullRequestId"])
        if repo.merge_queue is None or pull.mergeable_state == "blocked":
            raise Unprocessable("Pull request Required workflow 'unit' is not satisfied")
        if issue.number in repo.merge_queue:
            raise Unprocessable("Pull request is already in the queue")
        if input.get("expectedHeadOid") not in (None, pull.head):
            raise Unprocessable("Head branch was modified. Review and try again.")
        repo.merge_queue.append(issue.number)
        return {"mergeQueueEntry": queue_fields(repo, issue)["mergeQueueEntry"]}

    def dequeue(info: Any, input: dict[str, Any]) -> dict[str, Any]:
        repo, issue, _ = found(input["id"])
        entry = queue_fields(repo, issue)["mergeQueueEntry"]
        if repo.merge_queue is None or entry is None:
            raise Unprocessable("Pull request is not in the merge queue")
        repo.merge_queue.remove(issue.number)
        return {"mergeQueueEntry": entry}

    return {"enqueuePullRequest": enqueue, "dequeuePullRequest": dequeue}
