"""What lives as long as a server does."""

import dataclasses
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.sign_in import CallerConnections


@dataclasses.dataclass(frozen=True)
class Lifespan:
    """What `connect` yielded, and who gives callers connections of their own."""

    connection: Any
    acting: CallerConnections | None = None

    def connected(self) -> AbstractAsyncContextManager[Any]:
        """What the caller's tools receive: the server's connection, or one for the caller's own credential."""
        return nullcontext(self.connection) if self.acting is None else self.acting.connected(current_principal())


@asynccontextmanager
async def serving(app: Any) -> AsyncGenerator[Lifespan]:
    """Connect a `Dispatch` for as long as it is served."""
    watch = app.server.watch
    async with app.server.connect(app.bound_settings) as connection:
        app.connection = connection
        try:
            async with watch(connection, app.bus) if watch else nullcontext():
                yield Lifespan(connection, app.acting)
        finally:
            await app.memory.aclose()
