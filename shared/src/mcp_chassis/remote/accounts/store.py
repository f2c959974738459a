"""Where grants and half-finished sign-ins are kept, sealed."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from mcp_chassis.failures import Unavailable

Owner = tuple[str, str]
"""The server's name and the principal."""


class GrantStore(Protocol):
    """Keeps sealed texts. Every method raises `Unavailable` when the place cannot be used."""

    async def grant(self, owner: Owner) -> str | None: ...
    async def put(self, owner: Owner, sealed: str) -> None: ...
    async def drop(self, owner: Owner) -> bool: ...
    async def all(self) -> Mapping[Owner, str]: ...
    async def lay(self, name: str, sealed: str, seconds: int) -> None: ...

    async def take(self, name: str) -> str | None:
        """What `lay` put there, once."""
        ...

    def alone(self, owner: Owner) -> AbstractAsyncContextManager[None]:
        """While it is open nobody else of any replica is in here for this owner."""
        ...

    async def aclose(self) -> None: ...


def unavailable() -> Unavailable:
    return Unavailable(
        "This server cannot look up whether you have signed in; the upstream was not asked.",
        remedy="Try again in a moment.",
        retry_after_seconds=5,
    )
