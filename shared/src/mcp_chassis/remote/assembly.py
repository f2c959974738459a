"""Builds the application of a process from its settings: the servers, the checks before them, the shared services."""

import contextlib
import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.operation_metrics import measure
from mcp_chassis.pipeline.read_cache import NoResults
from mcp_chassis.pipeline.transport import TransportServices
from mcp_chassis.remote.app import Application, Page, page_of
from mcp_chassis.remote.auth.api_keys import ApiKeyStore
from mcp_chassis.remote.auth.authenticate import Authentication, Verifier
from mcp_chassis.remote.auth.challenges import Challenges
from mcp_chassis.remote.auth.scopes import Scopes
from mcp_chassis.remote.endpoint import Endpoint, Guard
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.http.rate_limiter import Limiter, SlidingWindow
from mcp_chassis.remote.http.sign_in_hints import ASK_FOR_A_KEY, ASK_THE_ISSUER, NO_CREDENTIAL_NEEDED
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.metrics_page import MetricsPage
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.remote.workers.metrics_files import MetricsFiles
from mcp_chassis.server import Server
from mcp_chassis.settings import BadSettings, Environment, ServerSettings
from mcp_chassis.sign_in import CallerConnections
from mcp_chassis.tasks.services import TaskServices

if TYPE_CHECKING:
    from mcp_chassis.remote.accounts.store import GrantStore
    from mcp_chassis.remote.auth.proxy.setup import AuthorizationProxy
    from mcp_chassis.remote.redis.client import RedisClient

Servers = Mapping[str, Server[Any]]
"""Servers by the path before `/mcp`, which is empty for a single server."""


WELL_KNOWN = "/.well-known/oauth-protected-resource"


def mount_of(server: Server[Any]) -> str:
    """The short name of a server, in paths and in scopes: `github` for `github-mcp`."""
    return server.name.removesuffix("-mcp")


def name_of(servers: Servers) -> str:
    """The name of a process: its one server's, else `toolroll`."""
    return next(iter(servers.values())).name if len(servers) == 1 else "toolroll"


def application(
    servers: Servers, environment: Environment, flight: InFlightRequests, metrics: MetricsFiles | None = None
) -> Application:
    """Build the application of a process; nothing is opened or connected yet.

    Args:
        servers: by the path before `/mcp`.
        environment: the variables.
        flight: the requests in flight.
        metrics: the metrics pages of all workers, if the process is one of several.

    Raises:
        BadSettings: naming each invalid variable.
        InvalidDefinition: naming a tool, resource or prompt that is invalid.
    """
    process = _Process(flight, RemoteSettings.load(environment))
    endpoints = {f"{path}/mcp": _endpoint(server, path, environment, process) for path, server in servers.items()}
    flight.overloads.append(lambda: flight.requests.count >= process.remote.max_in_flight)
    guard = process.own_guard(list(endpoints.values()))
    page = process.pages["/metrics"] = MetricsPage(
        guard,
        flight,
        probes={endpoint.scopes.mount: endpoint.probe for endpoint in endpoints.values()},
        open_to_all=not any(endpoint.authenticated for endpoint in endpoints.values()),
        files=metrics,
    )
    if metrics:
        process.resources.append(metrics.written_regularly(page.own))
    return Application(
        name_of(servers),
        endpoints=endpoints,
        pages=process.pages,
        flight=flight,
        hint=_hint(process.remote, list(endpoints.values())),
        origins=guard.origins,
        resources=process.resources,
    )


def _hint(remote: RemoteSettings, endpoints: Sequence[Endpoint]) -> str:
    """The text for people whose host looks for an authorization server where this process has none."""
    if remote.token_issuer:
        return ASK_THE_ISSUER.format(issuer=remote.token_issuer)
    return ASK_FOR_A_KEY if any(endpoint.authenticated for endpoint in endpoints) else NO_CREDENTIAL_NEEDED


def _endpoint(server: Server[Any], path: str, environment: Environment, process: "_Process") -> Endpoint:
    mount = mount_of(server)
    remote = RemoteSettings.of(mount, environment)
    check_one_proxy(mount, remote, process.remote)
    scopes = Scopes(mount)
    settings = server.settings.load(environment)
    acting = process.acting(server, settings, remote, environment) if server.sign_in else None
    transport_services = dataclasses.replace(
        process.transport_services(scopes, private=remote.authenticated), acting=acting
    )
    dispatch = Dispatch(server, settings, transport_services)
    measure(dispatch.lowlevel, dispatch.inventory.__contains__)
    return Endpoint(dispatch, scopes, process.guard(remote, f"{path}/mcp"), process.flight)


def check_one_proxy(mount: str, own: RemoteSettings, process: RemoteSettings) -> None:
    """Refuse settings of the authorization proxy for one server, because all servers of a process share it.

    Raises:
        BadSettings: naming the server.
    """
    fields = [name for name in RemoteSettings.model_fields if name.startswith("oauth_proxy_")]
    fields += ["public_url", "oauth_scopes", "grant_keys"] if process.oauth_proxy_issuer else []
    if differing := [name for name in fields if getattr(own, name) != getattr(process, name)]:
        variable = f"{mount.upper().replace('-', '_')}_MCP_{differing[0].upper()}"
        raise BadSettings([f"{variable}: cannot differ between the servers of a process with MCP_OAUTH_PROXY_ISSUER"])


class _Process:
    """The services that the servers of one process share.

    Args:
        flight: the requests in flight.
        remote: the settings of the process; a server may have its own.
    """

    def __init__(self, flight: InFlightRequests, remote: RemoteSettings) -> None:
        self.flight = flight
        self.remote = remote
        self.pages: dict[str, Page] = {}
        self.resources: list[contextlib.AbstractAsyncContextManager[object]] = []
        self._proxy: AuthorizationProxy | None = None
        self.link = self._linked(remote.redis_url.get_secret_value()) if remote.redis_url else None

    def transport_services(self, scopes: Scopes, *, private: bool) -> TransportServices:
        """The services of a server's transport: of this process, or in Redis and shared with replicas."""
        link, mount = self.link, scopes.mount
        if link is None and self.remote.workers > 1:
            # Another worker could neither be asked about a task, nor learn which results a write invalidates.
            return TransportServices(gate=scopes, private=private, shared=True, answers=NoResults(), tasks=None)
        if link is None:
            return TransportServices(gate=scopes, private=private)
        from mcp_chassis.remote.redis.event_bus import RedisEventBus
        from mcp_chassis.remote.redis.idempotency_records import RedisRecordStore
        from mcp_chassis.remote.redis.result_cache import RedisResultCache
        from mcp_chassis.remote.redis.task_store import RedisTaskStore

        bus = RedisEventBus(link, mount)
        self.resources.append(bus.running())
        return TransportServices(
            gate=scopes,
            private=private,
            shared=True,
            bus=bus,
            records=lambda _: RedisRecordStore(link, mount),
            answers=RedisResultCache(link, mount),
            tasks=TaskServices(store=lambda: RedisTaskStore(link, mount)),
        )

    def acting(
        self, server: Server[Any], settings: ServerSettings, remote: RemoteSettings, environment: Environment
    ) -> CallerConnections | None:
        """The grants of callers; None if they share the server's credential."""
        from mcp_chassis.remote.accounts.setup import actors

        found = actors(mount_of(server), server, settings, remote, environment=environment, store=self.store)
        if found is None:
            return None
        self.pages.update(found.pages)
        self.resources += found.resources
        return found.grants

    def store(self, remote: RemoteSettings) -> "GrantStore":
        """The store of grants: in Redis if it is configured, else in a file."""
        if self.link is not None:
            from mcp_chassis.remote.redis.grant_store import RedisGrantStore

            return RedisGrantStore(self.link)
        from mcp_chassis.remote.accounts.file_store import FileGrantStore
        from mcp_chassis.remote.accounts.setup import grants_file

        return FileGrantStore(grants_file(remote))

    def _linked(self, url: str) -> "RedisClient":
        try:
            from mcp_chassis.remote.redis.client import RedisClient
        except ImportError:
            raise BadSettings(["MCP_REDIS_URL: needs the package `toolroll-core[redis]`"]) from None
        link = RedisClient(url)
        self.resources.append(contextlib.aclosing(link))
        return link

    def _limiter(self, remote: RemoteSettings) -> Limiter:
        if self.link is None:
            return SlidingWindow(remote.rate_limit)
        from mcp_chassis.remote.redis.rate_limiter import RedisSlidingWindow

        return RedisSlidingWindow(remote.rate_limit, self.link)

    def guard(self, remote: RemoteSettings, path: str) -> Guard:
        metadata_url = self._metadata(remote, path) if remote.token_issuer else None
        challenges = Challenges(metadata_url)
        return Guard(
            origins=Origins.of(remote.allowed_hosts, remote.allowed_origins, remote.public_url),
            authentication=self._authentication(remote, path, challenges) if remote.authenticated else None,
            limiter=self._limiter(remote),
            rate=remote.rate_limit,
            challenge=challenges.insufficient,
            max_body=remote.max_body_bytes,
            requests=remote.request_caps,
            streams=remote.stream_caps,
        )

    def own_guard(self, endpoints: Sequence[Endpoint]) -> Guard:
        """The checks for the process's own pages: those of a single server, else the keys that all servers accept."""
        if len(endpoints) == 1:
            return endpoints[0].guard
        return self.guard(self.remote.model_copy(update={"oauth_issuer": None, "oauth_proxy_issuer": None}), "")

    def _metadata(self, remote: RemoteSettings, path: str) -> str | None:
        """Add the page with the protected resource metadata of the server at `path` (RFC 9728); return its URL."""
        if remote.public_url is None:
            return None
        page = page_of(json.dumps(metadata(remote, path)).encode(), "application/json")
        self.pages[f"{WELL_KNOWN}{path}"] = page
        self.pages.setdefault(WELL_KNOWN, page)
        return f"{remote.public_url}{WELL_KNOWN}{path}"

    def _authentication(self, remote: RemoteSettings, path: str, challenges: Challenges) -> Authentication:
        single = remote.api_key.get_secret_value() if remote.api_key else None
        keys = ApiKeyStore(single, remote.api_keys_file, hashed_only=remote.api_keys_hashed_only)
        verifier = self._verifier(remote, remote.oauth_issuer, path) if remote.oauth_issuer else None
        if remote.oauth_proxy_issuer:
            verifier = self._authorization_proxy().verifier(f"{remote.public_url}{path}")
        return Authentication(keys, verifier, challenges.unauthorized)

    def _authorization_proxy(self) -> "AuthorizationProxy":
        """The proxy of the process, made for its first server."""
        if self._proxy is None:
            from mcp_chassis.remote.auth.proxy.setup import AuthorizationProxy

            self._proxy = AuthorizationProxy(self.remote, self.store(self.remote))
            self.pages.update(self._proxy.pages())
            self.resources += self._proxy.resources
        return self._proxy

    def _verifier(self, remote: RemoteSettings, issuer: str, path: str) -> Verifier:
        from mcp_chassis.remote.auth.issuer_client import IssuerClient
        from mcp_chassis.remote.auth.jwks import Jwks
        from mcp_chassis.remote.auth.tokens import OpaqueTokens, SignedTokens

        documents = IssuerClient()
        self.resources.append(contextlib.aclosing(documents))
        audience = remote.oauth_audience or f"{remote.public_url}{path}"
        if remote.oauth_introspection_url:
            secret = remote.oauth_client_secret.get_secret_value() if remote.oauth_client_secret else ""
            client = (remote.oauth_client_id, secret) if remote.oauth_client_id else None
            return OpaqueTokens(remote.oauth_introspection_url, issuer, audience, client=client, documents=documents)
        keys = Jwks(issuer, remote.oauth_jwks_url, documents)
        return SignedTokens(issuer, audience, remote.oauth_algorithms, keys)


def metadata(remote: RemoteSettings, path: str) -> dict[str, Any]:
    """The protected resource metadata of the server at `path`."""
    return {
        "resource": remote.oauth_audience or f"{remote.public_url}{path}",
        "authorization_servers": [remote.token_issuer],
        "scopes_supported": list(remote.grantable_scopes),
        "bearer_methods_supported": ["header"],
    }
