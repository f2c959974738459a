"""The command `toolroll sessions`: lists and ends the sessions of the authorization proxy."""

import contextlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from mcp_chassis.output.sanitize import sanitize
from mcp_chassis.remote.accounts.encryption import TokenCipher
from mcp_chassis.remote.accounts.store import GrantStore
from mcp_chassis.remote.auth.proxy.identity_provider import IdentityProvider
from mcp_chassis.remote.auth.proxy.records import REGISTRATION, ProxyRecords
from mcp_chassis.remote.auth.proxy.sessions import Session, Sessions
from mcp_chassis.remote.auth.proxy.setup import AuthorizationProxy
from mcp_chassis.remote.proxy_settings import ISSUER
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.remote.store_command import EXIT_FAILED, UNKNOWN_KEY, keys_of, run
from mcp_chassis.settings import BadSettings

BY_OPERATOR = "ended by an operator"


def listed() -> int:
    """Print the person, server, scopes, last use and client of each session; return the exit code."""

    async def act(store: GrantStore, remote: RemoteSettings) -> int:
        records = ProxyRecords(store, TokenCipher(keys_of(remote)))
        sessions, unknown = await Sessions(records).all()
        for session in sessions:
            sys.stdout.write(await _line(session, records))
        return _told_unknown(unknown)

    return run(act)


async def _line(session: Session, records: ProxyRecords) -> str:
    used = datetime.fromtimestamp(session.rotated_at, UTC).strftime("%Y-%m-%dT%H:%MZ")
    client = await _client_name(session.client_id, records)
    columns = (session.principal, session.resource, ",".join(session.scopes), used, client)
    return sanitize("  ".join(columns))[0] + "\n"


async def _client_name(client_id: str, records: ProxyRecords) -> str:
    """The name that a client gave itself, quoted; its id if it has none, which is a URL if a document describes it."""
    registered = await records.find(REGISTRATION, client_id)
    name = registered["client"].get("client_name") if registered else None
    return json.dumps(name, ensure_ascii=False) if name else client_id


def ended(principal: str) -> int:
    """End all sessions of a person here, then revoke the provider's refresh tokens; return the exit code."""

    async def act(store: GrantStore, remote: RemoteSettings) -> int:
        keys_of(remote)
        if remote.oauth_proxy_issuer is None:
            raise BadSettings([f"{ISSUER}: is needed, as for the servers"])
        proxy = AuthorizationProxy(remote, store)
        async with contextlib.AsyncExitStack() as stack:
            for resource in proxy.resources:
                await stack.enter_async_context(resource)
            tokens = await proxy.server.sessions.end_all(principal, BY_OPERATOR)
            _, unknown = await proxy.server.sessions.all()
            _told_unknown(unknown)
            if not tokens:
                sys.stderr.write(f"{principal} has no session.\n")
                return EXIT_FAILED
            sys.stdout.write(f"Ended sessions of {principal}: {len(tokens)}. Their tokens are refused from now on.\n")
            await _revoke([token for token in tokens if token], proxy.server.provider)
        return 0

    return run(act)


async def _revoke(tokens: Sequence[str], provider: IdentityProvider) -> None:
    revoked = [await provider.revoke(token) for token in tokens]
    if not all(revoked):
        sys.stderr.write(
            f"{provider.issuer} did not confirm that {revoked.count(False)} of its refresh tokens are revoked; "
            "they are deleted here.\n"
        )


def _told_unknown(unknown: int) -> int:
    """Tell that there are sessions whose person cannot be read; return the exit code."""
    if unknown:
        sys.stderr.write(f"{unknown} sessions cannot be read: {UNKNOWN_KEY}.\n")
    return EXIT_FAILED if unknown else 0
