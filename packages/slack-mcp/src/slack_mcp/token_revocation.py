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
"""Error codes of Slack for an invalid token; without `invalid_auth`, which also reports a forbidden IP address."""


async def revoke(settings: SlackSettings, app: OAuthApp, token: str) -> None:
    """Revoke the person's token; a token that is invalid already is not a failure.

    Raises:
        Failure: when Slack did not revoke it.
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
        raise UpstreamError("Slack's response does not confirm that the person's token was revoked.")
