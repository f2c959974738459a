"""Pages of the list of resources: the fixed resources, then the entries of each template that lists them."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp_types import Annotations, ListResourcesResult
from mcp_types import Resource as WireResource

from mcp_chassis.failures import Failure, InvalidInput
from mcp_chassis.listing import Entry, EntryPage
from mcp_chassis.output.cursors import Position, binding
from mcp_chassis.output.render import Renderer
from mcp_chassis.pipeline.bound_function import BoundFunction
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.pipeline.resource_registry import ResourceRegistry
from mcp_chassis.pipeline.transport import Authorizer
from mcp_chassis.tools import RESOURCES, ResourceDefinition

Note = Callable[..., Awaitable[None]]

FIRST_PAGE_SECONDS = 5.0
"""Maximum time of the first page, which hosts may request when they start; slower entries are on the next page."""
BEGINNING = "entries-of-"
"""Prefix of a cursor for the first entries of a template. It is not signed, since it contains no position, so it is
the same in every process."""


class ResourcePages:
    """The list of resources in pages.

    Args:
        gate: authorizes callers; one who may not read resources gets an empty list.
        delivery: signs cursors, and removes invisible characters and secrets from names.
        note: records that a principal was given untrusted text.
        usual_seconds: the deadline of a template without one of its own.
    """

    def __init__(
        self, catalog: ResourceRegistry, gate: Authorizer, delivery: Renderer, note: Note, usual_seconds: float
    ) -> None:
        self._catalog = catalog
        self._gate = gate
        self._listed = catalog.listed_templates()
        self._cursors = delivery.cursors
        self._line = delivery.line
        self._note = note
        self._usual_seconds = usual_seconds

    async def page(self, ctx: Context[Any, Any], cursor: str | None) -> ListResourcesResult:
        """The page at `cursor`; the first page without it.

        Raises:
            InvalidInput: when the cursor is of another list or another caller.
            Failure: when the entries cannot be listed now; instead of failing, the first page has a cursor to them.
        """
        if not self._gate.admits(RESOURCES):
            return ListResourcesResult(resources=[])
        if cursor is not None:
            place, position = self._opened(cursor)
            return self._wire(await self._entries(ctx, place, position), place)
        fixed = self._catalog.wire_resources()
        if not self._listed:
            return ListResourcesResult(resources=fixed)
        page = None if self._asks_upstream(0) else await self._soon(ctx)
        if page is None:
            return ListResourcesResult(resources=fixed, next_cursor=f"{BEGINNING}0")
        listed = self._wire(page, 0)
        return listed.model_copy(update={"resources": [*fixed, *listed.resources]})

    async def _soon(self, ctx: Context[Any, Any]) -> EntryPage | None:
        """The first entries; None if they cannot be listed within `FIRST_PAGE_SECONDS`."""
        with anyio.move_on_after(FIRST_PAGE_SECONDS):
            try:
                return await self._entries(ctx, 0, None)
            except Failure:
                return None
        return None

    async def _entries(self, ctx: Context[Any, Any], place: int, position: str | None) -> EntryPage:
        template = self._listed[place]
        listing = template.definition.entries
        if listing is None:
            raise TypeError(f"{template.name} has no entries")

        async def run() -> EntryPage:
            async with ctx.request_context.lifespan_context.connected() as connection:
                return await listing.page(connection, position)

        page = await template.in_time({}, run, self._usual_seconds)
        await self._note(current_principal(), *(entry.name for entry in page.entries))
        return page

    def _wire(self, page: EntryPage, place: int) -> ListResourcesResult:
        template = self._listed[place]
        return ListResourcesResult(
            resources=[self._wire_entry(entry, template) for entry in page.entries],
            next_cursor=self._next_cursor(page, place),
        )

    def _wire_entry(self, entry: Entry, template: BoundFunction[ResourceDefinition]) -> WireResource:
        modified = entry.modified.isoformat(timespec="seconds") if entry.modified else None
        return WireResource(
            uri=entry.uri,
            name=self._line(entry.name),
            mime_type=entry.mime_type or template.definition.mime_type,
            size=entry.size,
            annotations=Annotations(last_modified=modified) if modified else None,
        )

    def _next_cursor(self, page: EntryPage, place: int) -> str | None:
        if page.next_position is not None:
            return self._cursors.seal(Position(json.dumps([place, page.next_position])), _bound_to())
        return f"{BEGINNING}{place + 1}" if place + 1 < len(self._listed) else None

    def _opened(self, cursor: str) -> tuple[int, str | None]:
        place = cursor.removeprefix(BEGINNING)
        if place != cursor and place.isdecimal() and int(place) < len(self._listed):
            return int(place), None
        own = self._cursors.open(cursor, _bound_to()).own
        if own is None:
            raise InvalidInput("The cursor contains no position.", remedy="Leave it out to start again.")
        place, position = json.loads(own)
        return place, position

    def _asks_upstream(self, place: int) -> bool:
        listing = self._listed[place].definition.entries
        return listing is not None and listing.asks_upstream


def _bound_to() -> bytes:
    return binding(current_principal(), "resources/list", {})
