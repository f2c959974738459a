"""Depth-first listing of a folder that resumes at any position without reading the folders before it."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote

from files_server.folder import Folder, type_of, uri_of

Steps = Sequence[str]


@dataclass(frozen=True)
class Entry:
    """One file; `position` is where the walk goes on after it."""

    path: Path
    position: str
    size: int
    modified: datetime

    @property
    def uri(self) -> str:
        return uri_of(self.path)

    @property
    def mime_type(self) -> str:
        return type_of(self.path)


def files(folder: Folder, after: str | None = None) -> Iterator[Entry]:
    """Every regular file below the folder, folder by folder in the order of names; links are not followed.

    A folder is read when its turn comes. Those that lie wholly before the position are not read at all, so that a page
    costs what it shows and the folders above it, wherever in the tree it stands.

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


def _from(folder: Path, after: Steps) -> Iterator[tuple[os.DirEntry[str], Steps]]:
    """Entries of one folder from a position on, by name; the folder on the path to it comes with the steps below."""
    for item in _read(folder):
        if not after or item.name > after[0]:
            yield item, ()
        elif item.name == after[0] and item.is_dir(follow_symlinks=False):
            yield item, after[1:]


def _read(folder: Path) -> list[os.DirEntry[str]]:
    """Entries of a folder; none where it is gone, not readable, or reached through a link or a Windows junction."""
    try:
        if folder.resolve(strict=True) != folder:
            return []
        with os.scandir(folder) as items:
            return sorted(items, key=lambda item: item.name)
    except OSError:
        return []


def _entry(root: Path, item: os.DirEntry[str]) -> Entry | None:
    """The entry of a regular file; None for links, pipes and files that are gone."""
    try:
        facts = item.stat(follow_symlinks=False)
    except OSError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    path = Path(item.path)
    position = quote_from_bytes(os.fsencode(path.relative_to(root).as_posix()))
    return Entry(path, position, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))
