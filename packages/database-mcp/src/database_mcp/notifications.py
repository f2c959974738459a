"""Notification of subscribers about changed schemas, tables and records, with one LISTEN connection per database."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import anyio
from mcp.server.subscriptions import ResourceUpdated, SubscriptionBus
from mcp_chassis.failures import Failure

from database_mcp.catalog.relations import VISIBLE
from database_mcp.client.driver import connection_lost, translated_errors
from database_mcp.client.protocols import Connection
from database_mcp.database import Database
from database_mcp.databases import Databases

CATALOGUE_POLL_SECONDS = (
    30.0  # Seconds between two comparisons of the catalogue, which replace a missing event trigger.
)
SCHEMA_CHANNEL, RECORD_CHANNEL = "mcp_schema", "mcp_record"

# Hash of a table's definition: it changes with the columns, constraints and indexes.
_LOOKS_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name, md5(concat_ws(' ', c.oid, c.relkind,
    (SELECT string_agg(concat_ws(' ', a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attisdropped), ','
        ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
    (SELECT string_agg(concat_ws(' ', k.oid, k.convalidated), ',' ORDER BY k.oid) FROM pg_constraint k
        WHERE k.conrelid = c.oid),
    (SELECT string_agg(concat_ws(' ', i.indexrelid, i.indisvalid), ',' ORDER BY i.indexrelid) FROM pg_index i
        WHERE i.indrelid = c.oid))) AS looks
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {visible}
""".replace("{visible}", VISIBLE)

logger = logging.getLogger(__name__)
Looks = dict[tuple[str, str], str]


@asynccontextmanager
async def watch(databases: Databases, bus: SubscriptionBus) -> AsyncGenerator[None]:
    """Start watching each database at its first use, since the start of the server uses no network."""
    async with anyio.create_task_group() as watching:
        for database in databases:
            watching.start_soon(Watcher(database, bus).run)
        yield
        watching.cancel_scope.cancel()


class Watcher:
    """Listener for changes in one database that publishes changed resources; `poll` is in seconds."""

    def __init__(self, database: Database, bus: SubscriptionBus, poll: float = CATALOGUE_POLL_SECONDS) -> None:
        self._database = database
        self._bus = bus
        self._poll = poll
        self._news = anyio.Event()
        self._heard: list[tuple[str, str]] = []
        self._looks: Looks | None = None

    async def run(self) -> None:
        """Listen until cancelled; the connection is opened again after each loss."""
        await self._database.used.wait()
        while True:
            try:
                async with self._database.listening() as connection:
                    await self._listen(connection)
            except Failure as failure:
                logger.info("the LISTEN connection of %s was lost: %s", self._database.name, failure.message)
            await anyio.sleep(self._poll)

    async def _listen(self, connection: Connection) -> None:
        with translated_errors():
            connection.add_termination_listener(self._wake)
            for channel in self._channels():
                await connection.add_listener(channel, self._on_notification)
        while not connection.is_closed():
            await self._compare(connection)
            with anyio.move_on_after(self._poll):
                await self._news.wait()
            self._news = anyio.Event()
            await self._publish_received()
        raise connection_lost()

    def _channels(self) -> tuple[str, ...]:
        target = self._database.target
        return (SCHEMA_CHANNEL, RECORD_CHANNEL, *target.notify_channels) if target.listen else ()

    def _on_notification(self, connection: object, pid: int, channel: str, payload: str) -> None:
        self._heard.append((channel, payload))
        self._wake()

    def _wake(self, *_: object) -> None:
        self._news.set()

    async def _publish_received(self) -> None:
        heard, self._heard = self._heard, []
        changed: dict[tuple[str, ...], None] = {}  # Each notification once, in order.
        for channel, payload in heard:
            if channel == RECORD_CHANNEL:
                changed.update(dict.fromkeys(_changed_rows(payload)))
            elif channel != SCHEMA_CHANNEL:
                self._database.notices[channel].append(payload)
                changed["notify", channel] = None
        for path in changed:
            await self._publish(*path)

    async def _compare(self, connection: Connection) -> None:
        """Publish the tables whose definition changed since the last comparison; the first one only stores them."""
        with translated_errors():
            rows = await connection.fetch(_LOOKS_SQL, list(self._database.target.rules.schemas) or None)
        looks: Looks = {(row["schema"], row["name"]): row["looks"] for row in rows}
        before, self._looks = self._looks, looks
        if before is None or before == looks:
            return
        self._database.forget_catalogue()
        await self._publish("schema")
        for table in before.keys() | looks.keys():
            if before.get(table) != looks.get(table):
                await self._publish(*table)

    async def _publish(self, *parts: str) -> None:
        path = "/".join(quote(part, safe="") for part in parts)
        await self._bus.publish(ResourceUpdated(uri=f"db://{self._database.name}/{path}"))


def _changed_rows(payload: str) -> list[tuple[str, ...]]:
    """Resource paths for the payload of a row trigger: the record, the table and the table's sample.

    Empty if the payload does not have the form of the shipped trigger; without a record if it contains no key.
    """
    try:
        named: Any = json.loads(payload)
        table = (str(named["schema"]), str(named["table"]))
        key = named["key"]
    except (ValueError, KeyError, TypeError):
        return []
    record = [] if key is None else [(*table, "record", str(key))]
    return [*record, table, (*table, "sample")]
