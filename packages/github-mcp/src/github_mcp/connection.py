"""What tools receive: GitHub as one credential sees it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

from mcp_chassis.failures import Failure, NotFound
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.server import Probe
from mcp_chassis.upstream.rate_limits import RateLimit
from mcp_chassis.upstream.service import Upstream

from github_mcp.allowed_repositories import AllowedRepositories
from github_mcp.client import GitHubClient
from github_mcp.client.graphql import graphql_base_url, is_enterprise
from github_mcp.errors import failure_for
from github_mcp.graphql_errors import graphql_failure
from github_mcp.rate_limit_notices import RateLimitNotices, measure
from github_mcp.settings import GitHubSettings
from github_mcp.token_scopes import TokenScopes

API_VERSION = "2022-11-28"
WRITE_BURST = 5
RESERVED_RESULT_CHARS = 1_000  # of a result: its first line, the cursor, the count of what was removed


@asynccontextmanager
async def connect(settings: GitHubSettings) -> AsyncGenerator[GitHubClient]:
    """What tools receive; nothing is asked of GitHub yet."""
    token, scopes = settings.credential("token"), TokenScopes()

    def headers() -> Mapping[str, str]:
        said = common_headers()
        return {**said, "authorization": f"Bearer {token.reveal()}"} if token.present else said

    def failure(answer: Response) -> Failure | None:
        if token.present:
            scopes.record(token.reveal(), answer.headers)
        return _failure_for(answer)

    upstream = Upstream("GitHub", policy=settings, rate_limits=rate_limits(settings))
    api = partial(JsonApi, upstream=upstream, headers=headers, credential=token if token.present else None)
    async with (
        api(settings.api_url, failure_for=failure) as http,
        api(graphql_base_url(settings.api_url), failure_for=_graphql_failure_for) as graphql,
    ):
        yield GitHubClient(
            http,
            graphql,
            AllowedRepositories(settings.allowed_repos),
            RateLimitNotices(anonymous=not token.present),
            enterprise=is_enterprise(settings.api_url),
            page_chars=max(settings.max_result_chars - RESERVED_RESULT_CHARS, settings.max_result_chars // 2),
            lockdown=settings.lockdown,
            token_scopes=scopes,
        )


def common_headers() -> Mapping[str, str]:
    """The headers of every request, whoever asks."""
    return {"x-github-api-version": API_VERSION, "user-agent": f"toolroll-github-mcp/{version('toolroll-github-mcp')}"}


def _failure_for(answer: Response) -> Failure | None:
    measure(answer.headers)
    return failure_for(answer)


def _graphql_failure_for(answer: Response) -> Failure | None:
    return _failure_for(answer) or graphql_failure(answer)


async def probe(github: GitHubClient) -> Sequence[Probe]:
    """Whether GitHub answers, and takes the token; asking for the limits costs nothing of them."""
    try:
        core = (await github.accounts.rate_limits()).get("core")
    except NotFound:
        return [await _probe_without_limits(github)]
    except Failure as failure:
        return [Probe("GitHub", "failed", failure.message)]
    if core is None:
        return [Probe("GitHub", "ok", "It answers, without telling its rate limits.")]
    left = f"{core.remaining} of {core.limit} requests are left this hour."
    if github.anonymous:
        return [Probe("GitHub", "not configured", f"It answers. Without GITHUB_TOKEN only public data is read; {left}")]
    return [Probe("GitHub", "ok", left)]


async def _probe_without_limits(github: GitHubClient) -> Probe:
    """An Enterprise Server has no rate limits unless they are switched on; then the account is asked for."""
    try:
        account = await github.accounts.signed_in()
    except NotFound:
        hint = "GITHUB_API_URL is not the address of the REST API: an Enterprise Server's ends in /api/v3."
        return Probe("GitHub", "failed", hint)
    except Failure as failure:
        return Probe("GitHub", "failed", failure.message)
    return Probe("GitHub", "ok", f"It answers {account.login}; rate limits are switched off there.")


def rate_limits(settings: GitHubSettings) -> Mapping[str, RateLimit]:
    """GitHub asks for writes one at a time, a second apart; five in a row do no harm.

    Half of a minute's searches may go at once: with what comes back during the minute, no minute sees more than all.
    """
    return {
        "writes": RateLimit(WRITE_BURST, WRITE_BURST / settings.writes_per_second, max_concurrent=1, shares_limit=True),
        "searches": RateLimit(settings.searches_per_minute / 2, 60.0),
        "code searches": RateLimit(settings.code_searches_per_minute / 2, 60.0),
    }


async def writes_in_public(github: GitHubClient, arguments: Mapping[str, Any]) -> bool:
    """Whether a write with these arguments goes into a repository that anybody can read."""
    owner, repo = arguments.get("owner"), arguments.get("repo")
    return not (owner and repo) or await github.lockdown.is_public(owner, repo)
