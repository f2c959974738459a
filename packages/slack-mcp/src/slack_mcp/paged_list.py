"""Cache of a long list of Slack that is read page by page on demand; later calls continue after the cached pages."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio
from mcp_chassis.failures import Failure, RateLimited
from mcp_chassis.output.dated import moment

Item = TypeVar("Item")

LIST_TTL_SECONDS = 600.0
MAX_NEW_PAGES = 20
"""Maximum number of pages that one call reads: Slack allows twenty a minute."""
MAX_READING_SECONDS = 15.0
"""Seconds after which a call reads no further page, so that it can still report its progress."""


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list: items, the cursor of this page, and the next cursor, which is empty on the last page.

    `read_at`: time of the request in Unix seconds.
    """

    items: tuple[Item, ...]
    cursor: str
    next_cursor: str
    read_at: float = 0.0


def as_of(pages: Sequence[Page[Item]], started: float) -> str | None:
    """Time at which the oldest of the pages was read; None if all were read after `started`."""
    oldest = min((page.read_at for page in pages), default=started)
    return moment(oldest) if oldest < started else None


class PagedList(Generic[Item]):
    """One list whose pages are read one at a time and cached for all callers.

    Args:
        read: reads the page at a cursor; returns its items and the next cursor.
        clock: monotonic time in seconds.
        now: returns the present time in Unix seconds.
    """

    def __init__(
        self,
        read: Callable[[str], Awaitable[tuple[list[Item], str]]],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.now = now
        self._read = read
        self._clock = clock
        self._lock = anyio.Lock()
        self._pages: list[Page[Item]] = []
        self._read_at = 0.0

    @property
    def complete(self) -> bool:
        """Whether the whole list has been read."""
        return bool(self._pages) and not self._pages[-1].next_cursor

    @property
    def size(self) -> int:
        """Number of items read so far."""
        return sum(len(page.items) for page in self._pages)

    async def pages(self, begin: str = "") -> AsyncIterator[Page[Item]]:
        """Iterate over the cached pages, then read further ones, up to the limits of one call.

        Args:
            begin: cursor of the first page; pages from an unknown cursor on are read without the cache.
        """
        self._expire()
        started, added, at = self._clock(), 0, self._index(begin)
        pages = self._pages if at is not None else []
        position, cursor = at or 0, begin
        while True:
            if position == len(pages):
                if added == MAX_NEW_PAGES or self._clock() - started > MAX_READING_SECONDS:
                    return
                try:
                    await self._extend(pages, position, cursor)
                except RateLimited:
                    if not added:
                        raise
                    return
                added += 1
            page = pages[position]
            yield page
            if not page.next_cursor:
                return
            position, cursor = position + 1, page.next_cursor

    @property
    def cached_pages(self) -> Sequence[Page[Item]]:
        """The cached pages; no request is sent."""
        self._expire()
        return self._pages

    def refresh(self) -> None:
        """Discard the cached pages, if any; a first page that is being read stays and is shared."""
        if self._pages:
            self.forget()

    def forget_without(self, wanted: Callable[[Item], bool]) -> None:
        """Discard the cached pages unless they contain a wanted item."""
        if not any(wanted(item) for page in self._pages for item in page.items):
            self.forget()

    def forget(self) -> None:
        """Discard the cached pages, after the list has changed."""
        self._pages = []

    def _index(self, cursor: str) -> int | None:
        if not cursor:
            return 0
        for at, page in enumerate(self._pages):
            if page.next_cursor == cursor:
                return at + 1
        return None

    def _expire(self) -> None:
        if self._pages and self._clock() - self._read_at > LIST_TTL_SECONDS:
            self._pages = []

    async def _extend(self, pages: list[Page[Item]], position: int, cursor: str) -> None:
        """Read the next page and append it, unless another caller has done so meanwhile."""
        async with self._lock:
            if len(pages) > position:
                return
            asked_at = self.now()
            try:
                items, following = await self._read(cursor)
            except Failure as failure:
                if cursor and failure.details.get("slack_error") == "invalid_cursor":
                    pages.clear()
                raise
            pages.append(Page(tuple(items), cursor, "" if following == cursor else following, asked_at))
            self._read_at = self._clock()
