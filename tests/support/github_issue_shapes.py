"""Issues, comments, pull requests and reviews as GitHub writes them."""

from github_shapes import HTML, Json, Shapes
from github_world import Comment, Issue, Pull, Repository, Review, stamp


def reactions(url: str) -> Json:
    kinds = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
    return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(kinds, 0)}


class IssueShapes:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def label(self, repository: Repository, name: str) -> Json:
        return {
            "id": sum(name.encode()),
            "node_id": "LA",
            "url": f"{self.shapes.repository_url(repository)}/labels/{name.replace(' ', '%20')}",
            "name": name,
            "description": None,
            "color": "d73a4a",
            "default": False,
        }

    def issue(self, repository: Repository, issue: Issue) -> Json:
        url = f"{self.shapes.repository_url(repository)}/issues/{issue.number}"
        kind = "pull" if issue.pull else "issues"
        people = [self.shapes.user(user) for user in issue.assignees]
        shape: Json = {
            "url": url,
            "repository_url": self.shapes.repository_url(repository),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": f"{HTML}/{repository.full_name}/{kind}/{issue.number}",
            "id": issue.id,
            "node_id": f"I_{issue.id}",
            "number": issue.number,
            "title": issue.title,
            "user": self.shapes.user(issue.user) if issue.user else None,
            "labels": [self.label(repository, name) for name in issue.labels],
            "state": issue.state,
            "state_reason": issue.state_reason,
            "locked": issue.locked,
            "active_lock_reason": issue.lock_reason,
            "assignee": people[0] if people else None,
            "assignees": people,
            "milestone": self.milestone(repository, issue.milestone) if issue.milestone else None,
            "comments": len(issue.comments),
            "created_at": stamp(issue.at),
            "updated_at": stamp(issue.updated),
            "closed_at": stamp(issue.closed_at) if issue.closed_at is not None else None,
            "author_association": repository.associations.get(issue.user.login if issue.user else "", "CONTRIBUTOR"),
            "body": issue.body,
            "closed_by": None,
            "reactions": reactions(url),
            "performed_via_github_app": None,
        }
        if issue.type:
            shape["type"] = {"id": 1, "node_id": "IT", "name": issue.type, "description": None}
        if issue.children:
            shape["sub_issues_summary"] = {"total": len(issue.children), "completed": 0, "percent_completed": 0}
        if issue.pull:
            shape["draft"] = issue.pull.draft
            shape["pull_request"] = self.pull_link(repository, issue, issue.pull)
        return shape

    def milestone(self, repository: Repository, title: str) -> Json:
        number = repository.milestones.index(title) + 1
        url = f"{self.shapes.repository_url(repository)}/milestones/{number}"
        moment = stamp(repository.created)
        return {
            "url": url,
            "html_url": f"{HTML}/{repository.full_name}/milestone/{number}",
            "labels_url": f"{url}/labels",
            "id": number,
            "node_id": f"MI_{number}",
            "number": number,
            "title": title,
            "description": None,
            "creator": None,
            "open_issues": 0,
            "closed_issues": 0,
            "state": "open",
            "created_at": moment,
            "updated_at": moment,
            "due_on": None,
            "closed_at": None,
        }

    def pull_link(self, repository: Repository, issue: Issue, pull: Pull) -> Json:
        page = f"{HTML}/{repository.full_name}/pull/{issue.number}"
        return {
            "url": f"{self.shapes.repository_url(repository)}/pulls/{issue.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": stamp(pull.merged_at) if pull.merged_at else None,
        }

    def found_issue(self, repository: Repository, issue: Issue) -> Json:
        return {**self.issue(repository, issue), "body": issue.body or "", "score": 1.0}

    def comment(self, repository: Repository, issue: Issue, comment: Comment) -> Json:
        url = f"{self.shapes.repository_url(repository)}/issues/comments/{comment.id}"
        kind = "pull" if issue.pull else "issues"
        return {
            "url": url,
            "html_url": f"{HTML}/{repository.full_name}/{kind}/{issue.number}#issuecomment-{comment.id}",
            "issue_url": f"{self.shapes.repository_url(repository)}/issues/{issue.number}",
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "user": self.shapes.user(comment.user),
            "created_at": stamp(comment.at),
            "updated_at": stamp(comment.at),
            "author_association": repository.associations.get(comment.user.login if comment.user else "", "NONE"),
            "body": comment.body,
            "reactions": reactions(url),
            "performed_via_github_app": None,
        }

    def review(self, repository: Repository, issue: Issue, review: Review) -> Json:
        page = f"{HTML}/{repository.full_name}/pull/{issue.number}#pullrequestreview-{review.id}"
        pull = f"{self.shapes.repository_url(repository)}/pulls/{issue.number}"
        return {
            "id": review.id,
            "node_id": f"PRR_{review.id}",
            "user": self.shapes.user(review.user),
            "body": review.body,
            "state": review.state,
            "html_url": page,
            "pull_request_url": pull,
            "author_association": repository.associations.get(review.user.login if review.user else "", "MEMBER"),
            "_links": {"html": {"href": page}, "pull_request": {"href": pull}},
            "submitted_at": stamp(review.at),
            "commit_id": review.commit_id,
        }

    def simple_pull(self, repository: Repository, issue: Issue, pull: Pull) -> Json:
        url = f"{self.shapes.repository_url(repository)}/pulls/{issue.number}"
        shape = self.issue(repository, issue)
        dropped = (
            "repository_url",
            "labels_url",
            "events_url",
            "comments",
            "reactions",
            "pull_request",
            "state_reason",
        )
        kept = {key: value for key, value in shape.items() if key not in dropped}
        links = self.pull_link(repository, issue, pull)
        return {
            **kept,
            **links,
            "node_id": f"PR_{issue.id}",
            "issue_url": shape["url"],
            "comments_url": f"{shape['url']}/comments",
            "commits_url": f"{url}/commits",
            "review_comments_url": f"{url}/comments",
            "review_comment_url": f"{self.shapes.repository_url(repository)}/pulls/comments{{/number}}",
            "statuses_url": f"{self.shapes.repository_url(repository)}/statuses/{pull.head}",
            "requested_reviewers": [self.shapes.user(each) for each in pull.requested],
            "requested_teams": [],
            "merge_commit_sha": None,
            "head": self.side(repository, pull.head_ref, pull.head),
            "base": self.side(repository, pull.base_ref, pull.base),
            "_links": self.pull_links(url, shape["url"], links["html_url"]),
            "auto_merge": None,
            "draft": pull.draft,
        }

    def side(self, repository: Repository, ref: str, sha: str) -> Json:
        return {
            "label": f"{repository.owner.login}:{ref}",
            "ref": ref,
            "sha": sha,
            "user": self.shapes.user(repository.owner),
            "repo": self.shapes.repository(repository),
        }

    @staticmethod
    def pull_links(url: str, issue_url: str, page: str) -> Json:
        targets = {
            "self": url,
            "html": page,
            "issue": issue_url,
            "comments": f"{issue_url}/comments",
            "review_comments": f"{url}/comments",
            "review_comment": f"{url}/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": f"{url}/statuses",
        }
        return {name: {"href": target} for name, target in targets.items()}

    def pull(self, repository: Repository, issue: Issue, pull: Pull, counts: tuple[int, int, int]) -> Json:
        files, additions, deletions = counts
        return {
            **self.simple_pull(repository, issue, pull),
            "merged": pull.merged_at is not None,
            "mergeable": pull.mergeable,
            "rebaseable": pull.mergeable,
            "mergeable_state": pull.mergeable_state,
            "merged_by": None,
            "comments": len(issue.comments),
            "review_comments": 0,
            "maintainer_can_modify": False,
            "commits": pull.commits,
            "additions": additions,
            "deletions": deletions,
            "changed_files": files,
        }
