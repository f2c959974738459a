"""Lifespan of a running server: from its connection to the closing of its stores."""

import dataclasses
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.sign_in import CallerConnections


@dataclasses.dataclass(frozen=True)
class Lifespan:
    """The server's connection; if callers act with accounts of their own, also their connections."""

    connection: Any
    acting: CallerConnections | None = None

    def connected(self) -> AbstractAsyncContextManager[Any]:
        """The connection for the current caller: the server's, or one with the caller's own credential."""
        return nullcontext(self.connection) if self.acting is None else self.acting.connected(current_principal())


@asynccontextmanager
async def serving(app: Any) -> AsyncGenerator[Lifespan]:
    """Connect a `Dispatch` while it is served, and close its tasks and stores afterwards."""
    watch = app.server.watch
    async with app.server.connect(app.bound_settings) as connection:
        app.connection = connection
        app.long_calls.watched()
        try:
            async with watch(connection, app.bus) if watch else nullcontext():
                yield Lifespan(connection, app.acting)
        finally:
            await app.long_calls.runner.aclose()
            await app.memory.aclose()
