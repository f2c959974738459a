"""Notifications of changed files, from the operating system's file events."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated, SubscriptionBus

from files_server.folder import Folder, uri_of
from files_server.settings import FilesSettings

SETTLED_MS = 50
RETRY_SECONDS = 1.0  # delay before a failed watch is restarted
log = logging.getLogger(__name__)
Watcher = Callable[..., AsyncGenerator[set[tuple[int, str]]]]


@asynccontextmanager
async def connect(settings: FilesSettings) -> AsyncGenerator[Folder]:
    yield Folder(settings.allowed_dir)


@asynccontextmanager
async def watch(folder: Folder, bus: SubscriptionBus) -> AsyncGenerator[None]:
    """Publish changes of files as updates of their resources while the context is open."""
    if not folder.is_set:
        yield
        return
    stop = asyncio.Event()
    telling = asyncio.get_running_loop().create_task(_tell(folder, bus, stop))
    try:
        yield
    finally:
        stop.set()
        await telling


async def _tell(folder: Folder, bus: SubscriptionBus, stop: asyncio.Event) -> None:
    """Watch until the server stops; restart after errors and when a folder was added or removed."""
    while not stop.is_set():
        try:
            await _publish(folder, bus, stop)
        except* (RuntimeError, OSError) as ended:
            log.warning("Changes of files were missed", extra={"reason": str(ended.exceptions[0])})
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RETRY_SECONDS)
            await bus.publish(ResourcesListChanged())


async def _publish(folder: Folder, bus: SubscriptionBus, stop: asyncio.Event) -> None:
    """Publish changes until a folder is added or removed, since each folder has a watch of its own.

    Links are not followed: one to a parent folder would make a recursive watch endless.
    """
    import watchfiles

    watcher: Watcher = vars(watchfiles)["awatch"]  # its type annotation refers to trio, which is not installed
    watched = await asyncio.to_thread(folders, folder.root)
    events = watcher(*watched, stop_event=stop, debounce=SETTLED_MS, step=SETTLED_MS, recursive=False)
    async for changes in events:
        for change, path in sorted(changes):
            await bus.publish(ResourceUpdated(uri=uri_of(Path(path))))
            if change != watchfiles.Change.modified:
                await bus.publish(ResourcesListChanged())
        if watched != (now := await asyncio.to_thread(folders, folder.root)):
            for file in await asyncio.to_thread(files_of, sorted(set(now) - set(watched))):
                await bus.publish(ResourceUpdated(uri=uri_of(file)))
            return


def folders(root: Path) -> list[Path]:
    """The folder and all folders below it, sorted; links are not followed."""
    return sorted(Path(place) for place, _, _ in os.walk(root, followlinks=False)) or [root]


def files_of(new: Sequence[Path]) -> list[Path]:
    """The files in new folders, which may have been created before the folder was watched."""
    return [Path(item.path) for place in new if place.is_dir() for item in os.scandir(place) if item.is_file()]
