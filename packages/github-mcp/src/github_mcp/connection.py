"""Connection to GitHub with one credential: HTTP clients, rate limits and the mapping of responses to failures."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from mcp_chassis.failures import Failure
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.upstream.rate_limits import RateLimit
from mcp_chassis.upstream.service import Upstream

from github_mcp.allowed_repositories import AllowedRepositories
from github_mcp.app_credential import app_credential, as_app
from github_mcp.client import GitHubClient
from github_mcp.client.graphql import GraphQL, graphql_base_url, is_enterprise
from github_mcp.client.issue_batch import IssueBatch
from github_mcp.client.repository_batch import RepositoryBatch
from github_mcp.common_headers import common_headers
from github_mcp.errors import failure_for
from github_mcp.graphql_errors import failure_of_batch, graphql_failure
from github_mcp.rate_limit_notices import RateLimitNotices, measure
from github_mcp.settings import GitHubSettings
from github_mcp.token_scopes import TokenScopes

WRITE_BURST = 5
RESERVED_RESULT_CHARS = 1_000  # for the first line of a result, its cursor and the count of removed characters


@asynccontextmanager
async def connect(settings: GitHubSettings) -> AsyncGenerator[GitHubClient]:
    """Yield the GitHub client that tools receive. No request is sent yet."""
    async with AsyncExitStack() as opened:
        app = await opened.enter_async_context(app_credential(settings)) if settings.acts_as_app else None
        token, scopes = settings.credential("token"), TokenScopes()
        credential = app or (token if token.present else None)

        def headers() -> Mapping[str, str]:
            named = common_headers()
            return {**named, "authorization": f"Bearer {credential.reveal()}"} if credential else named

        def judged(answer: Response) -> Failure | None:
            if credential:
                scopes.record(credential.reveal(), answer.headers)
            return as_app(_failure_for, answer) if app else _failure_for(answer)

        graphql_judged = partial(as_app, _graphql_failure_for) if app else _graphql_failure_for
        notices = RateLimitNotices(anonymous=credential is None)
        upstream = Upstream("GitHub", policy=settings, rate_limits=rate_limits(settings))
        api = partial(JsonApi, upstream=upstream, headers=headers, credential=credential)
        http = await opened.enter_async_context(api(settings.api_url, failure_for=judged))
        base = graphql_base_url(settings.api_url)
        graphql = await opened.enter_async_context(api(base, failure_for=graphql_judged))
        batch_judged = partial(as_app, _batch_failure_for) if app else _batch_failure_for
        batches = GraphQL(await opened.enter_async_context(api(base, failure_for=batch_judged)), notices)
        allowed = AllowedRepositories(settings.allowed_repos)
        yield GitHubClient(
            http,
            graphql,
            allowed,
            notices,
            apps=app.apps if app else None,
            enterprise=is_enterprise(settings.api_url),
            page_chars=max(settings.max_result_chars - RESERVED_RESULT_CHARS, settings.max_result_chars // 2),
            lockdown=settings.lockdown,
            batch=RepositoryBatch(batches, credential),
            issue_batch=IssueBatch(batches, credential, allowed),
            token_scopes=scopes,
        )


def _failure_for(answer: Response) -> Failure | None:
    measure(answer.headers)
    return failure_for(answer)


def _graphql_failure_for(answer: Response) -> Failure | None:
    return _failure_for(answer) or graphql_failure(answer)


def _batch_failure_for(answer: Response) -> Failure | None:
    return _failure_for(answer) or failure_of_batch(answer)


def rate_limits(settings: GitHubSettings) -> Mapping[str, RateLimit]:
    """Outbound rate limits by name: writes, searches and code searches."""
    # GitHub's documentation asks for one write at a time, a second apart; a burst of five is tolerated. Half of a
    # minute's searches may be sent at once: with those refilled within the minute, the limit is never exceeded.
    return {
        "writes": RateLimit(WRITE_BURST, WRITE_BURST / settings.writes_per_second, max_concurrent=1, shares_limit=True),
        "searches": RateLimit(settings.searches_per_minute / 2, 60.0),
        "code searches": RateLimit(settings.code_searches_per_minute / 2, 60.0),
    }


async def writes_in_public(github: GitHubClient, arguments: Mapping[str, Any]) -> bool:
    """Whether a write with these arguments may change a public repository; true if they name no repository."""
    owner, repo = arguments.get("owner"), arguments.get("repo")
    return not (owner and repo) or await github.lockdown.is_public(owner, repo)
