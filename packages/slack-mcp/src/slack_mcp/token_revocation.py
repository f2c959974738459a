"""Revocation of the token that a person granted to the app through which callers sign in."""

from functools import partial

from mcp_chassis.failures import AuthenticationFailed, UpstreamError
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.sign_in import OAuthApp
from mcp_chassis.upstream.retry import Repeat
from mcp_chassis.upstream.service import Upstream

from slack_mcp.errors import error_of, failure_for
from slack_mcp.records.workspace import RevokedRecord
from slack_mcp.settings import SlackSettings

PERSONS_TOKEN = "the person's token"  # noqa: S105
ENDED_TOKEN_ERRORS = {"account_inactive", "token_expired", "token_revoked"}
"""Slack's words for a token that has ended. `invalid_auth` is none: it also means an address that is not allowed."""


async def revoke(settings: SlackSettings, app: OAuthApp, token: str) -> None:
    """End the person's token; one that has ended already is no failure.

    Raises:
        Failure: when Slack did not.
    """
    async with JsonApi(
        settings.api_url,
        upstream=Upstream("Slack", policy=settings),
        headers=lambda: {"authorization": f"Bearer {token}"},
        failure_for=partial(failure_for, token=PERSONS_TOKEN),
    ) as http:
        try:
            response = await http.post("/auth.revoke", repeat=Repeat.ONCE)
        except AuthenticationFailed as failure:
            if error_of(failure) not in ENDED_TOKEN_ERRORS:
                raise
            return
    if not response.record(RevokedRecord, operation="revoke the token").revoked:
        raise UpstreamError("Slack does not say that it has revoked the person's token.")
