"""A long list of Slack's, read page by page only as far as somebody looks, each page kept for a while."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from mcp_chassis.storage.cache import Cache

Item = TypeVar("Item")

KEPT_PAGES = 40
KEPT_SECONDS = 600.0
NEW_PAGES = 10
"""Pages asked for in one call: beyond that Slack's own limit (20 a minute) would make the caller wait."""


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of the items, where they begin, and where the next ones do; empty at the end."""

    items: tuple[Item, ...]
    cursor: str
    following: str


class Listing(Generic[Item]):
    """One list. Pages are asked for one at a time, by whoever needs them first, and shared by all."""

    def __init__(self, name: str, ask: Callable[[str], Awaitable[tuple[list[Item], str]]]) -> None:
        self._name = name
        self._ask = ask
        self._cache: Cache[Page[Item]] = Cache(entries=KEPT_PAGES)

    async def pages(self, begin: str = "") -> AsyncIterator[Page[Item]]:
        """Page after page from a cursor, as long as the caller goes on and not too many of them are new."""
        cursor, asked = begin, 0

        async def make() -> Page[Item]:
            nonlocal asked
            asked += 1
            items, following = await self._ask(cursor)
            return Page(tuple(items), cursor, following)

        while asked < NEW_PAGES:
            page = await self._cache.get(self._name, {"cursor": cursor}, "app", make, ttl=KEPT_SECONDS)
            yield page
            if not page.following:
                return
            cursor = page.following

    def forget(self) -> None:
        """Read it anew: something in it has changed."""
        self._cache.invalidate()
