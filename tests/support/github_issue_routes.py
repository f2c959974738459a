"""Issues, comments, pull requests and reviews: reading and writing them."""

import re
from datetime import datetime
from typing import Any

from github_site import Site, of_repository
from github_wire import Answer, Refusal, Request, deep_pages, invalid, pages
from github_world import Comment, Issue, Repository, stamp

TITLE_LIMIT = 256
BODY_LIMIT = 65_536
ISSUES_WRITE = "issues=write"


def listed(site: Site, request: Request, things: list[Any]) -> Answer:
    page, headers = pages(request, site.base, things)
    return Answer(200, page, headers)


def sort_key(name: str) -> Any:
    keys = {"updated": lambda i: i.updated, "comments": lambda i: len(i.comments)}
    return keys.get(name, lambda i: (i.at, i.number))


def seconds(text: str) -> float:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
        raise invalid("since", "invalid")
    return datetime.fromisoformat(text).timestamp()


@of_repository("GET", "/issues")
def issues(site: Site, request: Request, repo: Repository) -> Answer:
    state = request.value("state", "open")
    chosen = [each for each in repo.issues.values() if state in ("all", each.state)]
    if request.value("creator"):
        chosen = [each for each in chosen if each.user and each.user.login.lower() == request.value("creator").lower()]
    if request.value("since"):
        chosen = [each for each in chosen if stamp(each.updated) >= request.value("since")]
    chosen.sort(key=sort_key(request.value("sort")), reverse=request.value("direction", "desc") == "desc")
    page, headers = deep_pages(request, site.base, chosen)
    return Answer(200, [site.issues.issue(repo, each) for each in page], headers)


@of_repository("GET", r"/issues/(?P<number>\d+)")
def issue(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    return Answer(200, site.issues.issue(repo, site.issue(repo, number)))


@of_repository("GET", r"/issues/(?P<number>\d+)/comments")
def comments(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there = site.issue(repo, number)
    since = request.value("since")
    chosen = [each for each in there.comments if not since or stamp(each.at) >= since]
    return listed(site, request, [site.issues.comment(repo, there, each) for each in chosen])


@of_repository("POST", "/issues")
def open_issue(site: Site, request: Request, repo: Repository) -> Answer:
    site.may_write(request, ISSUES_WRITE)
    _writable(repo)
    sent = request.sent
    _check_title(sent.get("title"))
    _check_body(sent.get("body"))
    made = site.world.issue(repo, str(sent["title"]), sent.get("body"), author=request.login)
    if repo.push:
        made.labels = _labels(repo, sent.get("labels") or [])
        made.assignees = _people(site, repo, sent.get("assignees") or [])
    return Answer(201, site.issues.issue(repo, made))


def _writable(repo: Repository) -> None:
    if repo.archived:
        raise Refusal(403, "Repository was archived so is read-only.")


def _check_title(title: Any) -> None:
    if not title:
        raise invalid("title", "missing_field")
    if len(str(title)) > TITLE_LIMIT:
        raise invalid("title", "custom", message=f"title is too long (maximum is {TITLE_LIMIT} characters)")


def _check_body(body: Any) -> None:
    if body and len(body) > BODY_LIMIT:
        raise invalid("body", "custom", message=f"body is too long (maximum is {BODY_LIMIT} characters)")


def _labels(repo: Repository, names: list[Any]) -> list[str]:
    """Unknown labels come into being, as on GitHub for those who may push."""
    for name in names:
        if name not in repo.labels:
            repo.labels.append(name)
    return list(dict.fromkeys(names))


def _people(site: Site, repo: Repository, logins: list[str]) -> list[Any]:
    for login in logins:
        if login.lower() not in site.world.users:
            raise invalid("assignees", "invalid", value=login)
    return [site.world.user(login) for login in logins]


@of_repository("POST", r"/issues/(?P<number>\d+)/comments")
def add_comment(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    site.may_write(request, ISSUES_WRITE)
    _writable(repo)
    there = site.issue(repo, number)
    body = request.sent.get("body")
    if not body:
        raise invalid("body", "missing_field", "IssueComment")
    _check_body(body)
    comment = Comment(next(site.world.ids), site.world.user(site.writer(request)), body, site.world.clock())
    there.comments.append(comment)
    there.updated = comment.at
    return Answer(201, site.issues.comment(repo, there, comment))


@of_repository("PATCH", r"/issues/(?P<number>\d+)")
def update(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    site.may_write(request, ISSUES_WRITE)
    _writable(repo)
    there, sent = site.issue(repo, number), request.sent
    if "title" in sent:
        _check_title(sent["title"])
        there.title = sent["title"]
    if "body" in sent:
        _check_body(sent["body"])
        there.body = sent["body"]
    if repo.push:
        _set_people(site, repo, there, sent)
        there.type = sent.get("type", there.type)
        if "milestone" in sent:
            there.milestone = repo.milestones[sent["milestone"] - 1] if sent["milestone"] else None
    if sent.get("state", there.state) != there.state:
        _set_state(site, there, sent)
    there.updated = site.world.clock()
    return Answer(200, site.issues.issue(repo, there))


def _set_people(site: Site, repo: Repository, issue: Issue, sent: dict[str, Any]) -> None:
    if "labels" in sent:
        issue.labels = _labels(repo, sent["labels"])
    if "assignees" in sent:
        issue.assignees = _people(site, repo, sent["assignees"])


def _set_state(site: Site, issue: Issue, sent: dict[str, Any]) -> None:
    issue.state = sent["state"]
    if issue.state == "closed":
        issue.closed_at, issue.state_reason = site.world.clock(), sent.get("state_reason") or "completed"
    else:
        issue.closed_at, issue.state_reason = None, "reopened"


@of_repository("GET", "/pulls")
def pulls(site: Site, request: Request, repo: Repository) -> Answer:
    state = request.value("state", "open")
    chosen = [each for each in repo.issues.values() if each.pull and state in ("all", each.state)]
    head = request.value("head").partition(":")[2]
    chosen = [each for each in chosen if each.pull and (not head or each.pull.head_ref == head)]
    sort = request.value("sort", "created")
    chosen.sort(
        key=sort_key(sort), reverse=request.value("direction", "desc" if sort == "created" else "asc") == "desc"
    )
    return listed(site, request, [site.issues.simple_pull(repo, each, each.pull) for each in chosen if each.pull])


@of_repository("POST", "/pulls")
def open_pull(site: Site, request: Request, repo: Repository) -> Answer:
    site.may_write(request, "pull_requests=write")
    sent = request.sent
    head, base = repo.branches.get(sent["head"]), repo.branches.get(sent["base"])
    if head is None or base is None:
        raise invalid("base" if base is None else "head", "invalid", "PullRequest")
    if any(i.pull and i.state == "open" and i.pull.head_ref == sent["head"] for i in repo.issues.values()):
        message = f"A pull request already exists for {repo.owner.login}:{sent['head']}."
        raise Refusal(
            422, "Validation Failed", errors=[{"resource": "PullRequest", "code": "custom", "message": message}]
        )
    made = site.world.pull(repo, sent["title"], sent["head"], sent.get("body"), author=request.login)
    assert made.pull is not None
    made.pull.draft = bool(sent.get("draft"))
    return Answer(201, site.issues.pull(repo, made, made.pull, (0, 0, 0)))


@of_repository("GET", r"/pulls/(?P<number>\d+)/reviews")
def reviews(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there = site.pull(repo, number)
    assert there.pull is not None
    return listed(site, request, [site.issues.review(repo, there, each) for each in there.pull.reviews])
