"""Discussions of the scripted GitHub, which GraphQL alone tells and changes."""

from dataclasses import dataclass, field
from typing import Any

from github_world import Repository, User, World, stamp
from graphql import GraphQLError

HTML = "https://github.com"


@dataclass
class Contribution:
    """A comment, or a reply to one."""

    id: str
    user: User | None
    body: str
    association: str = "MEMBER"
    is_answer: bool = False
    replies: list["Contribution"] = field(default_factory=list["Contribution"])


@dataclass
class Discussion:
    id: str
    number: int
    title: str
    body: str
    user: User | None
    association: str = "MEMBER"
    category: str = "Q&A"
    closed: bool = False
    comments: list[Contribution] = field(default_factory=list[Contribution])

    @property
    def answered(self) -> bool:
        return any(each.is_answer for each in self.comments)


def of_repository(repo: Repository) -> dict[str, Any]:
    """The fields of a repository that are about discussions."""

    def discussions(info: Any, first: int, after: str | None = None, **_: Any) -> dict[str, Any]:
        start = int(after or 0)
        page = [_discussion(repo, each) for each in repo.discussions[start : start + first]]
        more = start + first < len(repo.discussions)
        info_ = {"hasNextPage": more, "endCursor": str(start + first), "hasPreviousPage": start > 0}
        return {"totalCount": len(repo.discussions), "pageInfo": info_, "nodes": page}

    def discussion(info: Any, number: int) -> dict[str, Any] | None:
        return next((_discussion(repo, each) for each in repo.discussions if each.number == number), None)

    return {"discussions": discussions, "discussion": discussion}


def mutations(world: World, login: str | None) -> dict[str, Any]:
    def add(info: Any, input: dict[str, Any]) -> dict[str, Any]:
        every = [(repo, each) for repo in world.repositories.values() for each in repo.discussions]
        repo, there = next(pair for pair in every if pair[1].id == input["discussionId"])
        made = Contribution(f"DC_{next(world.ids)}", world.user(login or "ghost"), input["body"])
        if parent := input.get("replyToId"):
            found = next((each for each in there.comments if each.id == parent), None)
            if found is None:
                raise GraphQLError(f"Could not resolve to a node with the global id of '{parent}'")
            found.replies.append(made)
        else:
            there.comments.append(made)
        return {"comment": _contribution(repo, there, made)}

    return {"addDiscussionComment": add}


def _discussion(repo: Repository, discussion: Discussion) -> dict[str, Any]:
    def comments(info: Any, last: int = 0, before: str | None = None) -> dict[str, Any]:
        end = len(discussion.comments) if before is None else int(before)
        start = max(0, end - last)
        shown = [_contribution(repo, discussion, each) for each in discussion.comments[start:end]]
        page = {"hasPreviousPage": start > 0, "startCursor": str(start), "hasNextPage": False}
        return {"totalCount": len(discussion.comments), "pageInfo": page, "nodes": shown}

    return {
        "id": discussion.id,
        "number": discussion.number,
        "title": discussion.title,
        "body": discussion.body,
        "url": f"{HTML}/{repo.full_name}/discussions/{discussion.number}",
        "closed": discussion.closed,
        "locked": False,
        "isAnswered": discussion.answered,
        "category": {"name": discussion.category, "isAnswerable": discussion.category == "Q&A"},
        **_author(discussion.user, discussion.association),
        "createdAt": stamp(1.0),
        "updatedAt": stamp(2.0),
        "comments": comments,
    }


def _contribution(repo: Repository, discussion: Discussion, one: Contribution) -> dict[str, Any]:
    replies = {"totalCount": len(one.replies), "nodes": [_contribution(repo, discussion, each) for each in one.replies]}
    return {
        "id": one.id,
        "body": one.body,
        "url": f"{HTML}/{repo.full_name}/discussions/{discussion.number}#discussioncomment-{one.id}",
        "isAnswer": one.is_answer,
        "createdAt": stamp(1.0),
        **_author(one.user, one.association),
        "replies": {**replies, "nodes": replies["nodes"][:20]},
    }


def _author(user: User | None, association: str) -> dict[str, Any]:
    author = None if user is None else {"__typename": user.type, "login": user.login}
    return {"author": author, "authorAssociation": association}
