"""News of changes, from the operating system's own file events."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated, SubscriptionBus

from files_server.folder import Folder, uri_of
from files_server.settings import FilesSettings

SETTLED_MS = 50
BREAK = 1.0
"""Seconds before a watch that has ended is taken up again: a folder may be away for long."""
log = logging.getLogger(__name__)
Watcher = Callable[..., AsyncGenerator[set[tuple[int, str]]]]


@asynccontextmanager
async def connect(settings: FilesSettings) -> AsyncGenerator[Folder]:
    yield Folder(settings.allowed_dir)


@asynccontextmanager
async def watch(folder: Folder, bus: SubscriptionBus) -> AsyncGenerator[None]:
    """While the server lives, every change of a file is published as an update of its resource."""
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
    """Watching ends with a name that is no text and with the folder itself; it is then taken up again."""
    while not stop.is_set():
        try:
            await _publish(folder, bus, stop)
        except* (RuntimeError, OSError) as ended:
            log.warning("Changes of files were missed", extra={"reason": str(ended.exceptions[0])})
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BREAK)
            await bus.publish(ResourcesListChanged())


async def _publish(folder: Folder, bus: SubscriptionBus, stop: asyncio.Event) -> None:
    import watchfiles

    watcher: Watcher = vars(watchfiles)["awatch"]  # its own annotation needs trio to be understood
    async for changes in watcher(folder.root, stop_event=stop, debounce=SETTLED_MS, step=SETTLED_MS):
        for change, path in sorted(changes):
            await bus.publish(ResourceUpdated(uri=uri_of(Path(path))))
            if change != watchfiles.Change.modified:
                await bus.publish(ResourcesListChanged())
