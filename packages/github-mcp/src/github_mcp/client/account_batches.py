"""Items that are asked for within a tenth of a second, grouped by the account that their owner's requests use."""

import hashlib
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from mcp_chassis.accounts.signed_in_secret import on_behalf_of
from mcp_chassis.batching import Execute, KeyedBatcher
from mcp_chassis.failures import Failure, InvalidInput, NotFound, PermissionDenied, UpstreamError
from mcp_chassis.http.records import Parsed, read_record
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import collecting
from mcp_chassis.telemetry.observer import announce

REFUSALS = (PermissionDenied, NotFound, InvalidInput, UpstreamError)
"""Failures of a shared request that say nothing of its items: each is asked for by REST."""

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
        self._execute = execute
        self._batches = KeyedBatcher(self._executed, most=most)

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

    async def _executed(self, items: Sequence[Item]) -> Sequence[Value | Failure | None]:
        """The values; the hosts of all hear how many items GraphQL did not give, unless it was not asked at all."""
        values = await self._execute(items)
        left = sum(value is None for value in values)
        if left and len(items) > 1:
            await announce("info", f"GitHub: GraphQL does not give {left} of {len(items)}; REST is asked for them.")
        return values


def whole_record(answer: Response, kind: type[Parsed], place: str, *, operation: str) -> Parsed | None:
    """The record of one field of a shared answer; None where it, or any part of it, cannot be read.

    Nobody would hear a warning here: a batch belongs to no single call.
    """
    with collecting() as unread:
        try:
            record = read_record(answer.json, kind, upstream=answer.upstream, operation=operation, at=f"data.{place}")
        except UpstreamError:
            return None
    return None if unread else record
