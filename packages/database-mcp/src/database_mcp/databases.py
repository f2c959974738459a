"""Registry of the server's databases by name."""

import asyncio
import difflib
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, TypeVar

from mcp_chassis.failures import NotFound
from mcp_chassis.results import Result
from mcp_chassis.tools import Connected
from pydantic import SecretStr

from database_mcp.database import Database
from database_mcp.embedded.instance import Embedded
from database_mcp.labelled_result import LabelledResult
from database_mcp.settings import DatabaseSettings
from database_mcp.target import Target

Labelled = TypeVar("Labelled", bound=Result)
Catalogued = TypeVar("Catalogued", bound=LabelledResult)


class Databases:
    """All databases by name, the default first; every tool receives the registry."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self.budget = settings.max_result_chars
        self.named = settings.named_queries()
        self._by_name = {target.name: _database(target, settings) for target in settings.targets()}

    def __iter__(self) -> Iterator[Database]:
        return iter(self._by_name.values())

    @property
    def names(self) -> list[str]:
        return list(self._by_name)

    @property
    def default(self) -> str:
        return next(iter(self._by_name))

    def others(self, database: Database) -> list[str] | None:
        """Names of all other databases; None if there are no others."""
        return [name for name in self.names if name != database.name] or None

    def labelled(self, database: Database, result: Labelled) -> Labelled:
        """The result with the name of its database, if there are several databases."""
        return result.model_copy(update={"database": database.name}) if len(self._by_name) > 1 else result

    async def catalogued(self, database: Database, result: Catalogued) -> Catalogued:
        """`result`, which has names and comments only, with its database and its label."""
        return self.labelled(database, result).trusted(await database.trusts_catalogue())

    def get(self, name: str | None) -> Database:
        """The database with this name, or the default database for None.

        Raises:
            NotFound: when no database has the name; the message lists the names.
        """
        chosen = self.default if name is None else name.lower()
        if chosen not in self._by_name:
            near = difflib.get_close_matches(chosen, self._by_name, n=1)
            asked = f" Did you mean {near[0]}?" if near else ""
            raise NotFound(
                f"No database is named {name!r}.{asked}", remedy=f"The databases are: {', '.join(self.names)}."
            )
        return self._by_name[chosen]

    async def close(self) -> None:
        await asyncio.gather(*(database.close() for database in self))


def _database(target: Target, settings: DatabaseSettings) -> Database:
    if target.dsn is None:
        embedded = Embedded(target.folder, keep_running=settings.keep_running)
        return Database(target, embedded.dsn, settings, ready=embedded.ready)
    return Database(target, _fixed(target.dsn), settings)


def _fixed(dsn: SecretStr) -> Callable[[], Awaitable[str]]:
    async def fixed_dsn() -> str:
        return dsn.get_secret_value()

    return fixed_dsn


Registry = Annotated[Databases, Connected]
