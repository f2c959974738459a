"""Listings of a folder: by name from any position, and by time of change."""

import heapq
import os
import stat
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote

from mcp_chassis.failures import TimedOut

from files_server.folder import Folder, type_of, uri_of

Steps = Sequence[str]
Moment = tuple[int, str]
"""Sort key of a file: time of change in nanoseconds, then the path, which makes it unique."""

FILE_URI = "file:///"
WALK_SECONDS = 20.0
"""Time limit of a listing by time of change."""


@dataclass(frozen=True)
class Entry:
    """One file; `position` is the cursor that continues the walk after it."""

    path: Path
    position: str
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        """The path relative to the folder, for display; invalid UTF-8 is shown as replacement characters."""
        return os.fsencode(unquote(self.position, errors="surrogateescape")).decode(errors="replace")

    @property
    def uri(self) -> str:
        return uri_of(self.path)

    @property
    def mime_type(self) -> str:
        return type_of(self.path)


def files(folder: Folder, after: str | None = None) -> Iterator[Entry]:
    """Yield every regular file below the folder, depth first in the order of names; links are not followed.

    Folders are read lazily and those wholly before the position are skipped, so that the cost of a page does not
    depend on its position in the tree.

    Args:
        after: the position of the last file seen, which need not exist any more.
    """
    steps = tuple(unquote(after, errors="surrogateescape").split("/")) if after else ()
    waiting = [_from(folder.root, steps)]
    while waiting:
        found = next(waiting[-1], None)
        if found is None:
            waiting.pop()
            continue
        item, rest = found
        if item.is_dir(follow_symlinks=False):
            waiting.append(_from(Path(item.path), rest))
        elif entry := _entry(folder.root, item):
            yield entry


def recent(
    folder: Folder, count: int, before: Moment | None = None, clock: Callable[[], float] = time.monotonic
) -> list[tuple[Moment, Entry]]:
    """The `count` most recently changed files before `before`, latest first; memory is bounded by `count`.

    Raises:
        TimedOut: the folder is too large to be walked in time.
    """
    root, end = folder.root, clock() + WALK_SECONDS
    latest = heapq.nlargest(
        count, (found for found in _moments(root, end, clock) if before is None or found[0] < before)
    )
    return [(moment, entry) for moment, item in latest if (entry := _entry(root, item))]


def _moments(root: Path, end: float, clock: Callable[[], float]) -> Iterator[tuple[Moment, os.DirEntry[str]]]:
    """Yield each regular file below the folder with its sort key; links are not followed."""
    waiting = [root]
    while waiting:
        if clock() > end:
            raise TimedOut(
                "The allowed folder has too many files to sort by time of change.", remedy="List them with list_files."
            )
        folder = waiting.pop()
        with suppress(OSError), _scanned(folder) as items:
            for item in items:
                if item.is_dir(follow_symlinks=False):
                    waiting.append(Path(item.path))
                elif facts := _facts(item):
                    yield (facts.st_mtime_ns, item.path), item


def completed(folder: Folder, prefix: str) -> list[str]:
    """The paths of files and folders, as in file:/// URIs, that start with `prefix`; folders end with a slash.

    Args:
        prefix: the start of such a path, or of a path relative to the folder.
    """
    root = uri_of(folder.root).removeprefix(FILE_URI).rstrip("/")
    inner = unquote(prefix, errors="surrogateescape").lstrip("/")
    whole = unquote(root, errors="surrogateescape")
    inner = "" if f"{whole}/".startswith(inner) else inner.removeprefix(f"{whole}/")
    above, _, begun = inner.rpartition("/")
    place = folder.root / above
    if not place.is_relative_to(folder.root):  # a path with a drive of its own
        return []
    items = [item for item in _read(place) if item.name.startswith(begun)]
    ends = ((item, "/" if item.is_dir(follow_symlinks=False) else "" if _facts(item) else None) for item in items)
    return [uri_of(Path(item.path)).removeprefix(FILE_URI) + end for item, end in ends if end is not None]


def _from(folder: Path, after: Steps) -> Iterator[tuple[os.DirEntry[str], Steps]]:
    """Yield the entries of one folder after a position, by name, each with the rest of the position for it."""
    for item in _read(folder):
        if not after or item.name > after[0]:
            yield item, ()
        elif item.name == after[0] and item.is_dir(follow_symlinks=False):
            yield item, after[1:]


def _read(folder: Path) -> list[os.DirEntry[str]]:
    """Entries of a folder by name; empty if it is gone, unreadable, or reached through a link or Windows junction."""
    try:
        with _scanned(folder) as items:
            return sorted(items, key=lambda item: item.name)
    except (OSError, ValueError):
        return []


@contextmanager
def _scanned(folder: Path) -> Generator[Iterator[os.DirEntry[str]]]:
    """Open a folder and yield its entries, unordered.

    Raises:
        OSError: it is gone, not readable, or reached through a link or a Windows junction.
    """
    if folder.resolve(strict=True) != folder:
        raise NotADirectoryError(folder)
    with os.scandir(folder) as items:
        yield items


def _facts(item: os.DirEntry[str]) -> os.stat_result | None:
    """The stat of a regular file; None for links, pipes and files that are gone."""
    try:
        facts = item.stat(follow_symlinks=False)
    except OSError:
        return None
    return facts if stat.S_ISREG(facts.st_mode) else None


def _entry(root: Path, item: os.DirEntry[str]) -> Entry | None:
    facts = _facts(item)
    if facts is None:
        return None
    path = Path(item.path)
    position = quote_from_bytes(os.fsencode(path.relative_to(root).as_posix()))
    return Entry(path, position, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))
