"""Storage of grants and unfinished sign-ins, encrypted."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from mcp_chassis.failures import Unavailable

LOCK_SECONDS = 15
"""Time after which the lock of an owner ends, if the process that holds it is gone."""
Owner = tuple[str, str]
"""The server's name and the principal."""


class GrantStore(Protocol):
    """Stores encrypted texts. Every method raises `Unavailable` when the storage cannot be used."""

    async def grant(self, owner: Owner) -> str | None:
        """The encrypted grant of an owner; None if there is none."""
        ...

    async def put(self, owner: Owner, sealed: str) -> None:
        """Store an encrypted grant, replacing one of the same owner."""
        ...

    async def replace(self, owner: Owner, old: str, new: str) -> bool:
        """Replace an encrypted grant in one atomic step if it is still `old`; return whether it was."""
        ...

    async def drop(self, owner: Owner) -> bool:
        """Delete the grant of an owner; return whether there was one."""
        ...

    async def all(self) -> Mapping[Owner, str]:
        """The encrypted grants of all owners."""
        ...

    async def put_once(self, name: str, sealed: str, seconds: int) -> bool:
        """Store a text for some seconds; return False if the name is taken."""
        ...

    async def put_for(self, name: str, sealed: str, seconds: int) -> None:
        """Store a text for some seconds, replacing one of the same name."""
        ...

    async def put_again(self, name: str, sealed: str, seconds: int) -> bool:
        """Replace the text of a name and its lifetime in one atomic step; return False if there is none to replace."""
        ...

    async def replace_text(self, name: str, old: str, new: str) -> bool:
        """Replace a text in one atomic step if it is still `old`; its lifetime stays. Return whether it was."""
        ...

    async def texts(self, prefix: str) -> Mapping[str, str]:
        """The texts that have not expired and whose names begin with `prefix`, by name."""
        ...

    async def read(self, name: str) -> str | None:
        """The text that `put_once` or `put_for` stored; None if there is none."""
        ...

    async def take(self, name: str) -> str | None:
        """Remove and return the text that `put_once` or `put_for` stored, in one atomic step; None if there is none."""
        ...

    def locked(self, owner: Owner) -> AbstractAsyncContextManager[None]:
        """Lock for one owner across replicas."""
        ...

    async def aclose(self) -> None: ...


def unavailable() -> Unavailable:
    return Unavailable(
        "This server cannot look up whether you have signed in; the upstream was not called.",
        remedy="Try again in a moment.",
        retry_after_seconds=5,
    )
