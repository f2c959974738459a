"""Credential of a server that acts as a GitHub App, and failures that name the app instead of a token."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from mcp_chassis.failures import AuthenticationFailed, Failure
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.upstream.service import Upstream

from github_mcp.app_keys import AppKey
from github_mcp.client.apps import Apps
from github_mcp.common_headers import common_headers
from github_mcp.errors import failure_for
from github_mcp.field_errors import shortened
from github_mcp.installation_tokens import InstallationTokens
from github_mcp.records.errors import error_record
from github_mcp.settings import GitHubSettings

Judge = Callable[[Response], Failure | None]


@asynccontextmanager
async def app_credential(settings: GitHubSettings) -> AsyncGenerator[InstallationTokens]:
    """Yield the installation tokens of the GitHub App in the settings. No request is sent yet."""
    key = AppKey(settings.app_id or "", settings.credential("app_private_key"))

    def headers() -> Mapping[str, str]:
        return {**common_headers(), "authorization": f"Bearer {key.signed()}"}

    # A separate upstream: a token is fetched during a request to GitHub, which already occupies a slot of its limits.
    upstream = Upstream("GitHub's sign-in of apps", policy=settings)
    judged = partial(as_app, _failure_for)
    async with JsonApi(
        settings.api_url, upstream=upstream, headers=headers, credential=key, failure_for=judged
    ) as http:
        yield InstallationTokens(Apps(http, settings.app_installation_id))


def as_app(judged: Judge, answer: Response) -> Failure | None:
    """The failure of a response, with "GitHub App" in place of "GITHUB_TOKEN" in its text."""
    failure = judged(answer)
    if failure is not None:
        failure.message = failure.message.replace("server's GITHUB_TOKEN", "server's GitHub App")
    return failure


def _failure_for(answer: Response) -> Failure | None:
    if answer.status != 401:
        return failure_for(answer)
    reason = shortened(error_record(answer).message)
    quote = f' GitHub says: "{reason}".' if reason else ""
    return AuthenticationFailed(
        f"GitHub refuses the combination of GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY.{quote}",
        remedy="Compare both with the app's settings at GitHub, and check this machine's clock; do not retry.",
    )
