"""Lockdown: in public repositories, texts of authors without push access are withheld.

Whether somebody may push is asked of GitHub; where it does not say, they may not. Private repositories are left as they
are: whoever writes there was let in.
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
MAX_AUTHORS = 60  # asked about at once; the texts of further ones are withheld
WITHHELD = "(withheld)"
MIN_AUTHORS_FOR_A_LIST = 4
"""Authors from which on the list of collaborators is read instead of asking for each."""
MAX_LIST_PAGES = 3
_NO_BRANCH = re.compile(r"(?i)(?:refs/)?pull/.*|[0-9a-f]{7,40}|[^:]+:.*")
_MAY_PUSH = {"admin", "maintain", "write"}
_MAY_NOT_PUSH = {"read", "triage"}
_LIST = "collaborators"


@dataclass(frozen=True)
class Collaborators:
    """Who may push, and who may certainly not, by login; whoever is not in a complete list may not either."""

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
        """None where the list does not say: it has more pages, or roles that an organisation made itself."""
        if login.lower() in self.pushers:
            return True
        return False if self.complete or login.lower() in self.others else None


class Lockdown:
    """The lockdown of one connection.

    Args:
        on: whether the settings ask for it; a caller over HTTP may ask for it too.
    """

    def __init__(self, repositories: Repositories, *, on: bool) -> None:
        self._repositories = repositories
        self._on = on
        self._public: Cache[bool] = Cache()
        self._pushers: Cache[bool] = Cache()
        self._collaborators: Cache[Collaborators | None] = Cache()

    @property
    def active(self) -> bool:
        return self._on or current_narrowing().lockdown

    async def is_public(self, owner: str, repo: str) -> bool:
        """Whether anybody can read a repository; yes where GitHub does not say."""

        async def look_up() -> bool:
            return not (await self._repositories.get(owner, repo)).private

        where = {"repo": f"{owner}/{repo}".lower()}
        try:
            return await self._public.get("visibility", where, "", look_up, ttl=ANSWER_TTL_SECONDS)
        except Failure:
            return True

    async def outsiders(self, owner: str, repo: str, logins: Iterable[str]) -> set[str]:
        """Those of the authors whose texts are withheld here."""
        names = list(dict.fromkeys(logins))
        if not names or not self.active or not await self.is_public(owner, repo):
            return set()
        listed = await self._listed(owner, repo) if len(names) >= MIN_AUTHORS_FOR_A_LIST else None
        trusted = {name for name in names if listed and listed.may_push(name)}
        asked = [name for name in names if listed is None or listed.may_push(name) is None][:MAX_AUTHORS]
        answers = await asyncio.gather(*(self._may_push(owner, repo, name) for name in asked))
        trusted |= {name for name, may_push in zip(asked, answers, strict=True) if may_push}
        return set(names) - trusted

    async def check_author(self, owner: str, repo: str, login: str) -> None:
        """Raises `PermissionDenied` where an author's texts are withheld."""
        if await self.outsiders(owner, repo, [login]):
            raise PermissionDenied(
                "It was written by somebody without push access, whose texts this server withholds (lockdown).",
                remedy="Only who runs the server can show it, with GITHUB_LOCKDOWN=false.",
            )

    async def check_refs(self, owner: str, repo: str, *refs: str | None) -> None:
        """Raises `PermissionDenied` for a pull request's ref, a fork's branch or a commit, which may be anybody's."""
        strange = any(ref and _NO_BRANCH.fullmatch(ref) for ref in refs)
        if strange and self.active and await self.is_public(owner, repo):
            raise PermissionDenied(
                "In a public repository only branches and tags are read (lockdown): a commit may be anybody's.",
                remedy="Name a branch or a tag.",
            )

    async def _listed(self, owner: str, repo: str) -> Collaborators | None:
        """The collaborators; None where GitHub does not list them for this token."""

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


def tell_withheld(count: int) -> None:
    """Warn of texts that are not shown."""
    if count:
        warn(
            f"{count} text{'' if count == 1 else 's'} by authors without push access withheld (lockdown); "
            "GITHUB_LOCKDOWN=false on the server shows them."
        )
