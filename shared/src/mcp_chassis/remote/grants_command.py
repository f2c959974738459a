"""The command `toolroll grants`: lists, revokes and forgets grants, and encrypts what is stored with a new key."""

import contextlib
import sys

from mcp_chassis.environment import full_environment
from mcp_chassis.failures import Failure
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.setup import actors
from mcp_chassis.remote.accounts.store import GrantStore
from mcp_chassis.remote.auth.proxy.records import ProxyRecords
from mcp_chassis.remote.command import installed
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.remote.store_command import EXIT_FAILED, UNKNOWN_KEY, keys_of, run
from mcp_chassis.settings import BadSettings


def listed() -> int:
    """Print each server and principal with a grant; return the exit code."""

    async def act(store: GrantStore, _: RemoteSettings) -> int:
        for mount, principal in await store.all():
            sys.stdout.write(f"{mount}  {principal}\n")
        return 0

    return run(act)


def revoked(mount: str, principal: str, *, anyway: bool) -> int:
    """Revoke a grant at the upstream and delete it, with `anyway` even if revoking fails; return the exit code."""

    async def act(store: GrantStore, _: RemoteSettings) -> int:
        try:
            if not await _revoked(mount, principal, store):
                sys.stderr.write(f"{principal} has no grant at {mount}.\n")
                return EXIT_FAILED
        except (Failure, DecryptionFailed, BadSettings) as exc:
            forgot = anyway and await store.drop((mount, principal))
            outcome = "Deleted here anyway: revoke the app there." if forgot else "Still stored here; see --anyway."
            sys.stderr.write(f"{principal} is not revoked at {mount}. {_why(exc)} {outcome}\n")
            return EXIT_FAILED
        sys.stdout.write(f"{principal} is revoked at {mount}, and deleted here.\n")
        return 0

    return run(act)


async def _revoked(mount: str, principal: str, store: GrantStore) -> bool:
    environment, server = full_environment(), installed().get(mount)
    if server is None:
        raise BadSettings([f"No server called {mount} is installed."])
    remote, settings = RemoteSettings.of(mount, environment), server.settings.load(environment)
    found = actors(mount, server, settings, remote, environment=environment, store=lambda _: store)
    if found is None:
        raise BadSettings([f"{mount} has no sign-in: its client id is not set here."])
    async with contextlib.AsyncExitStack() as stack:
        for resource in found.resources:
            await stack.enter_async_context(resource)
        return await found.grants.revoke(principal)


def _why(problem: Failure | DecryptionFailed | BadSettings) -> str:
    if isinstance(problem, DecryptionFailed):
        return f"It is {UNKNOWN_KEY}."
    return problem.message if isinstance(problem, Failure) else str(problem)


def forgotten(mount: str, principal: str) -> int:
    """Delete a grant here, so that the next call asks the person to sign in; return the exit code."""

    async def act(store: GrantStore, _: RemoteSettings) -> int:
        if await store.drop((mount, principal)):
            sys.stdout.write(f"{principal} has no grant here any more; the app is not revoked at {mount}.\n")
            return 0
        sys.stderr.write(f"{principal} has no grant at {mount}.\n")
        return EXIT_FAILED

    return run(act)


def sealed_again() -> int:
    """Encrypt all that is stored with the first key of MCP_GRANT_KEYS, so that others can be removed.

    Those are grants, and the registrations and sessions of the authorization proxy. Return the exit code.
    """

    async def act(store: GrantStore, remote: RemoteSettings) -> int:
        cipher = TokenCipher(keys_of(remote))
        broken = await _grants_sealed_again(store, cipher)
        records, unknown = await ProxyRecords(store, cipher).seal_again()
        sys.stdout.write("Every grant that could be decrypted is encrypted with the first key.\n")
        if records:
            sys.stdout.write(f"So are {records} records of the authorization proxy, such as clients and sessions.\n")
        if unknown:
            sys.stderr.write(f"{unknown} records of the authorization proxy: {UNKNOWN_KEY}.\n")
        return EXIT_FAILED if broken or unknown else 0

    return run(act)


async def _grants_sealed_again(store: GrantStore, cipher: TokenCipher) -> int:
    """Encrypt every grant again, unless a server has replaced it meanwhile; return how many no key decrypts."""
    broken = 0
    for owner, sealed in (await store.all()).items():
        try:
            await store.replace(owner, sealed, cipher.sealed_again(sealed))
        except DecryptionFailed:
            broken += 1
            sys.stderr.write(f"{owner[1]} at {owner[0]}: {UNKNOWN_KEY}.\n")
    return broken
