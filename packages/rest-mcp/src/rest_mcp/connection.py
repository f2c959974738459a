"""HTTP clients for the APIs of a bridge file. No connection is opened before the first request."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from mcp_chassis.failures import AuthenticationFailed, Failure, TimedOut, Unavailable, UpstreamError
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.server import Probe
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.service import Upstream

from rest_mcp.bridge import Api, Bridge
from rest_mcp.error_texts import failure_for
from rest_mcp.settings import RestSettings, address_field
from rest_mcp.signing import Signer
from rest_mcp.trace_headers import traced


class NotConfigured(Unavailable):
    """The variable with an API's URL is not set, so a retry cannot succeed."""

    retryable = False
    default_retry_after_seconds = None
    remedy = "Ask the person who runs this server to set it; do not retry."


class Apis:
    """The clients of a bridge's APIs by name."""

    def __init__(
        self, bridge: Bridge, apis: Mapping[str, JsonApi], signers: Mapping[str, Signer], addresses: Mapping[str, str]
    ) -> None:
        self._bridge = bridge
        self._apis = apis
        self._addresses = addresses
        self._signers = signers

    async def request(
        self,
        name: str,
        method: str,
        path: str,
        values: Mapping[str, Any],
        *,
        params: Mapping[str, Any] | None = None,
        **request: Any,
    ) -> Response:
        """Send one request with the API's credentials; after a 401, repeat it once with a new OAuth token.

        Args:
            name: the API's name in the bridge.
            request: further arguments of `JsonApi.request`.

        Raises:
            Failure: from `JsonApi.request`, or from the request for a token.
        """
        api, signer = self[name], self._signers[name]
        await signer.prepare()
        signed = {**(params or {}), **signer.params()}
        try:
            return await api.request(method, path, values, params=signed, **request)
        except AuthenticationFailed:
            if not signer.forget_token():
                raise
        await signer.prepare()
        return await api.request(method, path, values, params=signed, **request)

    def address(self, name: str) -> str:
        """The URL of a configured API, without a slash at the end."""
        return self._addresses[name]

    def __getitem__(self, name: str) -> JsonApi:
        """The client of one API.

        Raises:
            NotConfigured: when the variable with its address is not set.
        """
        if name not in self._apis:
            raise NotConfigured(
                f"The address of {name} is not configured: {self._bridge.apis[name].base_url} is not set."
            )
        return self._apis[name]

    async def probe(self) -> Sequence[Probe]:
        """Check that each API is reachable by a GET of its root path; a refusal such as 404 counts as reachable."""
        return [await self._reached(name) for name in self._bridge.apis]

    async def _reached(self, name: str) -> Probe:
        if name not in self._apis:
            return Probe(name, "not configured", f"{self._bridge.apis[name].base_url} is not set.")
        try:
            await self.request(name, "GET", "/", {})
        except (AuthenticationFailed, Unavailable, TimedOut, UpstreamError) as failure:
            return Probe(name, "failed", failure.message)
        except Failure as failure:  # reachable: APIs rarely have anything at their root
            return Probe(name, "ok", f"it answered GET / with {failure.code}, so it is reachable.")
        return Probe(name, "ok", "it answered GET /.")


@asynccontextmanager
async def connected(bridge: Bridge, settings: RestSettings) -> AsyncGenerator[Apis]:
    """Open the clients of the APIs whose URL is set, and close them at exit."""
    async with AsyncExitStack() as open_apis:
        apis: dict[str, JsonApi] = {}
        signers: dict[str, Signer] = {}
        addresses: dict[str, str] = {}
        for name, api in bridge.apis.items():
            if address := getattr(settings, address_field(name)):
                addresses[name] = address.rstrip("/")
                opened, signers[name] = _api(name, api, address, settings)
                apis[name] = await open_apis.enter_async_context(opened)
                await open_apis.enter_async_context(signers[name])
        yield Apis(bridge, apis, signers, addresses)


def _api(name: str, api: Api, address: str, settings: RestSettings) -> tuple[JsonApi, Signer]:
    signer = Signer(name, api, settings, policy_of(api, settings))

    def headers() -> Mapping[str, str]:
        return {**traced(), **api.headers, **signer.headers()}

    return JsonApi(
        address,
        upstream=Upstream(name, policy=policy_of(api, settings)),
        headers=headers,
        credential=signer.credential,
        failure_for=failure_for(api.error_fields),
        transport=signer.transport(),
        one_origin=True,
        any_success=True,
    ), signer


def policy_of(api: Api, settings: RestSettings) -> Policy:
    """The timeouts, rate limit, retries and breaker of one API: values of the file, else those of the settings."""
    figures = {name: getattr(settings, name) for name in Policy.model_fields}
    own = {
        "connect_timeout": api.timeouts.connect,
        "read_timeout": api.timeouts.read,
        "write_timeout": api.timeouts.write,
        "pool_timeout": api.timeouts.pool,
        "rate": api.rate,
        "retry_attempts": api.attempts,
        "breaker_failures": api.breaker.failures,
        "breaker_window": api.breaker.window,
        "breaker_open": api.breaker.open,
    }
    named = {name: figure for name, figure in own.items() if figure is not None}
    if "retry_attempts" in named:
        figures.pop("unsent_attempts")  # its default depends on retry_attempts
    return Policy.model_validate({**figures, **named})
