"""Reviews and threads on lines of pull requests: reading and writing them."""

from typing import Any

from github_site import Site, of_repository
from github_wire import Answer, Refusal, Request, pages
from github_world import Comment, Issue, Repository, Review, Thread, stamp

HTML = "https://github.com"
STATES = {"COMMENT": "COMMENTED", "APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}


@of_repository("GET", r"/pulls/(?P<number>\d+)/comments")
def review_comments(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there = site.pull(repo, number)
    assert there.pull is not None
    shown = [_shape(site, repo, there, thread, each) for thread in there.pull.threads for each in thread.comments]
    shown.sort(key=lambda each: each["id"], reverse=request.value("direction") == "desc")
    page, headers = pages(request, site.base, shown)
    return Answer(200, page, headers)


@of_repository("POST", r"/pulls/(?P<number>\d+)/comments/(?P<comment>\d+)/replies")
def reply(site: Site, request: Request, repo: Repository, number: str, comment: str) -> Answer:
    there = site.pull(repo, number)
    assert there.pull is not None
    thread = next((each for each in there.pull.threads if each.comments[0].id == int(comment)), None)
    if thread is None:
        raise Refusal(404, "Not Found")
    made = Comment(
        next(site.world.ids), site.world.user(site.writer(request)), request.sent["body"], site.world.clock()
    )
    thread.comments.append(made)
    return Answer(201, _shape(site, repo, there, thread, made))


@of_repository("POST", r"/pulls/(?P<number>\d+)/reviews")
def write_review(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there, sent = site.pull(repo, number), request.sent
    assert there.pull is not None
    author, now = site.world.user(site.writer(request)), site.world.clock()
    if sent["event"] == "APPROVE" and there.user is author:
        raise Refusal(422, "Unprocessable Entity", errors=["Can not approve your own pull request"])
    head = sent.get("commit_id", there.pull.head)
    made = Review(next(site.world.ids), author, STATES[sent["event"]], sent.get("body", ""), now, head)
    there.pull.reviews.append(made)
    for each in sent.get("comments", []):
        comment = Comment(next(site.world.ids), author, each["body"], now)
        there.pull.threads.append(Thread(f"PRRT_{comment.id}", each["path"], each["line"], [comment]))
    return Answer(200, site.issues.review(repo, there, made))


@of_repository("PUT", r"/pulls/(?P<number>\d+)/merge")
def merge(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    there = site.pull(repo, number)
    assert there.pull is not None
    if request.sent["sha"] != there.pull.head:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    there.state, there.pull.merged_at = "closed", site.world.clock()
    return Answer(200, {"sha": there.pull.head, "merged": True, "message": "Pull Request successfully merged"})


@of_repository("GET", r"/pulls/comments/(?P<comment>\d+)")
def review_comment(site: Site, request: Request, repo: Repository, comment: str) -> Answer:
    return Answer(200, _shape(site, repo, *_found(repo, comment)))


@of_repository("PATCH", r"/pulls/comments/(?P<comment>\d+)")
def edit_review_comment(site: Site, request: Request, repo: Repository, comment: str) -> Answer:
    issue, thread, there = _found(repo, comment)
    there.body = request.sent["body"]
    return Answer(200, _shape(site, repo, issue, thread, there))


@of_repository("DELETE", r"/pulls/comments/(?P<comment>\d+)")
def delete_review_comment(site: Site, request: Request, repo: Repository, comment: str) -> Answer:
    _, thread, there = _found(repo, comment)
    thread.comments.remove(there)
    return Answer(204)


@of_repository("GET", r"/pulls/(?P<number>\d+)/reviews/(?P<review>\d+)")
def one_review(site: Site, request: Request, repo: Repository, number: str, review: str) -> Answer:
    there = site.pull(repo, number)
    found = next((each for each in there.pull.reviews if each.id == int(review)), None) if there.pull else None
    if found is None:
        raise Refusal(404, "Not Found")
    return Answer(200, site.issues.review(repo, there, found))


def _found(repo: Repository, number: str) -> tuple[Issue, Thread, Comment]:
    for issue in repo.issues.values():
        for thread in issue.pull.threads if issue.pull else ():
            for comment in thread.comments:
                if comment.id == int(number):
                    return issue, thread, comment
    raise Refusal(404, "Not Found")


def _shape(site: Site, repo: Repository, issue: Issue, thread: Thread, comment: Comment) -> dict[str, Any]:
    assert issue.pull is not None
    base = site.shapes.repository_url(repo)
    page = f"{HTML}/{repo.full_name}/pull/{issue.number}#discussion_r{comment.id}"
    url, pull_url = f"{base}/pulls/comments/{comment.id}", f"{base}/pulls/{issue.number}"
    links = {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": pull_url}}
    first = thread.comments[0]
    place = {"original_line": thread.line} if thread.outdated else {"line": thread.line, "original_line": thread.line}
    answered = {} if comment is first else {"in_reply_to_id": first.id}
    return {
        "url": url,
        "pull_request_review_id": None,
        "id": comment.id,
        "node_id": f"PRRC_{comment.id}",
        "diff_hunk": "@@ -1 +1 @@",
        "path": thread.path,
        "commit_id": issue.pull.head,
        "original_commit_id": issue.pull.head,
        "user": site.shapes.user(comment.user),
        "body": comment.body,
        "created_at": stamp(comment.at),
        "updated_at": stamp(comment.at),
        "html_url": page,
        "pull_request_url": pull_url,
        "author_association": "MEMBER",
        "_links": links,
        "side": "RIGHT",
        "subject_type": "line",
        **place,
        **answered,
    }
