"""Items that are asked for within a tenth of a second, grouped by the account that their owner's requests use."""

import hashlib
from typing import Generic, Protocol, TypeVar

from mcp_chassis.accounts.signed_in_secret import on_behalf_of
from mcp_chassis.batching import Execute, KeyedBatcher

Item = TypeVar("Item")
Value = TypeVar("Value")


class Token(Protocol):
    """A credential that is made ready, then revealed for the owner of the current request."""

    async def ready(self) -> None: ...
    def reveal(self) -> str: ...


class AccountBatches(Generic[Item, Value]):
    """Batches of items, those of each account apart.

    Args:
        token: None without one, where GraphQL refuses everything.
        execute, most: see `Batcher`.
    """

    def __init__(self, token: Token | None, execute: Execute[Item, Value], *, most: int) -> None:
        self._token = token
        self._batches = KeyedBatcher(execute, most=most)

    async def submit(self, owner: str, item: Item) -> Value | None:
        """The value for the item; None without a token.

        Raises:
            Failure: of this item, or of the whole request.
        """
        if self._token is None:
            return None
        with on_behalf_of(owner):
            await self._token.ready()
            account = hashlib.sha256(self._token.reveal().encode()).hexdigest()
        return await self._batches.submit(account, item)
