"""Lockdown: in public repositories, texts of authors without push access are withheld from results.

GitHub's API reports who has push access; an author for whom it reports nothing is treated as having none. Private
repositories are not affected, since only invited accounts can write in them.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from mcp_chassis.failures import Failure, NotFound, PermissionDenied
from mcp_chassis.output.warnings import warn
from mcp_chassis.pipeline.narrowing import current_narrowing
from mcp_chassis.storage.cache import Cache

from github_mcp.client.list_pages import PartialList
from github_mcp.client.repositories import Repositories
from github_mcp.records.repositories import CollaboratorRecord

ANSWER_TTL_SECONDS = 300.0
MAX_AUTHORS = 60  # looked up in one call; the texts of further authors are withheld
WITHHELD = "(withheld)"
MIN_AUTHORS_FOR_A_LIST = 4
"""Number of authors from which on one list of collaborators is read instead of one permission for each author."""
MAX_LIST_PAGES = 3
_NO_BRANCH = re.compile(r"(?i)(?:refs/)?pull/.*|[0-9a-f]{7,40}|[^:]+:.*")
_MAY_PUSH = {"admin", "maintain", "write"}
_MAY_NOT_PUSH = {"read", "triage"}
_LIST = "collaborators"


@dataclass(frozen=True)
class Collaborators:
    """Logins of collaborators with push access, and of those without.

    If the list is complete, accounts that are not in it have no push access either.
    """

    pushers: frozenset[str]
    others: frozenset[str]
    complete: bool

    @classmethod
    def from_records(cls, found: PartialList[CollaboratorRecord]) -> Self:
        pushers = {each.login.lower() for each in found.items if each.permissions.push or each.role_name in _MAY_PUSH}
        others = {each.login.lower() for each in found.items if each.role_name in _MAY_NOT_PUSH} - pushers
        known_roles = len(pushers) + len(others) == len(found.items)
        return cls(frozenset(pushers), frozenset(others), found.complete and known_roles)

    def may_push(self, login: str) -> bool | None:
        """Whether an account has push access; None if the list has more pages or custom roles of the organisation."""
        if login.lower() in self.pushers:
            return True
        return False if self.complete or login.lower() in self.others else None


class Lockdown:
    """Lookup of the authors whose texts are withheld, for one connection.

    Args:
        on: whether the settings switch lockdown on; a caller over HTTP can switch it on as well.
    """

    def __init__(self, repositories: Repositories, *, on: bool) -> None:
        self._repositories = repositories
        self._on = on
        self._public: Cache[bool] = Cache()
        self._pushers: Cache[bool] = Cache()
        self._collaborators: Cache[Collaborators | None] = Cache()

    @property
    def active(self) -> bool:
        """Whether the settings or the current caller have switched lockdown on."""
        return self._on or current_narrowing().lockdown

    async def is_public(self, owner: str, repo: str) -> bool:
        """Whether a repository is public; also true if its visibility cannot be read."""

        async def look_up() -> bool:
            return not (await self._repositories.get(owner, repo)).private

        where = {"repo": f"{owner}/{repo}".lower()}
        try:
            return await self._public.get("visibility", where, "", look_up, ttl=ANSWER_TTL_SECONDS)
        except Failure:
            return True

    async def outsiders(self, owner: str, repo: str, logins: Iterable[str]) -> set[str]:
        """The authors without push access; empty if lockdown is off or the repository is private."""
        names = list(dict.fromkeys(logins))
        if not names or not self.active or not await self.is_public(owner, repo):
            return set()
        listed = await self._listed(owner, repo) if len(names) >= MIN_AUTHORS_FOR_A_LIST else None
        trusted = {name for name in names if listed and listed.may_push(name)}
        undecided = [name for name in names if listed is None or listed.may_push(name) is None][:MAX_AUTHORS]
        answers = await asyncio.gather(*(self._may_push(owner, repo, name) for name in undecided))
        trusted |= {name for name, may_push in zip(undecided, answers, strict=True) if may_push}
        return set(names) - trusted

    async def check_author(self, owner: str, repo: str, login: str) -> None:
        """Check that an author's texts are not withheld.

        Raises:
            PermissionDenied: if they are.
        """
        if await self.outsiders(owner, repo, [login]):
            raise PermissionDenied(
                "The author has no push access, and this server withholds the texts of such authors (lockdown).",
                remedy="Only the person who runs the server can show it, with GITHUB_LOCKDOWN=false; do not retry.",
            )

    async def check_refs(self, owner: str, repo: str, *refs: str | None) -> None:
        """Check that refs may be read under lockdown in a public repository: branches and tags only.

        Raises:
            PermissionDenied: for a pull request's ref, a fork's branch or a commit, which any account can create.
        """
        strange = any(ref and _NO_BRANCH.fullmatch(ref) for ref in refs)
        if strange and self.active and await self.is_public(owner, repo):
            raise PermissionDenied(
                "In a public repository only branches and tags are read (lockdown): any account can create a commit.",
                remedy="Name a branch or a tag.",
            )

    async def _listed(self, owner: str, repo: str) -> Collaborators | None:
        """The collaborators of a repository; None if this token cannot list them."""

        async def look_up() -> Collaborators | None:
            try:
                found = await self._repositories.collaborators(owner, repo, MAX_LIST_PAGES)
            except (PermissionDenied, NotFound):
                return None
            return Collaborators.from_records(found)

        try:
            where = {"repo": f"{owner}/{repo}".lower()}
            return await self._collaborators.get(_LIST, where, "", look_up, ttl=ANSWER_TTL_SECONDS)
        except Failure:
            return None

    async def _may_push(self, owner: str, repo: str, login: str) -> bool:
        async def look_up() -> bool:
            return await self._repositories.permission(owner, repo, login) in _MAY_PUSH

        where = {"repo": f"{owner}/{repo}".lower(), "login": login.lower()}
        try:
            return await self._pushers.get("permission", where, "", look_up, ttl=ANSWER_TTL_SECONDS)
        except Failure:
            return False


def warn_of_withheld(count: int) -> None:
    """Warn that this number of texts is withheld; nothing for 0."""
    if count:
        warn(
            f"{count} text{'' if count == 1 else 's'} by authors without push access withheld (lockdown); "
            "GITHUB_LOCKDOWN=false on the server shows them."
        )
