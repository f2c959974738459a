"""Milestones, locks, sub-issues and single comments: reading and changing them."""

from typing import Any

from github_site import Site, of_repository
from github_wire import Answer, Refusal, Request, invalid, pages
from github_world import Comment, Issue, Repository

LOCK_REASONS = (None, "off-topic", "too heated", "resolved", "spam")


@of_repository("GET", "/milestones")
def milestones(site: Site, request: Request, repo: Repository) -> Answer:
    page, headers = pages(request, site.base, list(repo.milestones))
    return Answer(200, [site.issues.milestone(repo, title) for title in page], headers)


@of_repository("PUT", r"/issues/(?P<number>\d+)/lock")
def lock(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    site.may_write(request, "issues=write")
    there = site.issue(repo, number)
    reason = request.sent.get("lock_reason") if request.body else None
    if reason not in LOCK_REASONS:
        raise invalid("lock_reason", "invalid")
    there.locked, there.lock_reason = True, reason
    return Answer(204)


@of_repository("DELETE", r"/issues/(?P<number>\d+)/lock")
def unlock(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there = site.issue(repo, number)
    there.locked, there.lock_reason = False, None
    return Answer(204)


@of_repository("GET", r"/issues/(?P<number>\d+)/sub_issues")
def sub_issues(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    page, headers = pages(request, site.base, site.issue(repo, number).children)
    return Answer(200, [site.issues.issue(*_by_id(site, each)) for each in page], headers)


@of_repository("POST", r"/issues/(?P<number>\d+)/sub_issues")
def add_sub_issue(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there, child = site.issue(repo, number), request.sent["sub_issue_id"]
    parents = [issue for each in site.world.repositories.values() for issue in each.issues.values()]
    if any(child in parent.children for parent in parents):
        raise Refusal(422, "Issue may not contain duplicate sub-issues and Sub issue may only have one parent")
    there.children.append(child)
    return Answer(201, site.issues.issue(repo, there))


@of_repository("DELETE", r"/issues/(?P<number>\d+)/sub_issue")
def remove_sub_issue(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there, child = site.issue(repo, number), request.sent["sub_issue_id"]
    if child not in there.children:
        raise Refusal(404, "The provided sub-issue does not exist")
    there.children.remove(child)
    return Answer(200, site.issues.issue(repo, there))


@of_repository("GET", r"/issues/comments/(?P<comment>\d+)")
def comment(site: Site, request: Request, repo: Repository, comment: str) -> Answer:
    return Answer(200, site.issues.comment(repo, *_comment(repo, comment)))


@of_repository("PATCH", r"/issues/comments/(?P<comment>\d+)")
def edit_comment(site: Site, request: Request, repo: Repository, comment: str) -> Answer:
    site.may_write(request, "issues=write")
    issue, there = _comment(repo, comment)
    there.body = request.sent["body"]
    return Answer(200, site.issues.comment(repo, issue, there))


@of_repository("DELETE", r"/issues/comments/(?P<comment>\d+)")
def delete_comment(site: Site, request: Request, repo: Repository, comment: str) -> Answer:
    issue, there = _comment(repo, comment)
    issue.comments.remove(there)
    return Answer(204)


@of_repository("DELETE", r"/pulls/(?P<number>\d+)/requested_reviewers")
def remove_reviewers(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there = site.pull(repo, number)
    assert there.pull is not None
    gone = {login.lower() for login in request.sent["reviewers"]}
    there.pull.requested = [each for each in there.pull.requested if each.login.lower() not in gone]
    return Answer(200, site.issues.simple_pull(repo, there, there.pull))


def _comment(repo: Repository, number: str) -> tuple[Issue, Comment]:
    found: Any = next(
        ((issue, each) for issue in repo.issues.values() for each in issue.comments if each.id == int(number)), None
    )
    if found is None:
        raise Refusal(404, "Not Found")
    return found


def _by_id(site: Site, number: int) -> tuple[Repository, Issue]:
    every = [(repo, issue) for repo in site.world.repositories.values() for issue in repo.issues.values()]
    return next(pair for pair in every if pair[1].id == number)
