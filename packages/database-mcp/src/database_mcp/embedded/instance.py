"""Embedded database of one server process, started by a background task that no call's deadline cancels."""

import asyncio
from pathlib import Path

from mcp_chassis.deadline import time_left
from mcp_chassis.failures import Unavailable
from mcp_chassis.telemetry.observer import current_observer

from database_mcp.embedded.folder import data_folder
from database_mcp.embedded.process import START_LIMIT_SECONDS, started
from database_mcp.embedded.sample import DATABASE, ROLE, dsn, fill

ANSWER_SECONDS = 1.5  # Seconds of a call's deadline that are reserved for its result.
REPORT_SECONDS = 2.0  # Seconds between two progress notifications.


class Embedded:
    """An embedded PostgreSQL with its data in `folder`, or in the user's data folder for None.

    `keep_running`: it is not stopped at the end of this process, but by the next server that exits.
    """

    def __init__(self, folder: Path | None, *, keep_running: bool = False) -> None:
        self._folder = folder
        self._keep_running = keep_running
        self._filled = False
        self._percent = 0
        self._task: asyncio.Task[str] | None = None

    async def ready(self) -> None:
        """Wait for the first start, up to the call's deadline.

        Raises:
            Unavailable: the database is not ready yet, or cannot be created.
        """
        if not self._filled:
            await self.dsn()

    async def dsn(self) -> str:
        """Start the database, create the sample shop on the first start, and return the DSN of the shipped role.

        Raises:
            Unavailable: the database is not ready yet or does not start, or the extra `embedded` is not installed.
        """
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._make())
        task, waited = self._task, 0.0
        limit = min(time_left() - ANSWER_SECONDS, START_LIMIT_SECONDS)
        while waited < limit:
            part = min(REPORT_SECONDS, limit - waited)
            done, _ = await asyncio.wait({task}, timeout=part)
            if done:
                return task.result()
            waited += part
            await current_observer().waiting("The embedded database", self._state)
        raise Unavailable(f"{self._state}.", remedy="Try again in a few seconds.", retry_after_seconds=5)

    @property
    def _state(self) -> str:
        return f"The sample database is being created: {self._percent} % done"

    async def _make(self) -> str:
        server = await asyncio.to_thread(
            started, self._folder or data_folder(), self._report, keep_running=self._keep_running
        )
        uri: str = server.get_uri()
        if not self._filled:
            self._report(40)
            await fill(uri, self._report)
            self._filled = True
        return dsn(uri, ROLE, DATABASE)

    def _report(self, percent: int) -> None:
        self._percent = max(self._percent, percent)
