"""Commands of an operator on the store of grants and sessions, beside the servers that use it."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable

from mcp_chassis.failures import Failure
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.remote.accounts.setup import grants_file
from mcp_chassis.remote.accounts.store import GrantStore
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.settings import BadSettings

EXIT_FAILED = 1
UNKNOWN_KEY = "encrypted with a key that is not in MCP_GRANT_KEYS"
Act = Callable[[GrantStore, RemoteSettings], Awaitable[int]]


def run(act: Act) -> int:
    """Run a command on the store that the settings name; return its exit code."""
    remote = RemoteSettings.load()
    try:
        return asyncio.run(_acted(act, remote))
    except Failure as failure:
        sys.stderr.write(f"{failure.message}\n")
        return EXIT_FAILED


def keys_of(remote: RemoteSettings) -> list[str]:
    """The keys that encrypt what is stored.

    Raises:
        BadSettings: when none is set.
    """
    if not remote.grant_keys:
        raise BadSettings(["MCP_GRANT_KEYS: is needed, with the same keys as the servers"])
    return [key.get_secret_value() for key in remote.grant_keys]


async def _acted(act: Act, remote: RemoteSettings) -> int:
    async with _store(remote) as store:
        return await act(store, remote)


@contextlib.asynccontextmanager
async def _store(remote: RemoteSettings) -> AsyncGenerator[GrantStore]:
    if remote.redis_url is None:
        async with contextlib.aclosing(FileGrantStore(grants_file(remote))) as store:
            yield store
        return
    from mcp_chassis.remote.redis.client import RedisClient
    from mcp_chassis.remote.redis.grant_store import RedisGrantStore

    async with contextlib.aclosing(RedisClient(remote.redis_url.get_secret_value())) as link:
        yield RedisGrantStore(link)
