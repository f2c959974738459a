"""What lives as long as a server does."""

import dataclasses
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from mcp_chassis.callers import principal
from mcp_chassis.signing_in import Acting


@dataclasses.dataclass(frozen=True)
class Lifespan:
    """What `connect` yielded, and who gives callers connections of their own."""

    connection: Any
    acting: Acting | None = None

    def connected(self) -> AbstractAsyncContextManager[Any]:
        """What the caller's tools receive: the server's connection, or one for the caller's own credential."""
        return nullcontext(self.connection) if self.acting is None else self.acting.connected(principal())
