"""Search for issues that share words with a text, ranked by the number of shared words in the title."""

import re
from typing import NamedTuple

from github_mcp.client import GitHubClient
from github_mcp.records.issues import IssueRecord

MAX_WORDS = 6  # GitHub accepts at most five ORs in a query
MIN_WORD_CHARS = 3
MAX_CANDIDATES = 50
_WORD = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")
_COMMON_TEXT = """
about after again all and any are because been before but can cannot could does doesn error fails failed for from
get gets has have how into isn issue its just like not now only other out same should some than that the their them
then there they this use used using was wasn were what when where which while will with without won would you your
"""
_COMMON = frozenset(_COMMON_TEXT.split())


class SimilarIssue(NamedTuple):
    """An issue, and the searched words that its title contains."""

    issue: IssueRecord
    shared: list[str]


def distinctive_words(text: str) -> list[str]:
    """The longest distinct words of a text, without very common and short ones, in the order of the text.

    A text of only common or short words gives these.
    """
    words = list(dict.fromkeys(_WORD.findall(text.lower())))
    rare = [word for word in words if len(word) >= MIN_WORD_CHARS and word not in _COMMON] or words
    longest = set(sorted(rare, key=len, reverse=True)[:MAX_WORDS])
    return [word for word in rare if word in longest][:MAX_WORDS]


async def similar_issues(
    github: GitHubClient, owner: str, repo: str, words: list[str], *, size: int
) -> list[SimilarIssue]:
    """Search open and closed issues of one repository; most shared words in the title first, then in GitHub's order."""
    found = await github.searches.issues_of_any_words(owner, repo, words, size=MAX_CANDIDATES)
    ranked = [SimilarIssue(each, [word for word in words if word in each.title.lower()]) for each in found.items]
    return sorted(ranked, key=lambda each: -len(each.shared))[:size]
