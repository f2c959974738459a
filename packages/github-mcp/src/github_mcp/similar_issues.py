"""Issues that share words with a text: one search by its longest words, ranked by how many of them a title holds."""

import re
from typing import NamedTuple

from github_mcp.client import GitHubClient
from github_mcp.records.issues import IssueRecord

MAX_WORDS = 6  # GitHub takes at most five ORs in a query
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
    """An issue, and the words of the text that its title holds."""

    issue: IssueRecord
    shared: list[str]


def telling_words(text: str) -> list[str]:
    """The longest distinct words of a text, without very common ones, in the order of the text.

    Where nothing but common or short words is left, those are taken.
    """
    words = list(dict.fromkeys(_WORD.findall(text.lower())))
    telling = [word for word in words if len(word) >= MIN_WORD_CHARS and word not in _COMMON] or words
    longest = set(sorted(telling, key=len, reverse=True)[:MAX_WORDS])
    return [word for word in telling if word in longest][:MAX_WORDS]


async def similar_issues(
    github: GitHubClient, owner: str, repo: str, words: list[str], *, size: int
) -> list[SimilarIssue]:
    """Issues of one repository, open or closed, most shared words in the title first, then as GitHub ranks them."""
    found = await github.searches.issues_of_any_words(owner, repo, words, size=MAX_CANDIDATES)
    ranked = [SimilarIssue(each, [word for word in words if word in each.title.lower()]) for each in found.items]
    return sorted(ranked, key=lambda each: -len(each.shared))[:size]
