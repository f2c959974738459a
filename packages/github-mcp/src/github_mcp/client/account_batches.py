"""Batches of items requested within a tenth of a second, one batch for each account that the requests use."""

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
"""Failures of a batch request after which each item is read from the REST API, since its own state is unknown."""

Item = TypeVar("Item")
Value = TypeVar("Value")


class Token(Protocol):
    """A credential with a token for the owner of the current request: `ready` loads it, `reveal` returns it."""

    async def ready(self) -> None: ...
    def reveal(self) -> str: ...


class AccountBatches(Generic[Item, Value]):
    """Batches of items, kept separate for each account.

    Args:
        token: the credential; None if there is none, since GraphQL then refuses every request.
        execute, most: as for `KeyedBatcher`.
    """

    def __init__(self, token: Token | None, execute: Execute[Item, Value], *, most: int) -> None:
        self._token = token
        self._execute = execute
        self._batches = KeyedBatcher(self._executed, most=most)

    async def submit(self, owner: str, item: Item) -> Value | None:
        """Add an item to the current batch of the owner's account, and return its value; None without a token.

        Raises:
            Failure: that of this item, or of the whole request.
        """
        if self._token is None:
            return None
        with on_behalf_of(owner):
            await self._token.ready()
            account = hashlib.sha256(self._token.reveal().encode()).hexdigest()
        return await self._batches.submit(account, item)

    async def _executed(self, items: Sequence[Item]) -> Sequence[Value | Failure | None]:
        """Execute a batch; report to the hosts of all its calls how many items GraphQL did not return."""
        values = await self._execute(items)
        left = sum(value is None for value in values)
        if left and len(items) > 1:
            await announce(
                "info", f"GitHub: GraphQL returns no data for {left} of {len(items)} items; they are read by REST."
            )
        return values


def whole_record(answer: Response, kind: type[Parsed], place: str, *, operation: str) -> Parsed | None:
    """The record of one field of a batch response; None if any part of it cannot be parsed."""
    # A partial record would need a warning, and a batch belongs to no single call that could show it.
    with collecting() as unread:
        try:
            record = read_record(answer.json, kind, upstream=answer.upstream, operation=operation, at=f"data.{place}")
        except UpstreamError:
            return None
    return None if unread else record
