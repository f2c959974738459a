"""Removal of the texts that lockdown withholds from results: issues, lists and reviews."""

from collections.abc import Iterable, Sequence

from github_mcp.client import GitHubClient
from github_mcp.lockdown import WITHHELD, warn_of_withheld
from github_mcp.models.issues import IssueThread, SubIssue
from github_mcp.models.reviews import ReviewEntry, ReviewPage, ReviewThread
from github_mcp.models.tables import Cell
from github_mcp.records.accounts import login
from github_mcp.records.issues import IssueRecord, repository_of

AnyRow = dict[str, Cell]


async def shown_thread(github: GitHubClient, owner: str, repo: str, thread: IssueThread) -> IssueThread:
    """Remove the texts of authors without push access from an issue or pull request, if lockdown is on."""
    if not github.lockdown.active:
        return thread
    owner, _, repo = (thread.repository or f"{owner}/{repo}").partition("/")
    pull = thread.pull_request
    reviews = (pull.reviews if pull else None) or []
    parts = thread.sub_issue_list or []
    authors = [each.author for each in (thread, *thread.comments, *reviews, *parts)]
    outsiders = await github.lockdown.outsiders(owner, repo, authors)
    comments = [each for each in thread.comments if each.author not in outsiders]
    left = [each for each in reviews if each.author not in outsiders]
    hides_author = thread.author in outsiders
    # Push access was looked up in this repository only, so titles of sub-issues in other ones are withheld as well.
    shown = [_without_title(each) if each.repository or each.author in outsiders else each for each in parts]
    hidden_titles = sum(each.title == WITHHELD for each in shown)
    hidden_texts = len(thread.comments) - len(comments) + len(reviews) - len(left)
    warn_of_withheld(hidden_texts + hidden_titles + 2 * hides_author)
    changes: dict[str, object] = {"comments": comments, "sub_issue_list": shown or None}
    if hides_author:
        changes |= {"title": WITHHELD, "body": None}
    if pull is not None:
        head = {"head": WITHHELD} if hides_author else {}
        changes["pull_request"] = pull.model_copy(update={"reviews": left or None, **head})
    return thread.model_copy(update=changes)


def _without_title(part: SubIssue) -> SubIssue:
    """A sub-issue with its title withheld."""
    return part.model_copy(update={"title": WITHHELD})


async def shown_rows(
    github: GitHubClient, place: str | None, found: Sequence[tuple[IssueRecord, AnyRow]]
) -> list[AnyRow]:
    """Rows of issues, with the titles by authors without push access withheld if lockdown is on.

    Args:
        place: full name of the repository of all issues; None if each issue names its own.
    """
    if not github.lockdown.active:
        return [row for _, row in found]
    hidden = await hidden_authors(github, [(place or repository_of(issue), login(issue.user)) for issue, _ in found])
    rows = [
        {**row, "title": WITHHELD} if (place or repository_of(issue), login(issue.user)) in hidden else row
        for issue, row in found
    ]
    warn_of_withheld(sum(row["title"] == WITHHELD for row in rows))
    return rows


async def hidden_authors(github: GitHubClient, authors: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs of a repository's full name and a login whose texts are withheld; empty if lockdown is off."""
    if not github.lockdown.active:
        return set()
    logins: dict[str, set[str]] = {}
    for name, each in authors:
        logins.setdefault(name, set()).add(each)
    return {(name, each) for name, found in logins.items() for each in await _outsiders(github, name, found)}


async def _outsiders(github: GitHubClient, full_name: str, logins: Iterable[str]) -> set[str]:
    owner, _, repo = full_name.partition("/")
    return await github.lockdown.outsiders(owner, repo, sorted(logins))


async def shown_reviews(github: GitHubClient, owner: str, repo: str, page: ReviewPage) -> ReviewPage:
    """Remove the texts of authors without push access from a page of reviews and threads, if lockdown is on."""
    if not github.lockdown.active:
        return page
    written = [each for item in page.items for each in (item.comments if isinstance(item, ReviewThread) else [item])]
    outsiders = await github.lockdown.outsiders(owner, repo, [each.author for each in written])
    items: list[ReviewEntry | ReviewThread] = []
    for item in page.items:
        if isinstance(item, ReviewEntry):
            items += [item] if item.author not in outsiders else []
        elif comments := [each for each in item.comments if each.author not in outsiders]:
            items.append(item.model_copy(update={"comments": comments}))
    warn_of_withheld(sum(each.author in outsiders for each in written))
    return page.model_copy(update={"items": items})
