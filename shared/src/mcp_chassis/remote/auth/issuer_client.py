"""HTTP client of authorization servers: JSON documents of at most 1 MB, without redirects."""

import json
from typing import Any, cast

import httpx2

from mcp_chassis.remote.auth.authenticate import VerificationUnavailable

MAX_BYTES = 1024 * 1024
TIMEOUT_SECONDS = 5.0
OK = frozenset({200})
OK_OR_OAUTH_ERROR = frozenset({200, 400, 401})


class IssuerClient:
    """Fetches JSON documents from an authorization server.

    Args:
        client: an HTTP client that follows no redirects.
    """

    def __init__(self, client: httpx2.AsyncClient | None = None) -> None:
        self._client = client or httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    async def get(self, url: str) -> dict[str, Any]:
        """The JSON object at `url`.

        Raises:
            VerificationUnavailable: when there is none, it is larger than 1 MB, or it does not arrive in time.
        """
        return await self._asked(self._client.build_request("GET", url, headers={"accept": "application/json"}))

    async def post(
        self, url: str, form: dict[str, str], auth: tuple[str, str] | None, statuses: frozenset[int] = OK
    ) -> dict[str, Any]:
        """Post a form and return the JSON object of the response.

        Args:
            url, form: those of the request.
            auth: client id and secret for HTTP Basic.
            statuses: those whose response is read; RFC 6749 has 400 and 401 for errors.

        Raises:
            VerificationUnavailable: as `get`.
        """
        request = self._client.build_request("POST", url, data=form, headers={"accept": "application/json"})
        return await self._asked(request, auth, statuses)

    async def send_form(self, url: str, form: dict[str, str], auth: tuple[str, str] | None) -> int:
        """Post a form and return the status of the response, whose body is not read.

        Raises:
            VerificationUnavailable: when there is no response in time.
        """
        request = self._client.build_request("POST", url, data=form)
        try:
            response = await self._client.send(request, stream=True, auth=auth)
        except httpx2.HTTPError as exc:
            raise VerificationUnavailable from exc
        await response.aclose()
        return response.status_code

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _asked(
        self, request: httpx2.Request, auth: tuple[str, str] | None = None, statuses: frozenset[int] = OK
    ) -> dict[str, Any]:
        try:
            response = await self._client.send(request, stream=True, auth=auth)
            try:
                body = await _bounded(response)
            finally:
                await response.aclose()
            found = json.loads(body)
        except (httpx2.HTTPError, ValueError, RecursionError) as exc:
            raise VerificationUnavailable from exc
        if response.status_code not in statuses or not isinstance(found, dict):
            raise VerificationUnavailable
        return cast("dict[str, Any]", found)


async def _bounded(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            raise VerificationUnavailable
    return bytes(body)
