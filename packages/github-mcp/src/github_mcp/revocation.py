"""Revocation of the access that a person has granted to the OAuth app for sign-in."""

import base64
from collections.abc import Mapping
from contextlib import suppress

from mcp_chassis.failures import AuthenticationFailed, Failure, NotFound
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.sign_in import OAuthApp
from mcp_chassis.upstream.service import Upstream

from github_mcp import errors
from github_mcp.common_headers import common_headers
from github_mcp.settings import GitHubSettings


async def revoke(settings: GitHubSettings, app: OAuthApp, token: str) -> None:
    """Revoke a person's grant of the OAuth app, with all its tokens. A grant that does not exist is not a failure.

    Raises:
        Failure: if GitHub did not revoke it.
    """
    pair = base64.b64encode(f"{app.client_id}:{app.secret}".encode()).decode()

    def headers() -> Mapping[str, str]:
        return {**common_headers(), "authorization": f"Basic {pair}"}

    upstream = Upstream("GitHub", policy=settings)
    async with JsonApi(settings.api_url, upstream=upstream, headers=headers, failure_for=_failure_for) as http:
        with suppress(NotFound):
            grant = "/applications/{client_id}/grant"
            await http.delete(grant, {"client_id": app.client_id}, json={"access_token": token})


def _failure_for(answer: Response) -> Failure | None:
    if answer.status == 401:
        return AuthenticationFailed("GitHub refuses the combination of GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET.")
    return errors.failure_for(answer)
