"""The state of the scripted GitHub: people, repositories, commits, issues and pull requests."""

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def stamp(seconds: float) -> str:
    """GitHub's way of writing a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def blob_sha(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass
class User:
    login: str
    id: int
    type: str = "User"


@dataclass
class Commit:
    sha: str
    files: dict[str, bytes]
    message: str
    author: User
    at: float
    parents: tuple[str, ...] = ()


@dataclass
class Comment:
    id: int
    user: User
    body: str
    at: float


@dataclass
class Review:
    id: int
    user: User
    state: str
    body: str
    at: float
    commit_id: str


@dataclass
class Thread:
    """Comments on one line of a pull request's diff."""

    id: str
    path: str
    line: int
    comments: list[Comment]
    resolved: bool = False
    outdated: bool = False


@dataclass
class Pull:
    """What a pull request has beyond its issue; `base` is where its branch left the other one."""

    head_ref: str
    base_ref: str
    head: str
    base: str
    draft: bool = False
    merged_at: float | None = None
    mergeable: bool | None = True
    mergeable_state: str = "clean"
    reviews: list[Review] = field(default_factory=list[Review])
    auto_merge: str | None = None
    requested: list[User] = field(default_factory=list[User])
    threads: list[Thread] = field(default_factory=list[Thread])
    commits: int = 1


@dataclass
class Issue:
    number: int
    id: int
    user: User | None
    title: str
    body: str | None
    at: float
    updated: float
    state: str = "open"
    state_reason: str | None = None
    labels: list[str] = field(default_factory=list[str])
    assignees: list[User] = field(default_factory=list[User])
    comments: list[Comment] = field(default_factory=list[Comment])
    closed_at: float | None = None
    pull: Pull | None = None
    type: str | None = None
    milestone: str | None = None
    locked: bool = False
    lock_reason: str | None = None
    children: list[int] = field(default_factory=list[int])


@dataclass
class Check:
    id: int
    name: str
    head_sha: str
    status: str = "completed"
    conclusion: str | None = "success"
    title: str | None = None
    summary: str | None = None
    log: str = ""


@dataclass
class Release:
    id: int
    tag: str
    name: str
    body: str
    author: User
    at: float


@dataclass
class Repository:
    id: int
    owner: User
    name: str
    description: str | None = None
    language: str | None = None
    stars: int = 0
    forks: int = 0
    topics: list[str] = field(default_factory=list[str])
    private: bool = False
    archived: bool = False
    licence: str | None = None
    created: float = 0.0
    updated: float = 0.0
    default_branch: str = "main"
    push: bool = True
    sso: bool = False
    languages: dict[str, int] = field(default_factory=dict[str, int])
    labels: list[str] = field(default_factory=lambda: ["bug", "question", "documentation", "good first issue"])
    commits: dict[str, Commit] = field(default_factory=dict[str, Commit])
    branches: dict[str, str] = field(default_factory=dict[str, str])
    issues: dict[int, Issue] = field(default_factory=dict[int, Issue])
    checks: list[Check] = field(default_factory=list[Check])
    suites: list[Any] = field(default_factory=list[Any])
    merge_queue: list[int] | None = None  # numbers of pull requests, or None without a queue
    discussions: list[Any] = field(default_factory=list[Any])
    milestones: list[str] = field(default_factory=list[str])
    statuses: list[Check] = field(default_factory=list[Check])
    releases: list[Release] = field(default_factory=list[Release])
    readers: set[str] | None = None
    associations: dict[str, str] = field(default_factory=dict[str, str])
    permissions: dict[str, str] = field(default_factory=dict[str, str])
    loose_blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    loose_trees: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def open_issues(self) -> int:
        return sum(issue.state == "open" for issue in self.issues.values())

    def resolve(self, ref: str | None) -> Commit | None:
        """A commit by branch, full or shortened id, or the pull request ref GitHub keeps."""
        wanted = ref or self.default_branch
        sha = self.branches.get(wanted.removeprefix("refs/heads/").removeprefix("heads/"), wanted)
        if sha in self.commits:
            return self.commits[sha]
        found = [commit for key, commit in self.commits.items() if len(sha) >= 7 and key.startswith(sha)]
        return found[0] if len(found) == 1 else None

    def history(self, start: Commit) -> list[Commit]:
        seen, waiting = list[Commit](), [start]
        while waiting:
            commit = waiting.pop()
            seen.append(commit)
            waiting.extend(self.commits[parent] for parent in commit.parents)
        return sorted(seen, key=lambda commit: -commit.at)


class World:
    """Everything there is. The clock can be handed in, so that nothing has to be waited for."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.ids = itertools.count(1000)
        self.users: dict[str, User] = {}
        self.tokens: dict[str, str] = {}
        self.scopes: dict[str, str] = {}  # of classic tokens, as GitHub's header lists them
        self.repositories: dict[str, Repository] = {}
        self.renamed: dict[str, int] = {}
        self.members: dict[str, set[str]] = {}
        self.projects: list[Any] = []

    def user(self, login: str, kind: str = "User") -> User:
        return self.users.setdefault(login.lower(), User(login, next(self.ids), kind))

    def repository(self, full_name: str, **facts: object) -> Repository:
        owner, _, name = full_name.partition("/")
        repository = Repository(next(self.ids), self.user(owner), name, created=self.clock(), updated=self.clock())
        for key, value in facts.items():
            setattr(repository, key, value)
        self.repositories[full_name.lower()] = repository
        return repository

    def rename(self, old: str, new: str) -> None:
        """The old name answers 301 from now on, as on GitHub."""
        repository = self.repositories.pop(old.lower())
        owner, _, name = new.partition("/")
        repository.owner, repository.name = self.user(owner), name
        self.renamed[old.lower()] = repository.id
        self.repositories[new.lower()] = repository

    def commit(
        self,
        repository: Repository,
        files: dict[str, bytes | None],
        message: str = "Change",
        *,
        branch: str | None = None,
        start: str | None = None,
        author: str = "octocat",
    ) -> Commit:
        """Add files to a branch; None removes one. A new branch starts at `start` or the default branch."""
        branch = branch or repository.default_branch
        parent = repository.resolve(branch) or repository.resolve(start)
        tree = dict(parent.files) if parent else {}
        for path, content in files.items():
            tree.pop(path, None)
            if content is not None:
                tree[path] = content
        seed = f"{repository.id}{branch}{message}{len(repository.commits)}".encode()
        sha = hashlib.sha1(seed, usedforsecurity=False).hexdigest()
        parents = (parent.sha,) if parent else ()
        made = Commit(sha, tree, message, self.user(author), self.clock() + len(repository.commits), parents)
        repository.commits[sha] = made
        repository.branches[branch] = sha
        return made

    def issue(self, repository: Repository, title: str, body: str | None = None, **facts: object) -> Issue:
        number = len(repository.issues) + 1
        author = self.user(str(facts.pop("author", "octocat")))
        now = float(str(facts.pop("at", self.clock())))
        issue = Issue(number, next(self.ids), author, title, body, now, now)
        for key, value in facts.items():
            setattr(issue, key, value)
        repository.issues[number] = issue
        return issue

    def comment(self, issue: Issue, body: str, author: str = "octocat") -> Comment:
        comment = Comment(next(self.ids), self.user(author), body, self.clock())
        issue.comments.append(comment)
        issue.updated = comment.at
        return comment

    def pull(self, repository: Repository, title: str, head: str, body: str | None = None, **facts: object) -> Issue:
        """A pull request from branch `head` into the default branch."""
        tip = repository.resolve(head)
        base = repository.resolve(repository.default_branch)
        assert tip
        assert base
        own = [c for c in repository.history(tip) if c not in repository.history(base)]
        fork_point = own[-1].parents[0] if own else base.sha
        issue = self.issue(repository, title, body, **facts)
        issue.pull = Pull(head, repository.default_branch, tip.sha, fork_point, commits=len(own))
        return issue

    def check(self, repository: Repository, sha: str, name: str, conclusion: str | None, **facts: str) -> Check:
        check = Check(next(self.ids), name, sha, conclusion=conclusion, **facts)
        repository.checks.append(check)
        return check

    def affiliation(self, repository: Repository, login: str) -> str:
        """How somebody is tied to a repository, in GitHub's words; empty for strangers."""
        if repository.owner.login == login:
            return "owner"
        if login in self.members.get(repository.owner.login, ()):
            return "organization_member"
        return "collaborator" if login in (repository.readers or ()) else ""

    def visible(self, repository: Repository, login: str | None) -> bool:
        readers = repository.readers if repository.readers is not None else {repository.owner.login}
        return not repository.private or (login is not None and login in readers)

    def all_visible(self, login: str | None) -> Iterable[Repository]:
        return (each for each in self.repositories.values() if self.visible(each, login))
