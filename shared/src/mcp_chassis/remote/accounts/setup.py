"""Assembly of sign-in and grants, for servers whose callers act with accounts of their own."""

import contextlib
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp_chassis.failures import PermissionDenied
from mcp_chassis.remote.accounts.caller_settings import settings_of_caller
from mcp_chassis.remote.accounts.connections import Connections
from mcp_chassis.remote.accounts.encryption import TokenCipher
from mcp_chassis.remote.accounts.grants import Grants
from mcp_chassis.remote.accounts.sign_in_pages import SignInPages
from mcp_chassis.remote.accounts.store import GrantStore
from mcp_chassis.remote.accounts.token_client import TokenClient
from mcp_chassis.remote.app import Page
from mcp_chassis.remote.auth.issuer_client import IssuerClient
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.settings import ClientSettings, RemoteSettings
from mcp_chassis.server import Server
from mcp_chassis.settings import BadSettings, Environment, ServerSettings
from mcp_chassis.sign_in import OAuthApp, SignIn
from mcp_chassis.telemetry.redaction import register_secret


@dataclasses.dataclass(frozen=True)
class Actors:
    """Parts of a server whose callers act with accounts of their own: grants, sign-in pages, and resources to close."""

    grants: Grants
    pages: dict[str, Page]
    resources: list[contextlib.AbstractAsyncContextManager[object]]


def actors(
    mount: str,
    server: Server[Any],
    settings: ServerSettings,
    remote: RemoteSettings,
    *,
    environment: Environment,
    store: Callable[[RemoteSettings], GrantStore],
) -> Actors | None:
    """The parts that let callers sign in; None if no client id is set, so that all share the server's credential.

    Raises:
        BadSettings: when a setting that signing in needs is missing.
    """
    prefix = server.settings.model_config.get("env_prefix", "")
    client = ClientSettings.under(prefix, environment) if server.sign_in else None
    if server.sign_in is None or client is None or client.client_id is None:
        return None
    secret, public_url, keys = _needed(prefix, client, remote)
    register_secret(secret)
    documents, sign_in, app = IssuerClient(), _placed(server.sign_in, client), OAuthApp(client.client_id, secret)
    url = f"{public_url}/oauth/{mount}"

    def connect(token: str) -> contextlib.AbstractAsyncContextManager[Any]:
        return server.connect(settings_of_caller(settings, sign_in.credential, token))

    grants = Grants(
        mount,
        client=TokenClient(sign_in, app, documents),
        store=store(remote),
        cipher=TokenCipher(keys),
        start_url=f"{url}/start",
        connections=Connections(connect),
        take_back=lambda token: _taken_back(sign_in, settings, app, token),
    )
    consent = SignInPages(grants, url, Origins.of(remote.allowed_hosts, (), public_url))
    pages: dict[str, Page] = {f"/oauth/{mount}/start": consent.start, f"/oauth/{mount}/callback": consent.callback}
    closing = [contextlib.aclosing(thing) for thing in (documents, grants.store, grants.connections)]
    return Actors(grants, pages, [*closing])


async def _taken_back(sign_in: SignIn, settings: ServerSettings, app: OAuthApp, token: str) -> None:
    if sign_in.revoke is None:
        raise PermissionDenied(f"{sign_in.title} has no way to revoke this from here.", remedy="Revoke the app there.")
    await sign_in.revoke(settings, app, token)


def _needed(prefix: str, client: ClientSettings, remote: RemoteSettings) -> tuple[str, str, list[str]]:
    missing = [
        name
        for name, value in (
            (f"{prefix}CLIENT_SECRET", client.client_secret),
            ("MCP_PUBLIC_URL", remote.public_url),
            ("MCP_GRANT_KEYS", remote.grant_keys),
            ("MCP_API_KEY, MCP_API_KEYS_FILE, MCP_OAUTH_ISSUER or MCP_OAUTH_PROXY_ISSUER", remote.authenticated),
        )
        if not value
    ]
    if missing or client.client_secret is None or remote.public_url is None:
        raise BadSettings([f"{prefix}CLIENT_ID: needs {name} too" for name in missing])
    keys = [key.get_secret_value() for key in remote.grant_keys]
    return client.client_secret.get_secret_value(), remote.public_url, keys


def _placed(sign_in: SignIn, client: ClientSettings) -> SignIn:
    """The sign-in with the URLs in the settings, for a self-hosted upstream."""
    return dataclasses.replace(
        sign_in,
        authorize_url=client.authorize_url or sign_in.authorize_url,
        token_url=client.token_url or sign_in.token_url,
    )


def grants_file(remote: RemoteSettings) -> Path:
    """The file of grants: that of `MCP_GRANTS_FILE`, else one in the user's state folder."""
    from platformdirs import user_state_path

    return remote.grants_file or user_state_path("toolroll") / "grants.sqlite3"
