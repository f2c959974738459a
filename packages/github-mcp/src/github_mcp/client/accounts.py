"""Requests for the signed-in account and its rate limits."""

from github_mcp.client.apps import Apps
from github_mcp.client.session import Session
from github_mcp.records.accounts import LimitRecord, RateLimitsRecord, SignedInRecord


class Accounts:
    """Requests for the signed-in account and its rate limits.

    Args:
        apps: requests of the GitHub App that the server acts as; None for a token of an account.
    """

    def __init__(self, session: Session, apps: Apps | None = None) -> None:
        self._session = session
        self._apps = apps

    async def signed_in(self) -> SignedInRecord:
        """The account that GitHub shows as the author of this server's writes."""
        if self._apps is not None:
            app = await self._apps.app()
            return SignedInRecord(app.login, "Bot", app.name)
        return (await self._session.get("/user")).record(SignedInRecord, operation="find the account")

    async def rate_limits(self) -> dict[str, LimitRecord]:
        """The rate limits by name. This request does not count against them.

        Raises:
            NotFound: if rate limits are switched off on an Enterprise Server.
        """
        answer = await self._session.get("/rate_limit")
        return answer.record(RateLimitsRecord, operation="read the rate limits").resources
